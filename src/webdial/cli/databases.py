"""`webdial database`: everything that is kept, taken to another database."""

from typing import TYPE_CHECKING, Final

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.cli.standard_input import read_line
from webdial.errors import InvalidValueError

if TYPE_CHECKING:
    from webdial.site.domain.moving.acts import Taken

_STANDARD_INPUT: Final = "-"


@click.group("database")
def database() -> None:
    """The database: to move everything to another one."""


@database.command("move")
@click.option(
    "--to",
    "address",
    required=True,
    metavar="ADDRESS",
    help="Where to: postgresql://user:password@host:port/name or sqlite:///path/to/file. With - the address "
    "is read from the first line of standard input, where nobody sees its password.",
)
@tells_errors
def move(address: str) -> None:
    """Take everything to another database, which must be empty.

    No server may run meanwhile. Every row is compared; the other database has all of it at the
    end, or nothing. What was moved stays where it was, untouched.
    """
    open_database()
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.databases import database_at  # noqa: PLC0415
    from webdial.site.domain.moving.acts import move_database  # noqa: PLC0415

    target = database_at(read_line() if address == _STANDARD_INPUT else address, given_in="--to")
    if target == settings.DATABASE:
        raise InvalidValueError("That is the database in use.", field="to")
    move_database(settings.DATABASE, target, told=TableLines())
    click.echo(
        "All rows are there, each the same. Give the address to the server in WEBDIAL_DATABASE_URL."
    )


class TableLines:
    """A line for each table: its rows on both sides, and its name. The first has a head above it."""

    def __init__(self) -> None:
        self._is_first = True

    def __call__(self, taken: "Taken") -> None:
        if self._is_first:
            click.echo(f"{'here':>12}  {'there':>12}  table")
            self._is_first = False
        click.echo(f"{taken.read.count:>12,}  {taken.found.count:>12,}  {taken.table}")
