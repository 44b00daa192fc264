"""Counts of calls, by time, branch, outcome, phone system, and time taken to answer.

What calls are counted by is put into whole numbers, which both databases count quickly
(webdial.site.domain.number_counts).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from webdial.exchange.outcome import Outcome
from webdial.site.domain.number_counts import count_numbers
from webdial.site.models import Call

_SPAN_MS: Final = 2**31
"""More than any time that is kept (webdial.exchange.journal.LONGEST_TOOK_MS)."""


def is_failure(outcome: Outcome) -> bool:
    return outcome.is_final and not outcome.is_success


@dataclass(frozen=True, slots=True)
class CallCounts:
    kinds: tuple[tuple[int, str, Outcome, int], ...]
    """How many calls of one hour, day or month (by its place), one phone system and one outcome."""
    branches: Mapping[int | None, tuple[int, int]]
    """By the branch's id: how many calls, and how many of them went wrong."""
    times: Mapping[str, Mapping[int, int]]
    """By phone system: how many calls took how many milliseconds."""


def count_calls(calls: QuerySet[Call], starts: Sequence[UUID]) -> CallCounts:
    """The calls counted, each belonging to the last of `starts` that its id is not below.

    A call that is the first of its phone system, or has the first outcome of its kind, while this is read
    is not counted.
    """
    found = set(calls.order_by().values_list("phone_system", "outcome").distinct())
    if not found or not starts:
        return CallCounts((), {}, {})
    systems = sorted({system for system, _ in found})
    outcomes = sorted({outcome for _, outcome in found})
    system, outcome = _index("phone_system", systems), _index("outcome", outcomes)
    place = _place(starts, 0, len(starts) - 1)
    numbers = {
        "kinds": (place * len(systems) + system) * len(outcomes) + outcome,
        "branches": Coalesce(F("branch_id"), Value(0)) * 2 + _went_wrong(outcomes),
        "times": system * Value(_SPAN_MS, BigIntegerField()) + F("took_ms"),
    }
    counts = count_numbers(calls, numbers)
    return CallCounts(
        kinds=tuple(_kinds(counts["kinds"], systems, outcomes)),
        branches=_branches(counts["branches"]),
        times=_times(counts["times"], systems),
    )


def _index(field: str, values: Sequence[str]) -> Case:
    """The place of the field's value among these; null for another one."""
    places = [When(Q((field, value)), then=Value(place)) for place, value in enumerate(values)]
    return Case(*places, output_field=BigIntegerField())


def _place(starts: Sequence[UUID], first: int, last: int) -> "Case | Value":
    """Among which of the starts a call is, halved again and again: seven comparisons for a hundred days."""
    if first == last:
        return Value(first, BigIntegerField())
    middle = (first + last + 1) // 2
    return Case(
        When(pk__lt=starts[middle], then=_place(starts, first, middle - 1)),
        default=_place(starts, middle, last),
        output_field=BigIntegerField(),
    )


def _went_wrong(outcomes: Sequence[str]) -> Case:
    failed = [value for value in outcomes if is_failure(Outcome(value))]
    return Case(When(outcome__in=failed, then=Value(1)), default=Value(0))


def _kinds(
    counts: Counter[int | None], systems: Sequence[str], outcomes: Sequence[str]
) -> Iterator[tuple[int, str, Outcome, int]]:
    for number, count in counts.items():
        if number is not None:
            rest, outcome = divmod(number, len(outcomes))
            place, system = divmod(rest, len(systems))
            yield place, systems[system], Outcome(outcomes[outcome]), count


def _branches(counts: Counter[int | None]) -> dict[int | None, tuple[int, int]]:
    ids: set[int] = {number // 2 for number in counts if number is not None}
    return {
        pk or None: (counts[pk * 2] + counts[pk * 2 + 1], counts[pk * 2 + 1]) for pk in sorted(ids)
    }


def _times(counts: Counter[int | None], systems: Sequence[str]) -> dict[str, dict[int, int]]:
    times: dict[str, dict[int, int]] = defaultdict(dict)
    for number, count in counts.items():
        if number is not None:
            system, ms = divmod(number, _SPAN_MS)
            times[systems[system]][ms] = count
    return times
