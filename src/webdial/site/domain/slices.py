"""Tables held in memory, of which only what has changed is read again.

A table is cut into slices of its ids. The database makes one text of each slice's rows; a slice whose text
is as before is not read. So a change of one row among 100,000 costs a tenth of a second of the database's
own work and one slice's reading, not a second of the interpreter's, in which calls would wait. Nothing needs to tell
which rows have changed: it is found out, whoever changed them and however.

All texts come in one row, and slices are small: with each row that is fetched, the interpreter's lock changes hands, which
takes up to 5 ms beside a busy event loop.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Aggregate, F, Model, Q, QuerySet, TextField

SLICE: Final = 32
"""Ids of one slice."""

_NEXT: Final = "\x1e"
"""Parts slices: JSON writes such a character in another way, and no MD5 has it."""

MOST_BY_SLICE: Final = 20
"""Changed slices that are asked for one by one; more are found by reading the whole table."""

Row = tuple[Any, ...]
Entries = tuple[dict[Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What is read of a table, and what becomes of it.

    `columns` begin with the one that cuts the table: rows which make one entry together must have the same in it.
    `read` makes mappings of some rows, always as many; each key comes from rows of one slice only.
    """

    model: type[Model]
    columns: tuple[str, ...]
    read: Callable[[Iterable[Row]], Entries]
    only: Q | None = None

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = QuerySet(self.model)
        return (rows if self.only is None else rows.filter(self.only)).order_by("pk")


@dataclass(frozen=True, slots=True)
class Held:
    """A section as it was read. `keys` are those of each mapping that came from each slice."""

    digests: Mapping[int, int]
    keys: Mapping[int, tuple[tuple[Any, ...], ...]]
    entries: Entries


def read_section(section: Section, held: Held | None = None) -> Held:
    """The section as it is now; `held` itself when it is still so.

    Mappings of `held` stay as they are. What changes meanwhile may or may not be in it, and is found the next time.
    """
    digests = _digests(section)
    before = held or _nothing(section)
    if held is not None and digests == held.digests:
        return held
    changed = {
        number
        for number in digests.keys() | before.digests.keys()
        if digests.get(number) != before.digests.get(number)
    }
    fresh = {number: section.read(rows) for number, rows in _rows(section, changed).items()}
    return Held(digests, *_replaced(before, changed, fresh))


def _nothing(section: Section) -> Held:
    return Held({}, {}, section.read(()))


def _replaced(
    before: Held, changed: set[int], fresh: Mapping[int, Entries]
) -> tuple[dict[int, tuple[tuple[Any, ...], ...]], Entries]:
    keys = dict(before.keys)
    entries = tuple(each.copy() for each in before.entries)
    for number in changed:
        for mapping, gone in zip(entries, keys.pop(number, ()), strict=False):
            for key in gone:
                mapping.pop(key, None)
    for number, found in fresh.items():
        keys[number] = tuple(tuple(each) for each in found)
        for mapping, each in zip(entries, found, strict=True):
            mapping.update(each)
    return keys, entries


def _rows(section: Section, changed: set[int]) -> dict[int, list[Row]]:
    rows = section.rows()
    if len(changed) <= MOST_BY_SLICE:
        rows = rows.filter(_within(section.columns[0], changed))
    found: dict[int, list[Row]] = {}
    for row in rows.values_list(*section.columns):
        number = row[0] // SLICE
        if number in changed:
            found.setdefault(number, []).append(row)
    return found


def _within(column: str, changed: set[int]) -> Q:
    wanted = Q(pk__in=())
    for number in changed:
        first = number * SLICE
        wanted |= Q(**{f"{column}__gte": first, f"{column}__lt": first + SLICE})
    return wanted


def _digests(section: Section) -> dict[int, int]:
    """A hash of 64 bits for each slice, which this process alone can compare."""
    sql, parameters = _question(section, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        (all_slices,) = cursor.fetchone()
    parted = (each.partition(":") for each in (all_slices or "").split(_NEXT) if each)
    return {int(number): hash(text) for number, _, text in parted}


@cache
def _question(section: Section, vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The slices in one text: number, colon, text of each. To put it together takes longer than to answer it."""
    slices = (
        section.rows()
        .order_by()
        .annotate(number=F(section.columns[0]) / SLICE)
        .values("number")
        .annotate(text=_Text("pk", *section.columns))
    )
    sql, parameters = slices.query.sql_with_params()
    joined = _JOINED[vendor].format(ord(_NEXT))
    return f"SELECT {joined} FROM ({sql}) AS slices", parameters  # noqa: S608 - nobody's words


class _Text(Aggregate):
    """All columns of all rows in one text, which differs when any of them does; on PostgreSQL its MD5.

    There the text would travel through the network; a difference is looked for, and no forger.
    """

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "JSON_GROUP_ARRAY(JSON_ARRAY(%(expressions)s))"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        first, _ = compiler.compile(self.source_expressions[0])
        template = f"MD5(STRING_AGG(ROW(%(expressions)s)::text, ',' ORDER BY {first}))"
        return self.as_sql(compiler, connection, template=template, **extra)


_JOINED: Final = {
    "sqlite": "GROUP_CONCAT(number || ':' || text, CHAR({}))",
    "postgresql": "STRING_AGG(number || ':' || text, CHR({}))",
}
