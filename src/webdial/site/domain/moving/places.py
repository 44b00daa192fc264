"""Two databases open at once: the one that is read as SOURCE, the one that is written as Django's own.

In that order because migrations, some of them of others, write to Django's own database without
naming it. So nothing can reach the source by a slip.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from webdial.site.databases import Database, django_database
from webdial.site.domain.moving.tables import Table, name_of

SOURCE: Final = "source"
TARGET: Final = DEFAULT_DB_ALIAS


@contextmanager
def opened(*, target: Database, source: Database | None = None) -> Iterator[None]:
    """Django has these and no other meanwhile. Nothing else of the program may run."""
    kept = connections.databases[TARGET]
    _forget(TARGET)
    _name(TARGET, target)
    if source is not None:
        _name(SOURCE, source)
    try:
        yield
    finally:
        _forget(TARGET)
        if source is not None:
            _forget(SOURCE)
            del connections.databases[SOURCE]
        connections.databases[TARGET] = kept


@contextmanager
def one_moment(tables: list[Table], *, is_still: bool) -> Iterator[None]:
    """The source as it is at one moment; with `is_still` nobody can write to it either.

    Without, a server goes on: it writes, and what it writes from here on is not seen.
    """
    connection = connections[SOURCE]
    with transaction.atomic(using=SOURCE), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if is_still:
                names = ", ".join(connection.ops.quote_name(name_of(each)) for each in tables)
                cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")
        # On SQLite the transaction is the one writer from its beginning: see django_database.
        yield


def _name(alias: str, database: Database) -> None:
    """Let Django know a database under this alias."""
    described: dict[str, Any] = {TARGET: {}, alias: django_database(database)}
    connections.databases[alias] = connections.configure_settings(described)[alias]


def _forget(alias: str) -> None:
    """The next connection under this alias is made anew."""
    connections[alias].close()
    del connections[alias]
