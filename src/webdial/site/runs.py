"""Which runs of the program are alive, so that calls of dead ones can be told as interrupted.

A run holds a lock while it lives, however it ends: the system takes the lock from a killed process.
On SQLite that is a lock on a file beside the database; on PostgreSQL an advisory lock of a
session, which other machines see too.
"""

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from filelock import FileLock, Timeout

from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase, connection_info

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger("webdial.runs")


class Run(Protocol):
    """This run of the program. Its lock is held from the beginning until `close`."""

    id: str

    def is_alive(self, run_id: str) -> bool:
        """Whether another run still lives."""

    def keep(self) -> None:
        """Take the lock again if it was lost; called every second."""

    def close(self) -> None: ...


def begin_run(database: Database) -> Run:
    """Begin a run on `database`; raises OSError when its lock cannot be kept."""
    match database:
        case SqliteDatabase(file):
            return FileRun(file.parent / "runs")
        case PostgresDatabase():
            return SessionRun(database)


class FileRun:
    """A run on one machine, told by a lock file of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.id = uuid4().hex
        self._folder = folder
        self._lock = FileLock(self._file(self.id), thread_local=False)
        self._lock.acquire()

    def is_alive(self, run_id: str) -> bool:
        file = self._file(run_id)
        if not file.exists():
            return False
        lock = FileLock(file, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return True
        lock.release()
        with suppress(OSError):
            file.unlink(missing_ok=True)
        return False

    def keep(self) -> None:
        """A file's lock is not lost while the process lives."""

    def close(self) -> None:
        self._lock.release()
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)

    def _file(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.lock"


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

    def close(self) -> None:
        self._session.close()

    def _locked_session(self) -> "psycopg.Connection[Any]":
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        session = psycopg.connect(connection_info(self._database), autocommit=True)
        session.execute("SELECT pg_advisory_lock(%s)", (_key(self.id),))
        return session


def _key(run_id: str) -> int:
    """An advisory lock's key is a signed 64-bit number; 60 bits of the run's id."""
    return int(run_id[:15], 16)
