"""`webdial token`: tokens with which other programs call for a user."""

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors


@click.group()
def token() -> None:
    """Tokens with which other programs call for a user."""


@token.command("create")
@click.argument("login")
@click.option("--name", default="made on the command line", help="What the token is for.")
@tells_errors
def create(login: str, name: str) -> None:
    """Make a token for the user LOGIN and print it; it cannot be shown again."""
    open_database()
    from webdial.site.domain.tokens import create_token  # noqa: PLC0415
    from webdial.site.domain.users import user_by_login  # noqa: PLC0415

    click.echo(create_token(user_by_login(login), name=name))


@token.command("list")
@tells_errors
def list_all() -> None:
    """List tokens: id, user, name, when made. The tokens themselves are not kept."""
    open_database()
    from webdial.site.domain.tokens import list_tokens  # noqa: PLC0415

    for row in list_tokens():
        click.echo(f"{row.pk}\t{row.user.login}\t{row.name}\t{row.created_at:%Y-%m-%d %H:%M} UTC")


@token.command("revoke")
@click.argument("token_id", type=int)
@tells_errors
def revoke(token_id: int) -> None:
    """Revoke the token TOKEN_ID; running servers refuse it within a second."""
    open_database()
    from webdial.site.domain.tokens import revoke_token  # noqa: PLC0415

    row = revoke_token(token_id)
    click.echo(f"Revoked the token “{row.name}” of {row.user.login}.")
