"""The tables that a database function sees, as read-only readings of our own data.

Names and columns are an allow-list: nothing else exists for a function, above all no password,
token or secret. Values that are looked for go to the database as parameters, and a column that is
looked up has an index, so that one of 100,000 staff is found without reading the others.
"""

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase, connection_info
from webdial.watcom import Limits, Schema, Table, Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: its SQL, and whether it is a number, which is shown as text.

    `indexed` is the SQL that a look-up compares, where that is not the column as shown.
    """

    name: str
    sql: str
    is_number: bool = False
    indexed: str = ""

    @property
    def compared(self) -> str:
        return self.indexed or self.sql


@dataclass(frozen=True, slots=True)
class View:
    """A table as functions see it: where its rows come from, and the columns it shows."""

    name: str
    source: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def schema_of(views: Sequence[View]) -> Schema:
    return Schema(
        tuple(Table(view.name, tuple(column.name for column in view.columns)) for view in views)
    )


VIEWS: Final = (
    View(
        "Staff",
        "webdial_user u LEFT JOIN webdial_branch b ON b.id = u.branch_id",
        (
            Column("StaffID", "u.staff_id"),
            Column("Name", "u.name"),
            Column("AgencyID", "b.agency_id"),
            Column("Extension", "NULLIF(u.extension, '')", indexed="u.extension"),
            Column("Active", "CASE WHEN u.is_active THEN 'Y' ELSE 'N' END"),
        ),
    ),
    View(
        "StaffPhone",
        "webdial_phone h JOIN webdial_user u ON u.id = h.user_id",
        (
            Column("PhoneID", "h.id", is_number=True),
            Column("StaffID", "u.staff_id"),
            Column("Description", "h.label"),
            Column("Number", "h.number"),
        ),
    ),
    View(
        "Agency",
        "webdial_branch b",
        (Column("AgencyID", "b.agency_id"), Column("Name", "b.name")),
    ),
    View(
        "Company",
        "webdial_company c",
        (Column("CompanyID", "c.id", is_number=True), Column("Name", "c.name")),
    ),
    View(
        "Person",
        "webdial_person p",
        (
            Column("PersonID", "p.id", is_number=True),
            Column("Name", "p.name"),
            Column("CompanyID", "p.company_id", is_number=True),
        ),
    ),
    View(
        "Employment",
        "webdial_person p",
        (
            Column("PersonID", "p.id", is_number=True),
            Column("CompanyID", "p.company_id", is_number=True),
        ),
    ),
    View(
        "Phone",
        # A company's own numbers are no person's and no member of staff's.
        "(SELECT * FROM webdial_phone WHERE company_id IS NULL) h",
        (
            Column("PhoneID", "h.id", is_number=True),
            Column("Who", "CASE WHEN h.person_id IS NULL THEN 'S' ELSE 'CP' END"),
            Column("WhoID", "h.person_id", is_number=True),
            Column("Description", "h.label"),
            Column("Number", "h.number"),
        ),
    ),
)
SCHEMA: Final = schema_of(VIEWS)
"""What a function may read; the owner is `pears` or left out."""


MOST_ROWS: Final = Limits().rows_per_query + 1
"""One more than a query may read, so that the limit is noticed."""

MAX_STATEMENTS: Final = 256
"""SELECTs kept as text for a connection: many times those of a long function."""


class Connection(Protocol):
    """A read-only connection: rows of a statement, within a time limit."""

    placeholder: str

    def rows(self, sql: str, values: Sequence[object]) -> Iterable[Sequence[Value]]: ...

    def close(self) -> None: ...


class DatabaseTables:
    """`Tables` (webdial.watcom) over a connection.

    No statement gives more than `most_rows`. PostgreSQL hands over a result whole, so a table of a
    million rows would be in memory before the limit of the language could stop its reading.
    """

    def __init__(
        self, connection: Connection, views: Sequence[View] = VIEWS, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._connection = connection
        self._most_rows = most_rows
        self._views = {view.name: view for view in views}
        self._statements: dict[tuple[str, tuple[str, ...], tuple[str, ...]], str] = {}

    def rows(
        self, table: str, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Iterable[Sequence[Value]]:
        compared = self._compared(self._views[table], equals)
        rows = self._connection.rows(
            self._statement(table, columns, tuple(compared)), list(compared.values())
        )
        return rows if columns else ([] for _ in rows)

    def _compared(self, view: View, equals: Mapping[str, str]) -> dict[str, object]:
        """What the database compares; what it would compare otherwise than we do is left out."""
        compared: dict[str, object] = {}
        for name, text in equals.items():
            if view.column(name).is_number:
                if text.isascii() and text.isdigit() and len(text) < 18 and str(int(text)) == text:
                    compared[name] = int(text)
            elif text.isascii() and "\x00" not in text:
                # Both databases fold ASCII alike; other letters are left to the interpreter.
                compared[name] = text
        return compared

    def _statement(self, table: str, columns: tuple[str, ...], compared: tuple[str, ...]) -> str:
        """The SELECT, written once: a function asks for the same columns in every call."""
        key = (table, columns, compared)
        found = self._statements.get(key)
        if found is None:
            if len(self._statements) >= MAX_STATEMENTS:
                self._statements.clear()
            found = self._statements[key] = self._written(self._views[table], columns, compared)
        return found

    def _written(self, view: View, columns: tuple[str, ...], compared: tuple[str, ...]) -> str:
        mark = self._connection.placeholder
        shown = ", ".join(_shown(view.column(name)) for name in columns) or "1"
        filters = [_filter(view.column(name), mark) for name in compared]
        where = f" WHERE {' AND '.join(filters)}" if filters else ""
        limit = f" LIMIT {self._most_rows}"
        return f"SELECT {shown} FROM {view.source}{where}{limit}"  # noqa: S608 - allow-listed names only


def _filter(column: Column, mark: str) -> str:
    if column.is_number:
        return f"{column.compared} = {mark}"
    return f"lower({column.compared}) = lower({mark})"


def _shown(column: Column) -> str:
    return f"CAST({column.sql} AS text)" if column.is_number else column.sql


class SqliteReader:
    """A Connection to SQLite that cannot write and gives up after `limit_s` seconds."""

    placeholder = "?"
    _STEPS_BETWEEN_LOOKS = 10_000

    def __init__(self, database: SqliteDatabase, *, limit_s: float) -> None:
        uri = f"{database.file.as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._limit_s = limit_s
        self._deadline = 0.0
        self._connection.set_progress_handler(self._is_late, self._STEPS_BETWEEN_LOOKS)

    def rows(self, sql: str, values: Sequence[object]) -> Iterable[Sequence[Value]]:
        self._deadline = time.monotonic() + self._limit_s
        return self._connection.execute(sql, values)

    def close(self) -> None:
        self._connection.close()

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline


class PostgresReader:
    """A Connection to PostgreSQL whose every transaction is read-only and bounded in time."""

    placeholder = "%s"

    def __init__(self, database: PostgresDatabase, *, limit_s: float) -> None:
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        self._connection: psycopg.Connection[Any] = psycopg.connect(
            connection_info(database), autocommit=True
        )
        self._connection.execute("SET default_transaction_read_only = on")
        self._connection.execute(f"SET statement_timeout = {int(limit_s * 1000)}")

    def rows(self, sql: str, values: Sequence[object]) -> Iterable[Sequence[Value]]:
        return self._connection.execute(sql, values)

    def close(self) -> None:
        self._connection.close()


def open_reader(database: Database, *, limit_s: float) -> Connection:
    """A new read-only connection to this database."""
    match database:
        case SqliteDatabase():
            return SqliteReader(database, limit_s=limit_s)
        case PostgresDatabase():
            return PostgresReader(database, limit_s=limit_s)
