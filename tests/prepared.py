"""Prepared installations that are copied: to make a database takes seconds, to copy one a hundredth of that.

The first of a test process is made by the program's own commands, and kept aside as it is then.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Kept:
    """A data folder as it was kept, what was given when it was made, and the token that was printed."""

    folder: Path
    given: Mapping[str, str]
    token: str


_kept: dict[str, Kept] = {}
"""By the folder's name. A PostgreSQL server holds the database of that name, SQLite's is in the folder."""

_IN_FILES = "files_"
_IN_POSTGRESQL = "prepared_"


def prepare_folder(
    folder: Path, database_url: str, given: Mapping[str, str], make: Callable[[], str]
) -> str:
    """Fill a data folder and its empty database as `make` does with the variables `given`.

    Returns the token, which `make` returns.
    """
    if folder.exists() and any(folder.iterdir()):
        return make()
    if database_url:
        return _prepare_in_server(folder, database_url, given, make)
    for name in _made_with(given, _IN_FILES):
        return _copy_out(name, folder)
    token = make()
    _keep(folder, _IN_FILES, given, token)
    return token


def _prepare_in_server(
    folder: Path, database_url: str, given: Mapping[str, str], make: Callable[[], str]
) -> str:
    own = urlsplit(database_url).path.lstrip("/")
    with _administration(database_url) as server:
        there = {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}
        for name in there.intersection(_made_with(given, _IN_POSTGRESQL)):
            server.execute(f"DROP DATABASE {own}".encode())
            _copy_database(server, name, own)
            return _copy_out(name, folder)
        token = make()
        _copy_database(server, own, _keep(folder, _IN_POSTGRESQL, given, token))
    return token


def _made_with(given: Mapping[str, str], prefix: str) -> list[str]:
    return [name for name, kept in _kept.items() if kept.given == given and name.startswith(prefix)]


def _keep(folder: Path, prefix: str, given: Mapping[str, str], token: str) -> str:
    aside = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, aside, ignore_errors=True)
    shutil.copytree(folder, aside, dirs_exist_ok=True)
    _kept[aside.name] = Kept(aside, dict(given), token)
    return aside.name


def _copy_out(name: str, folder: Path) -> str:
    shutil.copytree(_kept[name].folder, folder, dirs_exist_ok=True)
    return _kept[name].token


@contextmanager
def _administration(database_url: str) -> "Iterator[psycopg.Connection]":
    import psycopg  # noqa: PLC0415 - not everybody has it

    url = urlunsplit(urlsplit(database_url)._replace(path="/postgres"))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _copy_database(server: "psycopg.Connection", source: str, made: str) -> None:
    # File by file is the quicker way when nothing is synced.
    server.execute(f"CREATE DATABASE {made} TEMPLATE {source} STRATEGY file_copy".encode())
