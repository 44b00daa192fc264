"""The rows that most tests begin with: made once by the program's own acts, from then on copied.

Five people take longer to make than most tests take, as each act checks, writes its change down and
chains it to the log. A copy is a statement that writes the rows anew, kept in memory: a table would be
gone with the transaction in which many tests run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from webdial.site.domain.acting import THE_PROGRAM, acting_as


@dataclass(frozen=True, slots=True)
class Copy:
    """The statement that writes a table's rows, and how many they are."""

    statement: str
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
        with acting_as(THE_PROGRAM):  # whoever acted in the test before
            make()
        if self._is_alone:
            _copies[self._done] = {table: _copy(table) for table in tables if _count([table])}


def _count(tables: Iterable[str]) -> int:
    each = " + ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {each}")
        return int(cursor.fetchone()[0])


def _copy(table: str) -> Copy:
    literal = "quote_nullable" if connection.vendor == "postgresql" else "quote"
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        values = " || ',' || ".join(f'{literal}("{column.name}")' for column in described)
        cursor.execute(f'SELECT {values} FROM "{table}" ORDER BY 1')
        rows = [f"({row})" for (row,) in cursor.fetchall()]
    columns = ", ".join(f'"{column.name}"' for column in described)
    return Copy(f'INSERT INTO "{table}" ({columns}) VALUES {", ".join(rows)}', len(rows))


def _put_back(copies: dict[str, Copy]) -> None:
    statements = [f'DELETE FROM "{table}"' for table in copies]
    statements += [copy.statement for copy in copies.values()]
    # Foreign keys are looked at when the transaction ends, so the tables' order does not matter.
    with transaction.atomic():
        execute_all(statements)


def execute_all(statements: list[str]) -> None:
    """At once where the database takes them so: PostgreSQL is asked over the network."""
    together = ["; ".join(statements)] if connection.vendor == "postgresql" else statements
    with connection.cursor() as cursor:
        for each in together:
            cursor.execute(each)
