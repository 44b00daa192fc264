"""`webdial token`: tokens with which other programs call for a user."""

from datetime import datetime

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors


@click.group()
def token() -> None:
    """Tokens with which other programs call for a user."""


@token.command("create")
@click.argument("login")
@click.option("--name", default="made on the command line", help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["place-calls", "read-calls"]),
    help="What it may be used for; may be given more than once. Default: both.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it is taken, such as 2027-12-31 (UTC). Default: none.",
)
@tells_errors
def create(login: str, name: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Make a token for the user LOGIN and print it; it cannot be shown again."""
    open_database()
    from webdial.site.domain.tokens import SCOPES, create_token, end_of_day  # noqa: PLC0415
    from webdial.site.domain.users import user_by_login  # noqa: PLC0415

    until = None if expires is None else end_of_day(expires.date())
    click.echo(
        create_token(user_by_login(login), name=name, scopes=scopes or SCOPES, expires_at=until)
    )


@token.command("list")
@tells_errors
def list_all() -> None:
    """List tokens: id, user, name, when made, what for, last day, last used."""
    open_database()
    from webdial.site.domain.tokens import last_day, list_tokens, scopes_of  # noqa: PLC0415

    for row in list_tokens():
        made = f"{row.created_at:%Y-%m-%d %H:%M} UTC"
        dates = f"{last_day(row) or 'no end'}\t{row.last_used_on or 'never used'}"
        scopes = ",".join(scopes_of(row))
        click.echo(f"{row.pk}\t{row.user.login}\t{row.name}\t{made}\t{scopes}\t{dates}")


@token.command("revoke")
@click.argument("token_id", type=int)
@tells_errors
def revoke(token_id: int) -> None:
    """Revoke the token TOKEN_ID; running servers refuse it within a second."""
    open_database()
    from webdial.site.domain.tokens import revoke_token  # noqa: PLC0415

    row = revoke_token(token_id)
    click.echo(f"Revoked the token “{row.name}” of {row.user.login}.")
