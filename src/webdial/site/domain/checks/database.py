"""Checks of the database: there, of this version. It is not made and not upgraded."""

from collections.abc import Iterator
from datetime import datetime

from django.core.checks import CheckMessage
from django.db import connection

from webdial.site.databases import Database, SqliteDatabase
from webdial.site.domain.checks import known
from webdial.site.health import Migrations, known_migrations, probe
from webdial.site.models import Call


def check_database(database: Database) -> list[CheckMessage]:
    """When this finds anything, the configuration cannot be looked at."""
    if isinstance(database, SqliteDatabase) and not database.file.exists():
        return [known.DATABASE_MISSING.found(f"There is no database {database.file} yet.")]
    try:
        applied = probe(database)
    except Exception as error:
        return [_unreachable(error)]
    return list(check_version(known_migrations(), applied))


def _unreachable(error: Exception) -> CheckMessage:
    kind, first = type(error).__name__, (str(error).splitlines() or [""])[0]
    return known.DATABASE_UNREACHABLE.found(f"The database cannot be used: {first or kind}")


def check_version(ours: Migrations, applied: Migrations) -> Iterator[CheckMessage]:
    """`ours` are the program's migrations, `applied` those that the database has had."""
    apps = {app for app, _ in ours}
    if missing := sorted(ours - applied):
        yield known.DATABASE_OLDER.found(
            f"{len(missing)} migrations are to be done, the first of them {'.'.join(missing[0])}."
        )
    elif newer := sorted(each for each in applied - ours if each[0] in apps):
        yield known.DATABASE_NEWER.found(f"The database has had {'.'.join(newer[-1])}.")


def newest_moment() -> datetime | None:
    """When the newest call was placed; None without any."""
    return Call.objects.order_by("-id").values_list("placed_at", flat=True).first()


def time_of_database() -> datetime | None:
    """The time by a database's own server; None where there is none."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
