"""Which runs of the program are alive, so that calls of dead ones can be told as interrupted.

A run holds a lock while it lives, however it ends: the system takes the lock from a killed process.
On SQLite that is a lock on a file beside the database; on PostgreSQL an advisory lock of a
session, which other machines see too.
"""

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from filelock import FileLock, Timeout

from webdial.site.databases import (
    PRUNE_KEY,
    UPGRADE_KEY,
    Database,
    PostgresDatabase,
    SqliteDatabase,
    connection_info,
)

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger("webdial.runs")

_GLANCE_S = 0.02
"""How often a run looks whether another has begun. From its lock to its first call, one reads more than that."""

_LOOK_S = 1.0
"""How often a run looks whether the others still live."""


class Run(Protocol):
    """This run of the program. Its lock is held from the beginning until `close`."""

    id: str

    def is_alive(self, run_id: str) -> bool:
        """Whether another run still lives."""

    def keep(self) -> None:
        """Take the lock again if it was lost; called every second."""

    def has_company(self) -> bool:
        """Whether another run may live on the same database; asked before every call."""

    def close(self) -> None: ...


def begin_run(database: Database) -> Run:
    """Begin a run on `database`; raises OSError when its lock cannot be kept."""
    match database:
        case SqliteDatabase(file):
            return FileRun(file.parent / "runs")
        case PostgresDatabase():
            return SessionRun(database)


def count_living_runs(database: Database) -> int:
    """How many runs live on `database`, on whatever machine: servers, and commands that place calls."""
    match database:
        case SqliteDatabase(file):
            return sum(_is_held(each) for each in (file.parent / "runs").glob("*.lock"))
        case PostgresDatabase():
            return _count_sessions(database)


class FileRun:
    """A run on one machine, told by a lock file of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.id = uuid4().hex
        self._folder = folder
        self._changed = 0
        self._glance_again_s = 0.0
        self._look_again_s = 0.0
        self._has_company = False
        self._free_before: set[Path] = set()
        self._dead: set[Path] = set()
        self._lock = FileLock(self._file(self.id), thread_local=False)
        self._lock.acquire()

    def is_alive(self, run_id: str) -> bool:
        file = self._file(run_id)
        return file.exists() and _is_held(file)

    def keep(self) -> None:
        """A file's lock is not lost while the process lives."""

    def has_company(self) -> bool:
        now_s = time.monotonic()
        if now_s >= self._glance_again_s:
            self._glance_again_s = now_s + _GLANCE_S
            self._glance(now_s)
        return self._has_company

    def _glance(self, now_s: float) -> None:
        """Look at the locks when one has come or gone; and now and then, since a killed run leaves its own."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except OSError:
            self._has_company = True
            return
        if changed != self._changed or now_s >= self._look_again_s:
            self._changed, self._look_again_s = changed, now_s + _LOOK_S
            self._has_company = self._look_for_others()

    def _look_for_others(self) -> bool:
        others = set(self._folder.glob("*.lock")) - self._dead - {self._file(self.id)}
        free = {file for file in others if not _is_locked(file)}
        self._dead |= free & self._free_before
        self._free_before = free
        return bool(others - self._dead)  # one that begins now has its file before its lock

    def close(self) -> None:
        self._lock.release()
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)

    def _file(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.lock"


def _is_locked(file: Path) -> bool:
    """As `_is_held`, and leaves the file where it is."""
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _is_held(file: Path) -> bool:
    """Whether somebody holds this lock; one that nobody does is removed."""
    if _is_locked(file):
        return True
    with suppress(OSError):
        file.unlink(missing_ok=True)
    return False


class SessionRun:
    """A run beside others on one PostgreSQL, told by an advisory lock of its session."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.id = uuid4().hex
        self._database = database
        self._session = self._locked_session()

    def is_alive(self, run_id: str) -> bool:
        key = (_key(run_id),)
        row = self._session.execute("SELECT pg_try_advisory_lock(%s)", key).fetchone()
        if row is None or not row[0]:
            return True
        self._session.execute("SELECT pg_advisory_unlock(%s)", key)
        return False

    def keep(self) -> None:
        try:
            self._session.execute("SELECT 1")
        except Exception:  # whatever is wrong with the session, a new one is wanted
            log.warning("the database session was lost; the run's lock is taken anew")
            self._session.close()
            self._session = self._locked_session()

    def has_company(self) -> bool:
        """Always: what is decided in the database then needs no word between machines."""
        return True

    def close(self) -> None:
        self._session.close()

    def _locked_session(self) -> "psycopg.Connection[Any]":
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        session = psycopg.connect(connection_info(self._database), autocommit=True)
        session.execute("SELECT pg_advisory_lock(%s)", (_key(self.id),))
        return session


def _count_sessions(database: PostgresDatabase) -> int:
    """The advisory locks of runs: a run's key is as large as these are small."""
    import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND datname = current_database() "
        "AND NOT (classid = 0 AND objid = ANY(%s))"
    )
    others = [UPGRADE_KEY, PRUNE_KEY]
    with psycopg.connect(connection_info(database)) as session:
        row = session.execute(query, (others,)).fetchone()
    return 0 if row is None else int(row[0])


def _key(run_id: str) -> int:
    """An advisory lock's key is a signed 64-bit number; 60 bits of the run's id."""
    return int(run_id[:15], 16)
