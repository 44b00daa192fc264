"""Whether this process can place calls now, part by part.

A look reads and writes the database, so there is one at a time and its result holds for a second:
whoever asks more often, or all at once, costs nothing more. What is told is for everybody's eyes; the
reason of a failure goes to the log.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from django.db.migrations.loader import MigrationLoader

from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase, connection_info

log = logging.getLogger("webdial.health")

LIMIT_S: Final = 1.0
"""A database that takes longer to read and write places no calls that anybody waits for."""

HOLDS_S: Final = 1.0
"""How long the result of a look is told again."""

OK: Final = "ok"

_APPLIED: Final = "SELECT app, name FROM django_migrations"

Migrations = frozenset[tuple[str, str]]


class Living(Protocol):
    """What tells of itself whether it is at work: the journal."""

    @property
    def is_alive(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """`parts` has "ok" or what is wrong, by the part's name."""

    parts: dict[str, str]

    @property
    def is_ready(self) -> bool:
        return set(self.parts.values()) == {OK}


class Health:
    """Looks at the parts; `look` reads and writes the database (see `probe`) and may take its time.

    `is_stopping` is set when the process was told to end.
    """

    def __init__(
        self,
        look: "Callable[[], Migrations]",
        *,
        journal: Living,
        is_configured: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.is_stopping = False
        self._read_and_write = look
        self._journal = journal
        self._is_configured = is_configured
        self._clock = clock
        self._look: asyncio.Task[dict[str, str]] | None = None
        self._until_s = 0.0
        self._told = ""

    async def readiness(self) -> Readiness:
        """What holds now, within little more than a second."""
        parts = {
            **await self._of_database(),
            "journal": OK if self._journal.is_alive else "the thread that writes it has ended",
            "configuration": OK if self._is_configured() else "not loaded",
            "server": "shutting down" if self.is_stopping else OK,
        }
        self._tell_change(parts)
        return Readiness(parts)

    async def _of_database(self) -> dict[str, str]:
        look = self._look
        if look is None or (look.done() and self._clock() >= self._until_s):
            look = self._look = asyncio.create_task(asyncio.to_thread(self._probe))
            self._until_s = self._clock() + HOLDS_S
        await asyncio.wait({look}, timeout=LIMIT_S)
        if not look.done():  # it goes on; until it ends there is no second one
            return {"database": "no answer within a second", "migrations": "not known"}
        return look.result()

    def _probe(self) -> dict[str, str]:
        try:
            applied = self._read_and_write()
        except Exception:  # whatever the driver raises, the database cannot be used
            log.warning("the database could not be read and written", exc_info=True)
            return {"database": "cannot be read and written", "migrations": "not known"}
        missing = known_migrations() - applied
        return {"database": OK, "migrations": f"{len(missing)} to be done" if missing else OK}

    def _tell_change(self, parts: dict[str, str]) -> None:
        wrong = "; ".join(f"{name}: {what}" for name, what in parts.items() if what != OK)
        if wrong != self._told:
            self._told = wrong
            log.log(
                *((logging.WARNING, "not ready: %s", wrong) if wrong else (logging.INFO, "ready"))
            )


@lru_cache(maxsize=1)
def known_migrations() -> Migrations:
    """All that this version of the program has."""
    return frozenset(MigrationLoader(None).disk_migrations)


def probe(database: Database) -> Migrations:
    """Read the database and write to it, lastingly; the migrations that it has had.

    Over a connection of its own. Raises the driver's errors.
    """
    match database:
        case SqliteDatabase():
            return _probe_sqlite(database)
        case PostgresDatabase():
            return _probe_postgres(database)


def _probe_sqlite(database: SqliteDatabase) -> Migrations:
    # mode=rw: a database that is gone is an error, never a new and empty one.
    uri = f"{database.file.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=LIMIT_S, isolation_level=None)) as opened:
        applied = opened.execute(_APPLIED).fetchall()
        opened.execute("BEGIN IMMEDIATE")
        opened.execute("UPDATE webdial_revision SET number = number")
        opened.execute("COMMIT")
    return frozenset((app, name) for app, name in applied)


def _probe_postgres(database: PostgresDatabase) -> Migrations:
    import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

    info = connection_info(database)
    with psycopg.connect(info, autocommit=True, connect_timeout=2) as opened:
        opened.execute("SET statement_timeout = 2000")
        applied = opened.execute(_APPLIED).fetchall()
        # A message in the write-ahead log: written like a change, with no row that others may hold.
        opened.execute("SELECT pg_logical_emit_message(true, 'webdial', '')")
        row = opened.execute("SHOW transaction_read_only").fetchone()
        if row is None or row[0] != "off":
            raise psycopg.errors.ReadOnlySqlTransaction("the database takes no changes")
    return frozenset((app, name) for app, name in applied)
