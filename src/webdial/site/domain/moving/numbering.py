"""The numbers that the database gives to new rows go on where they were.

Not at the highest row that is there: the row of a user who was removed is gone, but the history still
names its number, and nobody else may get it.
"""

from django.db import connections
from django.db.models import AutoField

from webdial.site.domain.moving.tables import Table, meta_of, name_of


def last_number(table: Table, *, using: str) -> int | None:
    """The last number given, 0 for none; None where the database gives none."""
    if not isinstance(meta_of(table).pk, AutoField):
        return None
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name_of(table)])
            row = cursor.fetchone()
            return 0 if row is None else int(row[0])
        cursor.execute(f"SELECT last_value, is_called FROM {_sequence(table, using)}")  # noqa: S608 - a name of ours
        last, is_called = cursor.fetchone()
        return int(last) if is_called else 0


def go_on_after(table: Table, number: int, *, using: str) -> None:
    """The next row gets a number after this one. The rows are there already."""
    if not number:
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [name_of(table)])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name_of(table), number]
            )
        else:
            cursor.execute("SELECT setval(%s, %s)", [_sequence(table, using), number])


def _sequence(table: Table, using: str) -> str:
    quote = connections[using].ops.quote_name
    with connections[using].cursor() as cursor:
        names = [quote(name_of(table)), meta_of(table).pk.column]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", names)
        return str(cursor.fetchone()[0])
