"""Which database, and how each is opened: the same answer for Django and for the journal."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from webdial.environment import Environment
from webdial.errors import InvalidValueError

BUSY_TIMEOUT_S = 5
"""How long a writer waits for another before it gives up: a person still waits that long."""

SQLITE_PRAGMAS = f"""
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000};
"""
"""synchronous=FULL: with WAL the default (NORMAL) may lose the last commits to a power cut."""

POSTGRES_SETTINGS: Final = {
    # What it costs to read out of order. The delivered 4 is that of disks that turn; with it PostgreSQL
    # reads the whole call log where an index is a quarter of it.
    "random_page_cost": "1.1",
    # Compiling a query takes longer than any page's query does.
    "jit": "off",
    # A page is not worth several processors, and starting further processes takes longer than it saves.
    "max_parallel_workers_per_gather": "0",
}
"""How queries of pages are planned (docs/reference/performance-pages.md)."""

_PLAN_FOR_PAGES: Final = "; ".join(
    f"SET {key} = {value}" for key, value in POSTGRES_SETTINGS.items()
)

UPGRADE_KEY: Final = 0x77656264
"""Advisory lock under which one of several machines makes or upgrades a PostgreSQL database."""

PRUNE_KEY: Final = 0x77656265
"""Advisory lock under which one of several processes removes old calls."""


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    file: Path


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str
    options: dict[str, str] = field(repr=False)
    """May hold secrets as well, such as sslpassword."""


Database = SqliteDatabase | PostgresDatabase


def chosen_database(environment: Environment) -> Database:
    """The database that WEBDIAL_DATABASE_URL names, else SQLite in the data folder.

    Raises InvalidValueError, which quotes nothing of the address: a password may stand in it.
    """
    if not environment.database_url:
        return SqliteDatabase(environment.data / "webdial.sqlite3")
    return database_at(environment.database_url)


def database_at(address: str, *, given_in: str = "WEBDIAL_DATABASE_URL") -> Database:
    """The database at this address, which was given in that variable or option.

    Raises InvalidValueError, as `chosen_database`.
    """
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        # Not `from`: the cause quotes what stands where the port should.
        raise _bad_address(
            f"{given_in} is no address.",
            given_in,
            hint="In a user name or password, / : @ ? # [ ] and % are written as %2F, %3A and so on.",
        ) from None
    if url.scheme == "sqlite":
        return _sqlite_database(url, given_in)
    if url.scheme not in {"postgresql", "postgres"}:
        raise _bad_address(f"{given_in} must begin with postgresql:// or sqlite:///", given_in)
    if find_spec("psycopg") is None:
        raise _bad_address(
            "PostgreSQL needs a package that is not installed.",
            given_in,
            hint="Install Webdial with the extra postgresql.",
        )
    return PostgresDatabase(
        name=unquote(url.path.lstrip("/")),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        host=url.hostname or "",
        port=str(port or ""),
        options=dict(parse_qsl(url.query)),
    )


def _sqlite_database(url: SplitResult, given_in: str) -> SqliteDatabase:
    file = Path(unquote(url.path))
    if url.netloc or not file.name:
        message = f"{given_in} names no file: sqlite:///path/to/file does."
        raise _bad_address(message, given_in)
    return SqliteDatabase(file)


def _bad_address(message: str, given_in: str, *, hint: str = "") -> InvalidValueError:
    return InvalidValueError(message, field=given_in, hint=hint)


def django_database(database: Database) -> dict[str, Any]:
    """The entry for Django's DATABASES."""
    match database:
        case SqliteDatabase(file):
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": file,
                "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE"},
            }
        case PostgresDatabase():
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": database.name,
                "USER": database.user,
                "PASSWORD": database.password,
                "HOST": database.host,
                "PORT": database.port,
                "OPTIONS": dict(database.options),
            }


def plan_for_pages(connection: Any, **_: object) -> None:
    """Told by Django of each connection that it opens. Not by `options`, which a pooler refuses."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_PLAN_FOR_PAGES)


def connection_info(database: PostgresDatabase) -> str:
    """The connection string for psycopg, for what goes past Django."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - an optional package

    named = {
        "dbname": database.name,
        "user": database.user,
        "password": database.password,
        "host": database.host,
        "port": database.port,
        **database.options,
    }
    return make_conninfo(**{name: value for name, value in named.items() if value})
