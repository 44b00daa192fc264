"""The way back from a backup. Everything that can be wrong is found before anything is changed."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from webdial.environment import make_secret
from webdial.errors import NotAllowedError
from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase
from webdial.site.domain.backup.archive import read_archive
from webdial.site.domain.backup.manifest import (
    DATABASE,
    KEYS,
    Manifest,
    read_database,
    unreadable,
)

if TYPE_CHECKING:
    from webdial.site.domain.moving.acts import Told


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup that was found good, its files in a folder of their own."""

    manifest: Manifest
    folder: Path

    def key(self, name: str) -> str | None:
        """A key that it holds, by the name of its file."""
        if name not in self.manifest.files:
            return None
        return (self.folder / name).read_text(encoding="ascii").strip()


@contextmanager
def opened_backup(file: Path, *, beside: Path) -> Iterator[OpenedBackup]:
    """The backup, unpacked in a folder of its own in `beside`. Raises InvalidValueError."""
    with TemporaryDirectory(prefix="restore.", dir=beside) as made:
        folder = Path(made)
        manifest = read_archive(file, folder)
        if DATABASE not in manifest.files:
            raise unreadable("It holds no database.")
        try:
            found = read_database(folder / DATABASE)
        except sqlite3.Error as error:
            raise unreadable(f"Its database cannot be read: {error}.") from error
        if found != (manifest.migrations, manifest.counts):
            raise unreadable("Its database is not the one that its manifest tells of.")
        yield OpenedBackup(manifest, folder)


def restore_backup(
    backup: OpenedBackup, database: Database, data: Path, *, is_forced: bool, told: "Told"
) -> list[Path]:
    """Put the backup's database and keys where the server will find them; what was put aside for them.

    Raises NotAllowedError while a server runs, when something is there already and it is not
    `is_forced`, and for a backup of a newer version. Django is set up.
    """
    from webdial.site.domain.moving.acts import refuse_while_running  # noqa: PLC0415

    refuse_while_running(database)
    _refuse_newer(backup.manifest)
    if not is_forced:
        _refuse_to_replace(backup, database, data)
    _bring_to_this_version(backup.folder / DATABASE)
    aside = _put_database(backup.folder / DATABASE, database, is_forced=is_forced, told=told)
    return [*aside, *_put_keys(backup, data)]


def _refuse_newer(manifest: Manifest) -> None:
    from webdial.site.health import known_migrations  # noqa: PLC0415

    known = {f"{app}.{name}" for app, name in known_migrations()}
    if set(manifest.migrations) - known:
        raise NotAllowedError(
            f"This backup was made by a newer version of Webdial, {manifest.version}.",
            hint="Install that version, then restore.",
        )


def _refuse_to_replace(backup: OpenedBackup, database: Database, data: Path) -> None:
    there = [database.file] if isinstance(database, SqliteDatabase) else []
    there += [data / name for name in KEYS if _is_other(data / name, backup.key(name))]
    if names := ", ".join(str(file) for file in there if file.exists()):
        raise NotAllowedError(
            f"There is something here already: {names}.",
            hint="Restore into an empty data folder. With --force it is put aside.",
        )


def _is_other(file: Path, key: str | None) -> bool:
    return key is not None and file.exists() and file.read_text(encoding="ascii").strip() != key


def _bring_to_this_version(file: Path) -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from webdial.site.domain.moving.places import opened  # noqa: PLC0415

    with opened(target=SqliteDatabase(file)):
        call_command("migrate", interactive=False, verbosity=0)


def _put_database(
    restored: Path, database: Database, *, is_forced: bool, told: "Told"
) -> list[Path]:
    from webdial.site.domain.moving.acts import take_everything  # noqa: PLC0415
    from webdial.site.domain.moving.places import opened  # noqa: PLC0415

    match database:
        case SqliteDatabase(file):
            beside = [Path(f"{file}{suffix}") for suffix in ("", "-wal", "-shm")]
            aside = [_put_aside(each) for each in beside if each.exists()]
            _put_in_place(restored, file)
            return aside
        case PostgresDatabase():
            with opened(source=SqliteDatabase(restored), target=database):
                take_everything(told=told, is_still=True, is_replacing=is_forced)
            return []


def _put_in_place(restored: Path, file: Path) -> None:
    with restored.open("rb") as content:
        os.fsync(content.fileno())
    os.link(restored, file)  # unlike a renaming this never takes the place of a file


def _put_keys(backup: OpenedBackup, data: Path) -> list[Path]:
    aside = []
    for name in KEYS:
        key, file = backup.key(name), data / name
        if key is None:
            continue
        if _is_other(file, key):
            aside.append(_put_aside(file))
        with suppress(FileExistsError):
            make_secret(file, key)
    return aside


def _put_aside(file: Path) -> Path:
    """Nothing is thrown away: what was there gets another name."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return file.rename(file.with_name(f"{file.name}.before-{moment}"))
