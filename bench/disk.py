"""What writing down durably costs on the disk that the data folder is on.

Webdial puts every call on disk before anything leaves, so its figures mean little without this one;
on a disk in memory it is next to nothing, and the report says which file system it was.
"""

import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil

_ENTRY = "x" * 300
"""About the size of one call's entry."""


def data_folder() -> Path:
    """Where to put data that is to be on a real disk: `/tmp` is often memory, `/var/tmp` never.

    The Filesystem Hierarchy Standard 3.0, section 5.15, keeps /var/tmp over a restart.
    """
    lasting = Path("/var/tmp")
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())


def commit_s(folder: Path, *, commits: int = 200) -> float:
    """Median seconds of one SQLite commit of one row in WAL mode with synchronous=FULL."""
    path = folder / "commits.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE entry (text TEXT)")
        return statistics.median(_commit(database) for _ in range(commits))


def _commit(database: sqlite3.Connection) -> float:
    started_at = time.perf_counter()
    database.execute("INSERT INTO entry VALUES (?)", (_ENTRY,))
    return time.perf_counter() - started_at


def file_system(folder: Path) -> str:
    """The kind of file system `folder` is on, such as `ext4`; `unknown` when nobody says."""
    place = folder.resolve()
    mounts = [
        part for part in psutil.disk_partitions(all=True) if place.is_relative_to(part.mountpoint)
    ]
    nearest = max(mounts, key=lambda part: len(Path(part.mountpoint).parts), default=None)
    return nearest.fstype if nearest else "unknown"
