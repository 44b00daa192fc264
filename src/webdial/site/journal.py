"""Keeps the journal's entries in the database, one transaction for many.

Written past Django's ORM on purpose: the journal's thread has a connection of its own, and a
batch is one statement whatever its size. On SQLite that also means that the interpreter's lock
is given up once for a batch and not once for a row.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from webdial.exchange.calls import request_line
from webdial.exchange.journal import Begun, Ended, Entry, EntryRefusedError, JournalStore
from webdial.numbers import NumberStep
from webdial.site.databases import (
    SQLITE_PRAGMAS,
    Database,
    PostgresDatabase,
    SqliteDatabase,
    connection_info,
)

if TYPE_CHECKING:
    import psycopg

MAX_KEPT_REQUEST: Final = 2_000
"""Characters of a request that are kept with the call."""

# Column, type in PostgreSQL.
_BEGUN_COLUMNS: Final = (
    ("id", "uuid"),
    ("user_id", "bigint"),
    ("branch_id", "bigint"),
    ("extension", "text"),
    ("typed", "text"),
    ("dialled", "text"),
    ("channel", "text"),
    ("kind", "text"),
    ("request", "text"),
    ("setting_source", "text"),
    ("run_id", "text"),
    ("placed_at", "timestamptz"),
    ("outcome", "text"),
    ("status", "smallint"),
    ("answer", "text"),
    ("finished_at", "timestamptz"),
    ("phone_system", "text"),
    ("message", "text"),
    ("remote_id", "text"),
    ("next_step", "text"),
    ("phone", "text"),
    ("number_story", "text"),
    ("on_disk_at", "timestamptz"),
    ("took_ms", "integer"),
)


def open_journal_store(database: Database) -> JournalStore:
    """The store for this database. It connects when it first writes, from the thread that writes."""
    match database:
        case SqliteDatabase():
            return SqliteJournalStore(database)
        case PostgresDatabase():
            return PostgresJournalStore(database)


def _begun_row(entry: Begun, uuid_text: str, timestamp: str) -> list[Any]:
    call = entry.call
    prepared = call.prepared
    verdict = call.verdict
    return [
        uuid_text,
        prepared.caller.user_id,
        prepared.caller.branch_id,
        prepared.caller.extension or "",
        _kept_text(prepared.number.typed),
        prepared.dialled,
        call.channel.value,
        "http" if call.link is None else "link",
        request_line(prepared.plan)[:MAX_KEPT_REQUEST],
        prepared.setting_source,
        entry.run_id,
        timestamp,
        call.outcome.value,
        None if verdict is None else verdict.status,
        "" if verdict is None else verdict.answer,
        None if verdict is None else timestamp,
        prepared.phone_system,
        "", "", "",
        prepared.phone,
        _number_story(prepared.steps),
        None,
        None,
    ]  # fmt: skip


def _ended_row(entry: Ended) -> list[Any]:
    verdict = entry.verdict
    finished_at = entry.finished_at.isoformat()
    return [
        str(entry.call_id), verdict.outcome.value, verdict.status, verdict.answer, finished_at,
        verdict.message, verdict.remote_id, verdict.next_step,
        None if entry.on_disk_at is None else entry.on_disk_at.isoformat(), entry.took_ms,
    ]  # fmt: skip


def _number_story(steps: Sequence[NumberStep]) -> str:
    """The number's steps as JSON; empty when it was only cleaned, which every number is."""
    if len(steps) < 2:
        return ""
    told = [
        [step.kind.value, step.before, step.after, step.why, step.setting, step.where]
        for step in steps
    ]
    return orjson.dumps([[_kept_text(text) for text in step] for step in told]).decode()


def _kept_text(text: str) -> str:
    """What a user typed, as both databases and JSON can hold it: no NUL, no lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _sqlite_text(moment: datetime) -> str:
    """A time as Django keeps it in SQLite: UTC, without an offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _json_columns(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(columns)))


class SqliteJournalStore:
    """A JournalStore in SQLite; a commit is on disk when it returns (synchronous=FULL).

    A batch is one statement and so one transaction of its own: an entry of a call's beginning is
    inserted, one of its end finds the row that is there and updates it. The thread therefore gives
    up and takes back the interpreter's lock once for a batch; with BEGIN, INSERT, UPDATE and
    COMMIT as four statements a loaded server placed a third fewer calls.
    """

    _WRITE: Final = (
        f"INSERT INTO webdial_call ({', '.join(name for name, _ in _BEGUN_COLUMNS)}) "  # noqa: S608 - constants
        f"SELECT {_json_columns(_BEGUN_COLUMNS)} FROM json_each(?) WHERE true "
        "ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, status = excluded.status, "
        "answer = excluded.answer, finished_at = excluded.finished_at, "
        "message = excluded.message, remote_id = excluded.remote_id, "
        "next_step = excluded.next_step, on_disk_at = excluded.on_disk_at, took_ms = excluded.took_ms"
    )

    def __init__(self, database: SqliteDatabase) -> None:
        self._file = database.file
        self._connection: sqlite3.Connection | None = None

    def write(self, entries: Sequence[Entry]) -> None:
        rows = [
            _begun_row(entry, entry.call.id.hex, _sqlite_text(entry.call.placed_at))
            if isinstance(entry, Begun)
            else self._ended_row(entry)
            for entry in entries
        ]
        try:
            self._connected().execute(self._WRITE, (orjson.dumps(rows).decode(),))
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            raise EntryRefusedError(str(error)) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _ended_row(entry: Ended) -> list[Any]:
        """All columns, since SQLite looks at NOT NULL before it finds that the row is there."""
        verdict = entry.verdict
        moment = _sqlite_text(entry.finished_at)
        # fmt: off
        return [
            entry.call_id.hex, None, None, "", "", "", "", "", "", "", "", moment,
            verdict.outcome.value, verdict.status, verdict.answer, moment, "",
            verdict.message, verdict.remote_id, verdict.next_step, "", "",
            None if entry.on_disk_at is None else _sqlite_text(entry.on_disk_at), entry.took_ms,
        ]
        # fmt: on

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            # mode=rw: a database that is gone is an error, never a new and empty one.
            uri = f"{self._file.as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            self._connection.executescript(SQLITE_PRAGMAS)
        return self._connection


class PostgresJournalStore:
    """A JournalStore in PostgreSQL. A connection that was lost is opened anew for the next batch."""

    _BEGIN: Final = (
        f"INSERT INTO webdial_call ({', '.join(name for name, _ in _BEGUN_COLUMNS)}) "  # noqa: S608 - constants
        "SELECT "
        + ", ".join(f"(r->>{i})::{kind}" for i, (_, kind) in enumerate(_BEGUN_COLUMNS))
        + " FROM jsonb_array_elements(%s::jsonb) AS r"
    )
    _END: Final = (
        "UPDATE webdial_call AS c SET outcome = r->>1, status = (r->>2)::smallint, "
        "answer = r->>3, finished_at = (r->>4)::timestamptz, message = r->>5, remote_id = r->>6, "
        "next_step = r->>7, on_disk_at = (r->>8)::timestamptz, took_ms = (r->>9)::integer "
        "FROM jsonb_array_elements(%s::jsonb) AS r WHERE c.id = (r->>0)::uuid"
    )

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None

    def write(self, entries: Sequence[Entry]) -> None:
        begun = [
            _begun_row(entry, str(entry.call.id), entry.call.placed_at.isoformat())
            for entry in entries
            if isinstance(entry, Begun)
        ]
        ended = [_ended_row(entry) for entry in entries if isinstance(entry, Ended)]
        connection = self._connected()
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        try:
            with connection.transaction():
                if begun:
                    connection.execute(self._BEGIN, (orjson.dumps(begun).decode(),))
                if ended:
                    connection.execute(self._END, (orjson.dumps(ended).decode(),))
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            raise EntryRefusedError(str(error)) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> "psycopg.Connection[Any]":
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(connection_info(self._database), autocommit=True)
        return self._connection
