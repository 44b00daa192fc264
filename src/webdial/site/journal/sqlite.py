"""The journal in SQLite: whatever a batch holds, it is one statement."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson

from webdial.exchange.journal import Entry, EntryRefusedError
from webdial.site.audit.journal_chains import Chain
from webdial.site.databases import SQLITE_PRAGMAS, SqliteDatabase
from webdial.site.journal.rows import BEGUN_COLUMNS, ENDED_COLUMNS, PLACING, Rows
from webdial.site.journal.store import Store
from webdial.site.journal.terms import Standing, TermRows, keys_of


def _values(count: int, row: str = "value") -> str:
    return ", ".join(f"json_extract({row}, '$[{index}]')" for index in range(count))


_SET_ENDED: Final = ", ".join(
    f"{name} = json_extract(e.value, '$[{index}]')"
    for index, name in enumerate(ENDED_COLUMNS)
    if name != "id"
)
_END: Final = f"""
    UPDATE webdial_call SET {_SET_ENDED} FROM json_each(NEW.%s) AS e
    WHERE webdial_call.id = json_extract(e.value, '$[0]');
"""  # noqa: S608 - constants

_BATCH: Final = f"""
CREATE TEMP VIEW journal_batch (begun, ended, settled, claims, tallies, chain, position, entries, hash)
AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL;

CREATE TEMP TRIGGER journal_batch_written INSTEAD OF INSERT ON journal_batch BEGIN
    SELECT RAISE(ABORT, 'claimed') FROM json_each(NEW.claims) AS wanted
    JOIN webdial_callclaim AS held ON held.key = json_extract(wanted.value, '$[0]')
    WHERE held.until > json_extract(wanted.value, '$[2]');

    SELECT RAISE(ABORT, 'tally full') FROM json_each(NEW.tallies) AS wanted
    JOIN webdial_calltally AS counted ON counted.key = json_extract(wanted.value, '$[0]')
    WHERE counted.count + json_extract(wanted.value, '$[2]') > json_extract(wanted.value, '$[3]');

    INSERT INTO webdial_callclaim (key, call_id, claimed_at, until)
    SELECT {_values(4)} FROM json_each(NEW.claims) WHERE true
    ON CONFLICT (key) DO UPDATE SET call_id = excluded.call_id,
        claimed_at = excluded.claimed_at, until = excluded.until;

    INSERT INTO webdial_calltally (key, ends_at, count, allowed)
    SELECT {_values(4)} FROM json_each(NEW.tallies) WHERE true
    ON CONFLICT (key) DO UPDATE SET count = count + excluded.count, allowed = excluded.allowed;

    INSERT INTO webdial_call (outcome, answer, {", ".join(BEGUN_COLUMNS)})
    SELECT '{PLACING}', '', {_values(len(BEGUN_COLUMNS))} FROM json_each(NEW.begun);
    {_END % "ended"}
    {_END % "settled"}
    INSERT INTO webdial_journallink (chain, position, entries, hash)
    VALUES (NEW.chain, NEW.position, NEW.entries, NEW.hash);
END;
"""  # noqa: S608 - constants


class SqliteJournalStore(Store):
    """A JournalStore in SQLite; a commit is on disk when it returns (synchronous=FULL).

    A batch is one statement and so one transaction of its own: a row put into a view of this
    connection, whose trigger does the rest. The thread therefore gives up and takes back the
    interpreter's lock once for a batch; with BEGIN, INSERT, UPDATE and COMMIT as four statements a
    loaded server placed a third fewer calls. View and trigger belong to the connection (TEMP).
    """

    _WRITE: Final = "INSERT INTO journal_batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__()
        self._file = database.file
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_written(self, rows: Rows, terms: TermRows, chain: Chain, head: bytes) -> bool:
        batch = (
            rows.begun or None, rows.ended or None, rows.settled or None, _json(terms.claims),
            _json(terms.tallies), chain.id, chain.position + 1, rows.link, head,
        )  # fmt: skip
        try:
            self._connected().execute(self._WRITE, batch)
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
