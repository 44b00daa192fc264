"""Taking everything from one database to another: all of it, compared row by row, or nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.core.management import call_command
from django.db import Error, connection, transaction

from webdial.errors import InvalidValueError, NotAllowedError, WebdialError
from webdial.site.databases import UPGRADE_KEY, Database, PostgresDatabase, SqliteDatabase
from webdial.site.domain.moving.digests import Digest, digest_of
from webdial.site.domain.moving.numbering import go_on_after, last_number
from webdial.site.domain.moving.places import SOURCE, TARGET, one_moment, opened
from webdial.site.domain.moving.tables import (
    Table,
    add_rows,
    all_tables,
    name_of,
    remove_rows,
    rows_of,
)
from webdial.site.runs import count_living_runs


@dataclass(frozen=True, slots=True)
class Taken:
    """One table, with what was read of it and what stands in the target now."""

    table: str
    read: Digest
    found: Digest


Told = Callable[[Taken], None]


def move_database(source: Database, target: Database, *, told: Told) -> None:
    """Take everything to an empty target; nobody may write to the source meanwhile.

    Raises NotAllowedError while a program runs on the source, InvalidValueError for a target that
    is not empty, WebdialError when the target does not take a row or holds another than was read.
    """
    refuse_while_running(source)
    with _made_whole(target) as made, opened(source=source, target=made):
        take_everything(told=told, is_still=True)


def refuse_while_running(database: Database) -> None:
    """Raises NotAllowedError while a server or `webdial dial` runs on it, here or on another machine."""
    if count_living_runs(database):
        raise NotAllowedError(
            "A server is running on this database.",
            hint="Stop it first, on every machine: what it writes meanwhile would be lost.",
        )


def take_everything(*, told: Told, is_still: bool, is_replacing: bool = False) -> None:
    """From SOURCE to TARGET, both opened. With `is_replacing` what the target holds is removed."""
    tables = all_tables()
    with _at_once():
        if not is_replacing:
            _refuse_if_used()
        call_command("migrate", interactive=False, verbosity=0)
        with one_moment(tables, is_still=is_still), transaction.atomic():
            remove_rows(tables, using=TARGET)  # what migrations put there
            for table in tables:
                told(_take(table))
            connection.cursor().execute("ANALYZE")


def _take(table: Table) -> Taken:
    read = Digest()
    try:
        add_rows(table, read.watched(rows_of(table, using=SOURCE)), using=TARGET)
        if (number := last_number(table, using=SOURCE)) is not None:
            go_on_after(table, number, using=TARGET)
    except Error as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WebdialError(f"The target does not take {name_of(table)}: {reason}") from error
    found = digest_of(rows_of(table, using=TARGET))
    if found != read:
        message = (
            f"{name_of(table)} came out differently: {read.count} rows read, {found.count} found."
        )
        raise WebdialError(message, hint="Nothing was kept. This is a fault of Webdial; report it.")
    return Taken(name_of(table), read, found)


@contextmanager
def _at_once() -> Iterator[None]:
    """On PostgreSQL one transaction for tables and rows alike, and no server may start on it yet."""
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [UPGRADE_KEY])
        yield


def _refuse_if_used() -> None:
    if tables := connection.introspection.table_names():
        raise InvalidValueError(
            f"The target is not empty: it has {len(tables)} tables.",
            field="to",
            hint="Make a new database for it. Nothing needs to be in it: Webdial makes its tables.",
        )


@contextmanager
def _made_whole(target: Database) -> Iterator[Database]:
    """Where to write so that the target is there when all is done, and not before."""
    match target:
        case PostgresDatabase():
            yield target
        case SqliteDatabase(file):
            with file_made_whole(file) as made:
                yield SqliteDatabase(made)


@contextmanager
def file_made_whole(file: Path) -> Iterator[Path]:
    """Another file beside `file`, which takes its name in the end. Raises InvalidValueError."""
    if file.exists():
        message = f"The file {file} is there already."
        raise InvalidValueError(message, field="to", hint="Name one that is not.")
    made = file.with_name(f"{file.name}.{uuid4().hex}")
    try:
        yield made
        os.link(made, file)  # unlike a renaming this never takes the place of a file
    finally:
        for left in (made, Path(f"{made}-wal"), Path(f"{made}-shm")):
            left.unlink(missing_ok=True)
