"""The rows that most tests begin with: made once by the program's own acts, from then on copied.

Five people take longer to make than most tests take, as each act checks, writes its change down and
chains it to the log.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Copy:
    """A table that has a table's rows, and how many they are."""

    name: str
    rows: int


_copies: dict[tuple[str, ...], dict[str, Copy]] = {(): {}}
"""By steps that were taken one after the other: a copy of each table that has rows then."""


class Steps:
    """What one test begins with, step by step, in a database that is empty before the first."""

    def __init__(self) -> None:
        self._done: tuple[str, ...] = ()
        self._is_alone = True

    def take(self, step: str, make: Callable[[], Any]) -> None:
        """Have the rows that `make` makes. What a test wrote between two steps stays: then they are made."""
        before = _copies[self._done] if self._is_alone else {}
        self._done += (step,)
        known = _copies.get(self._done)
        tables = known or connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        self._is_alone = self._is_alone and _count(tables) == sum(
            copy.rows for table, copy in before.items() if table in tables
        )
        if known and self._is_alone:
            _put_back({table: copy for table, copy in known.items() if copy != before.get(table)})
            return
        make()
        if self._is_alone:
            _copies[self._done] = _copied(tables, before)


def _count(tables: Iterable[str]) -> int:
    each = " + ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {each}")
        return int(cursor.fetchone()[0])


def _copied(tables: Iterable[str], before: dict[str, Copy]) -> dict[str, Copy]:
    found = {table: rows for table in tables if (rows := _count([table]))}
    return {
        table: before[table] if _is_as(table, before.get(table)) else _copy(table, rows)
        for table, rows in found.items()
    }


def _copy(table: str, rows: int) -> Copy:
    copy = Copy(f"kept_{len(_copies)}_{table}", rows)
    execute_all([f'CREATE TABLE "{copy.name}" AS SELECT * FROM "{table}"'])
    return copy


def _is_as(table: str, copy: Copy | None) -> bool:
    if copy is None or _count([table]) != copy.rows:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" EXCEPT SELECT * FROM "{copy.name}"')
        return cursor.fetchone() is None


def _put_back(copies: dict[str, Copy]) -> None:
    statements = [f'DELETE FROM "{table}"' for table in copies]
    statements += [
        f'INSERT INTO "{table}" SELECT * FROM "{copy.name}"' for table, copy in copies.items()
    ]
    # Foreign keys are looked at when the transaction ends, so the tables' order does not matter.
    with transaction.atomic():
        execute_all(statements)


def execute_all(statements: list[str]) -> None:
    """At once where the database takes them so: PostgreSQL is asked over the network."""
    together = ["; ".join(statements)] if connection.vendor == "postgresql" else statements
    with connection.cursor() as cursor:
        for each in together:
            cursor.execute(each)
