"""Making a backup of a database that may be in use: as it is at one moment, with no call half written."""

import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import webdial
from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase
from webdial.site.domain.backup.archive import write_archive
from webdial.site.domain.backup.manifest import DATABASE, FORMAT, Manifest, file_of, read_database
from webdial.site.domain.moving.acts import take_everything
from webdial.site.domain.moving.places import opened


def make_backup(database: Database, target: Path, *, keys: Mapping[str, str]) -> Manifest:
    """Write the backup to `target`, with `keys` by the names of their files.

    Raises InvalidValueError when `target` is there already, and what the database and the disk raise.
    """
    with tempfile.TemporaryDirectory(prefix=f"{target.name}.", dir=target.parent) as made:
        folder = Path(made)
        _copy_database(database, folder / DATABASE)
        for name, key in keys.items():
            (folder / name).write_text(f"{key}\n", encoding="ascii")
        migrations, counts = read_database(folder / DATABASE)
        manifest = Manifest(
            format=FORMAT,
            version=webdial.__version__,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            made_of="sqlite" if isinstance(database, SqliteDatabase) else "postgresql",
            migrations=migrations,
            counts=counts,
            files={name: file_of(folder / name) for name in (DATABASE, *keys)},
        )
        write_archive(target, folder, manifest)
    return manifest


def _copy_database(database: Database, copy: Path) -> None:
    match database:
        case SqliteDatabase(file):
            _copy_sqlite(file, copy)
        case PostgresDatabase():
            with opened(source=database, target=SqliteDatabase(copy)):
                take_everything(told=lambda _: None, is_still=False)


def _copy_sqlite(file: Path, copy: Path) -> None:
    """By SQLite's online backup, in one step: others write meanwhile, and it sees none of that."""
    source_uri = f"{file.absolute().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(source_uri, uri=True)) as source,
        closing(sqlite3.connect(copy)) as made,
    ):
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
