"""How often each number comes among many calls: what figures are made of.

PostgreSQL groups by hashing. SQLite sorts all that it groups; it is three times as quick to have it write
the numbers down, one behind the other, and to count them here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from django.db import connections
from django.db.models import Aggregate, Count, QuerySet, TextField

from webdial.site.models import Call

AT_ONCE: Final = 100_000
"""Calls of which SQLite writes the numbers down at once: some megabytes, in a twentieth of a second."""

Counts = dict[str, Counter[int | None]]


class _Numbers(Aggregate):
    """All numbers as a JSON array. It is one call of SQLite, which holds up no other thread."""

    function = "JSON_GROUP_ARRAY"
    output_field = TextField()


def count_numbers(
    calls: QuerySet[Call], numbers: Mapping[str, Any], *, at_once: int = AT_ONCE
) -> Counts:
    """Of each expression, which gives a whole number or null, how often each number comes."""
    if connections[calls.db].vendor == "sqlite":
        return _counted_here(calls, numbers, at_once)
    return {name: _counted_there(calls, number) for name, number in numbers.items()}


def _counted_there(calls: QuerySet[Call], number: Any) -> Counter[int | None]:
    groups = calls.order_by().annotate(number=number).values_list("number").annotate(n=Count("pk"))
    return Counter(dict(groups))


def _counted_here(calls: QuerySet[Call], numbers: Mapping[str, Any], at_once: int) -> Counts:
    counts: Counts = {name: Counter() for name in numbers}
    asked = {f"all_{name}": _Numbers(number) for name, number in numbers.items()}
    for part in _parts(calls, at_once):
        found = part.aggregate(**asked)
        for name, counted in counts.items():
            counted.update(orjson.loads(found[f"all_{name}"]))
    return counts


def _parts(calls: QuerySet[Call], size: int) -> Iterator[QuerySet[Call]]:
    """So many calls after the other, by their ids.

    The part's own limits come first: SQLite begins to read at the first one that it meets.
    """
    rest = calls
    while True:
        end = rest.order_by("pk").values_list("pk", flat=True)[size : size + 1].first()
        if end is None:
            yield rest.order_by()
            return
        yield (Call.objects.filter(pk__lt=end) & rest).order_by()
        rest = Call.objects.filter(pk__gte=end) & calls
