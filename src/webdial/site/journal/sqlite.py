"""The journal in SQLite: whatever a batch holds, it is one statement."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson

from webdial.exchange.journal import Entry, EntryRefusedError
from webdial.site.audit.journal_chains import Chain
from webdial.site.databases import SQLITE_PRAGMAS, SqliteDatabase
from webdial.site.journal.rows import BEGUN_COLUMNS, ENDED_COLUMNS, PLACING, Rows, Values
from webdial.site.journal.store import Store
from webdial.site.journal.terms import Standing, TermRows, keys_of

_SIZES: Final = (2, 3, 4, 5, 6, 8, 10, 13, 17, 21, 25, 33, 49, 65, 97, 129, 257)
"""Rows that a statement is prepared for; what is left over is empty rows. The largest is for calls that begin
with their end. Such a statement takes 5 KiB a row."""

_TERMS, _BEGUN, _ENDED = range(3)
"""Kinds of rows."""

_WIDTH: Final = len(BEGUN_COLUMNS)
"""Columns of the widest kind, v0 and so on. The others leave the last ones empty."""


def _from_json(count: int) -> str:
    return ", ".join(f"json_extract(value, '$[{index}]')" for index in range(count))


def _new(count: int) -> str:
    return ", ".join(f"NEW.v{index}" for index in range(count))


_SET_ENDED: Final = ", ".join(
    f"{name} = NEW.v{index}" for index, name in enumerate(ENDED_COLUMNS) if name != "id"
)

_BATCH: Final = f"""
CREATE TEMP VIEW journal_batch (kind, {", ".join(f"v{index}" for index in range(_WIDTH))})
AS SELECT {", ".join(["NULL"] * (1 + _WIDTH))};

CREATE TEMP TRIGGER journal_terms INSTEAD OF INSERT ON journal_batch WHEN NEW.kind = {_TERMS} BEGIN
    SELECT RAISE(ABORT, 'claimed') FROM json_each(NEW.v4) AS wanted
    JOIN webdial_callclaim AS held ON held.key = json_extract(wanted.value, '$[0]')
    WHERE held.until > json_extract(wanted.value, '$[2]');

    SELECT RAISE(ABORT, 'tally full') FROM json_each(NEW.v5) AS wanted
    JOIN webdial_calltally AS counted ON counted.key = json_extract(wanted.value, '$[0]')
    WHERE counted.count + json_extract(wanted.value, '$[2]') > json_extract(wanted.value, '$[3]');

    INSERT INTO webdial_callclaim (key, call_id, claimed_at, until)
    SELECT {_from_json(4)} FROM json_each(NEW.v4) WHERE true
    ON CONFLICT (key) DO UPDATE SET call_id = excluded.call_id,
        claimed_at = excluded.claimed_at, until = excluded.until;

    INSERT INTO webdial_calltally (key, ends_at, count, allowed)
    SELECT {_from_json(4)} FROM json_each(NEW.v5) WHERE true
    ON CONFLICT (key) DO UPDATE SET count = count + excluded.count, allowed = excluded.allowed;

    INSERT INTO webdial_journallink (chain, position, entries, hash) VALUES ({_new(4)});
END;

CREATE TEMP TRIGGER journal_begun INSTEAD OF INSERT ON journal_batch WHEN NEW.kind = {_BEGUN} BEGIN
    INSERT INTO webdial_call (outcome, answer, {", ".join(BEGUN_COLUMNS)})
    VALUES ('{PLACING}', '', {_new(_WIDTH)});
END;

CREATE TEMP TRIGGER journal_ended INSTEAD OF INSERT ON journal_batch WHEN NEW.kind = {_ENDED} BEGIN
    UPDATE webdial_call SET {_SET_ENDED} WHERE id = NEW.v0;
END;
"""  # noqa: S608 - constants


@lru_cache
def _statement(size: int) -> str:
    """For so many rows."""
    row = ", ".join("?" * (1 + _WIDTH))
    return "INSERT INTO journal_batch VALUES " + ", ".join([f"({row})"] * size)  # noqa: S608 - constants


class SqliteJournalStore(Store[Values]):
    """A JournalStore in SQLite; a commit is on disk when it returns (synchronous=FULL).

    A batch is one statement and so one transaction of its own: rows put into a view of this
    connection, whose triggers do the rest. The thread therefore gives up and takes back the
    interpreter's lock once for a batch; with BEGIN, INSERT, UPDATE and COMMIT as four statements a
    loaded server placed a third fewer calls. View and triggers belong to the connection (TEMP).
    """

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__()
        self._file = database.file
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _as_row(
        self, lasting: Values, erasable: Values, _told: bytes, _hidden: bytes, salt: bytes
    ) -> Values:
        return [*lasting, *erasable, salt.decode()]

    def _is_written(self, rows: Rows[Values], terms: TermRows, chain: Chain, head: bytes) -> bool:
        link = (chain.id, chain.position + 1, rows.link, head)
        values: Values = []
        _add(values, _TERMS, [[*link, _json(terms.claims), _json(terms.tallies)]])
        _add(values, _BEGUN, rows.begun)
        _add(values, _ENDED, rows.ended)
        _add(values, _ENDED, rows.settled)  # behind their beginnings
        count = len(values) // (1 + _WIDTH)
        size = next((size for size in _SIZES if size >= count), count)
        values += [None] * ((size - count) * (1 + _WIDTH))
        try:
            self._connected().execute(_statement(size), values)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname == "SQLITE_CONSTRAINT_TRIGGER":
                return False
            raise EntryRefusedError(str(error)) from error
        except sqlite3.DataError as error:
            raise EntryRefusedError(str(error)) from error
        return True

    def _has_moved(self) -> bool:
        """An open file can be written on when it was moved, removed or replaced: nobody would find it again.

        Looking costs 2 µs for a batch.
        """
        return self._connection is not None and self._opened != _identity(self._file)

    def _last_link(self, chain: str) -> Chain:
        newest = self._connected().execute(
            "SELECT chain, position, hash FROM webdial_journallink WHERE chain = ? "
            "ORDER BY position DESC LIMIT 1",
            (chain,),
        )
        return Chain(*(newest.fetchone() or (chain,)))

    def _standing(self, entries: Sequence[Entry]) -> Standing:
        claims, tallies = keys_of(entries)
        connection = self._connected()
        held = connection.execute(
            "SELECT key, call_id, until FROM webdial_callclaim "
            "WHERE key IN (SELECT value FROM json_each(?))",
            (_json(claims),),
        )
        counted = connection.execute(
            "SELECT key, count FROM webdial_calltally "
            "WHERE key IN (SELECT value FROM json_each(?))",
            (_json(tallies),),
        )
        return Standing(
            {key: (UUID(call_id), _moment(until)) for key, call_id, until in held}, dict(counted)
        )

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            # mode=rw: a database that is gone is an error, never a new and empty one.
            opened = _identity(self._file)
            uri = f"{self._file.as_uri()}?mode=rw"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            connection.executescript(SQLITE_PRAGMAS + _BATCH)
            self._connection, self._opened = connection, opened
        return self._connection


def _add(values: Values, kind: int, rows: Sequence[Values]) -> None:
    """Rows, each with its kind and as wide as the view."""
    empty = [None] * (_WIDTH - len(rows[0])) if rows else []
    for row in rows:
        values.append(kind)
        values += row
        values += empty


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _json(rows: Sequence[object]) -> str | None:
    return orjson.dumps(rows).decode() if rows else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
