"""What stands in the tables, read and written as values of Python that fit either database."""

from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Any, Final

from django.apps import apps
from django.db import connections
from django.db.models import Field, Model

BATCH: Final = 2_000
"""Rows in memory at once: some megabytes of calls."""

Table = type[Model]
Row = tuple[Any, ...]


def all_tables() -> list[Table]:
    """Every table that Django keeps, what is referred to before what refers to it."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if meta_of(model).managed and not meta_of(model).proxy
    ]
    order = TopologicalSorter({model: _referred_to(model) for model in models})
    try:
        return list(order.static_order())
    except CycleError:  # references are looked at when all is written, so any order will do
        return models


def name_of(table: Table) -> str:
    """Its name in the database."""
    return str(meta_of(table).db_table)


def count_of(table: Table, *, using: str) -> int:
    return table._base_manager.using(using).count()  # noqa: SLF001 - whole, whatever other managers leave out


def rows_of(table: Table, *, using: str) -> Iterator[Row]:
    """All rows, a batch at a time, in the order of their keys."""
    names = [field.attname for field in _fields(table)]
    rows = table._base_manager.using(using).order_by("pk")  # noqa: SLF001 - as above
    yield from rows.values_list(*names).iterator(chunk_size=BATCH)


def add_rows(table: Table, rows: Iterable[Row], *, using: str) -> None:
    """Write rows as they are. Not by `bulk_create`, which puts today's date into some fields."""
    connection = connections[using]
    fields = _fields(table)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(name_of(table))} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours
    written = (
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    )
    with connection.cursor() as cursor:
        while batch := list(islice(written, BATCH)):
            cursor.executemany(statement, batch)


def remove_rows(tables: Sequence[Table], *, using: str) -> None:
    """Empty all tables, what refers before what is referred to."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in reversed(tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name_of(table))}")  # noqa: S608 - a name of ours


def meta_of(table: Table) -> Any:
    return table._meta  # noqa: SLF001 - Django's public API, for all its name


def _fields(table: Table) -> list["Field[Any, Any]"]:
    """The columns that hold something of their own: none that the database works out."""
    return [field for field in meta_of(table).local_concrete_fields if not field.generated]


def _referred_to(table: Table) -> set[Table]:
    fields = meta_of(table).local_concrete_fields
    return {
        meta_of(field.related_model).concrete_model for field in fields if field.is_relation
    } - {table}
