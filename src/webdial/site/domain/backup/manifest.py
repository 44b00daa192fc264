"""What a backup says of itself, by which it is checked before anything is done with it."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import orjson

from webdial.errors import InvalidValueError

FORMAT: Final = 1
"""Grows when a backup of today can no longer be read by yesterday's program."""

NAME: Final = "manifest.json"
DATABASE: Final = "webdial.sqlite3"
KEYS: Final = ("secret.key", "credential.key")


@dataclass(frozen=True, slots=True)
class File:
    """A file in the backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`counts` has the rows of each table, `migrations` what the database has had, as app.name."""

    format: int
    version: str
    made_at: str
    made_of: str
    migrations: list[str]
    counts: dict[str, int]
    files: dict[str, File]

    def written(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Raises InvalidValueError."""
        try:
            fields: dict[str, Any] = orjson.loads(content)
            if fields["format"] != FORMAT:
                raise unreadable("It was made by a version that this one does not know.")
            files = {name: File(**file) for name, file in fields["files"].items()}
            return cls(**{**fields, "files": files})
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise unreadable("Its manifest is no manifest.") from error


def unreadable(why: str) -> InvalidValueError:
    hint = "Nothing was changed. Take another backup."
    return InvalidValueError(f"The backup cannot be used. {why}", field="file", hint=hint)


def file_of(path: Path) -> File:
    with path.open("rb") as content:
        return File(path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def read_database(file: Path) -> tuple[list[str], dict[str, int]]:
    """The migrations and the rows of each table; the file is looked through for damage.

    Raises sqlite3.Error for what is no database, InvalidValueError for one that is damaged.
    """
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as opened:
        if (found := opened.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise unreadable(f"Its database is damaged: {found}.")
        migrations = opened.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        names = opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        )
        counts = {
            name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name of the file's own
            for (name,) in names.fetchall()
        }
        return [name for (name,) in migrations.fetchall()], counts
