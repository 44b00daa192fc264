"""A PostgreSQL cluster of the tests' own, on a loopback address, gone with the session.

It trusts whoever connects and syncs nothing to disk: fast, and fit for nothing but tests.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from . import presence
from .events import PartError
from .processes import START_LIMIT_S, Child

_PORT = 5432
_USER = "postgres"
"""The database's superuser and, as the server refuses to run as root, Debian's system user."""
_SQL_LIMIT_S = 300.0
"""For a statement of a test: to drop a database has taken half a minute on a busy disk."""

_UNSAFE_BUT_FAST = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=32MB",
    "jit=off",
)

_SAFE = ("shared_buffers=32MB", "jit=off", "authentication_timeout=600")
"""The last for a machine that stands still meanwhile, which is no fault of a server's that logs in."""


class PostgresCluster:
    """A running server; a context manager that ends it and removes its files."""

    def __init__(
        self,
        host: str,
        *,
        is_safe: bool = False,
        settings: tuple[str, ...] | None = None,
        parent: Path | None = None,
    ) -> None:
        """Make the cluster and start it on `host`, a loopback address of its own (about 1 s).

        With `is_safe` a commit is on disk when it returns, as users have it: for what kills or measures it.
        Its files are in a folder of `parent`, else in one of the system's for what does not last.
        `settings` stand in the place of both; with none of them it runs as it is delivered.
        Raises PartError with initdb's words when it fails.
        """
        self.host = host
        usual = _SAFE if is_safe else _UNSAFE_BUT_FAST
        self._settings = usual if settings is None else settings
        self._programs = presence.program("postgresql").parent
        self._system_user = _USER if os.geteuid() == 0 else None
        self._names = (f"test_{number}" for number in itertools.count(1))
        # Not a folder of pytest's: those are closed to the user that the server runs as.
        self._folder = Path(tempfile.mkdtemp(prefix="webdial-postgres-", dir=parent))
        try:
            self._make_cluster()
            self._child = self._start_server()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def wait_ready(self) -> None:
        """Wait until it takes connections. Raises PartError with its log when it does not start."""
        self._child.wait_line("database system is ready to accept connections")

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@{self.host}:{_PORT}/{database}"

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Give the URL of an empty database, dropped afterwards, whoever is still connected."""
        name = next(self._names)
        # A template copied file by file is the quicker way when nothing is synced.
        self.run_sql(_USER, f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.run_sql(_USER, f"DROP DATABASE {name} WITH (FORCE)")

    def run_sql(self, database: str, sql: str) -> str:
        """Run statements by psql; return the rows, a line each, columns parted by `|`.

        Raises PartError with psql's words when a statement fails.
        """
        psql = str(self._programs / "psql")
        done = subprocess.run(
            [psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url(database)],
            capture_output=True,
            text=True,
            timeout=_SQL_LIMIT_S,
            check=False,
        )
        if done.returncode:
            raise PartError(f"psql: {done.stderr}")
        return done.stdout.rstrip("\n")

    def sessions(self) -> list[int]:
        """The process ids of those who serve somebody."""
        query = (
            "SELECT pid FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [int(line) for line in self.run_sql(_USER, query).splitlines()]

    def stop(self) -> None:
        """End it in good order; the files stay for `start`."""
        self._child.end(signal.SIGINT)

    def kill(self) -> None:
        """End every process of it with -9, as a power cut would; the files stay for `start`."""
        server = psutil.Process(self._child.pid)
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes[1:], timeout=_SQL_LIMIT_S)
        self._child.end()

    def start(self) -> None:
        """Start it again, and wait until it takes connections."""
        self._child = self._start_server()
        self.wait_ready()

    def crash(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def end(self) -> None:
        """End it at once, without a last checkpoint, and remove its files."""
        self._child.end(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def _make_cluster(self) -> None:
        if self._system_user is not None:
            shutil.chown(self._folder, self._system_user, self._system_user)
        command: list[str | Path] = [
            *(self._programs / "initdb", "-D", self._folder / "data", "-U", _USER),
            *("--auth=trust", "--no-sync", "--no-instructions"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        ]
        with Child("initdb", command, folder=self._folder, user=self._system_user) as initdb:
            if initdb.wait_end(timeout_s=START_LIMIT_S):
                raise PartError(f"initdb failed\n{initdb.lines.tail()}")

    def _start_server(self) -> Child:
        settings = (
            f"listen_addresses={self.host}",
            f"port={_PORT}",
            "unix_socket_directories=",
            *self._settings,
        )
        options = [word for setting in settings for word in ("-c", setting)]
        return Child(
            "PostgreSQL",
            [self._programs / "postgres", "-D", self._folder / "data", *options],
            folder=self._folder,
            user=self._system_user,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
