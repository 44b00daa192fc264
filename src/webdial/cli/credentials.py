"""`webdial credential`: secrets by name for dial strings, and the key that seals all secrets."""

import sys

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.cli.standard_input import read_line


@click.group()
def credential() -> None:
    """Credentials: secrets by name for dial strings. They are set, and never shown."""


@credential.command("list")
@tells_errors
def list_all() -> None:
    """List credentials: name, when it was last set."""
    open_database()
    from webdial.site.domain.credentials import list_credentials  # noqa: PLC0415

    for row in list_credentials():
        click.echo(f"{row.name}\t{row.changed_at:%Y-%m-%d %H:%M} UTC")


@credential.command("set")
@click.argument("name")
@tells_errors
def set_one(name: str) -> None:
    """Keep a secret under NAME, in place of the one that was there.

    The secret is asked for, or read from the first line of standard input when that is no terminal.
    """
    secret = _secret()
    open_database()
    from webdial.site.domain.credentials import set_credential  # noqa: PLC0415

    row = set_credential(name, secret)
    click.echo(f"The credential {row.name} is set.")


@credential.command("remove")
@click.argument("name")
@tells_errors
def remove(name: str) -> None:
    """Remove the credential NAME. Dial strings that take it place no calls any more."""
    open_database()
    from webdial.site.domain.credentials import delete_credential  # noqa: PLC0415

    delete_credential(name)
    click.echo(f"The credential {name.strip()} is removed.")


@credential.command("rotate")
@tells_errors
def rotate() -> None:
    """Seal every secret anew under the first key of WEBDIAL_CREDENTIAL_KEYS."""
    open_database()
    from webdial.site.domain.credentials import rotate_credentials  # noqa: PLC0415

    count = rotate_credentials()
    click.echo(f"{count} secret{'' if count == 1 else 's'} sealed anew under the first key.")


@credential.command("new-key")
@tells_errors
def new_key() -> None:
    """Print a new key for WEBDIAL_CREDENTIAL_KEYS. It is kept nowhere."""
    from webdial import sealing  # noqa: PLC0415

    click.echo(sealing.new_key())


def _secret() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Secret", hide_input=True, confirmation_prompt=True))
    return read_line()
