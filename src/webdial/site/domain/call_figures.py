"""Figures of the call log: calls by time, branch and outcome; phone systems' failures and times.

Five queries at most, whatever the number of branches and phone systems. Calls are put into hours and
days by their ids, which grow with time. So everything is read from the index `call_by_time`, and
nothing from the table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Value, When

from webdial.exchange.outcome import Outcome
from webdial.language import translatable, translate, translate_count
from webdial.site.domain.call_filters import CallFilter, id_at, matching_calls
from webdial.site.domain.calls import Sight
from webdial.site.models import Branch, Call

_MAX_HOURS: Final = timedelta(days=2)
_MAX_DAYS: Final = timedelta(days=124)
_SPAN_MS: Final = 2**31
"""More than any time that is kept (webdial.exchange.journal.LONGEST_TOOK_MS)."""


class Step(Enum):
    """How time is cut: the length of the text that names the hour, day or month, and its words."""

    HOUR = 13, translatable("Hour"), translatable("Calls by hour")
    DAY = 10, translatable("Day"), translatable("Calls by day")
    MONTH = 7, translatable("Month"), translatable("Calls by month")

    def __init__(self, length: int, word: str, heading: str) -> None:
        self.length = length
        self._word = word
        self._heading = heading

    @property
    def word(self) -> str:
        return translate(self._word)

    @property
    def heading(self) -> str:
        return translate(self._heading)

    def several(self, count: int) -> str:
        match self:
            case Step.HOUR:
                return translate_count("{count} hour", "{count} hours", count)
            case Step.DAY:
                return translate_count("{count} day", "{count} days", count)
            case Step.MONTH:
                return translate_count("{count} month", "{count} months", count)


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls of one hour, branch or phone system: how many, and how many of them went wrong."""

    name: str
    calls: int = 0
    failed: int = 0

    @property
    def failed_percent(self) -> float:
        return 100 * self.failed / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Milliseconds that a phone system took to answer, or to fail; None: no call was sent to it."""

    median_ms: int | None = None
    late_ms: int | None = None
    """95 of 100 calls were answered within this."""


@dataclass(frozen=True, slots=True)
class Figures:
    calls: int
    failed: int
    step: Step
    times: tuple[Tally, ...]
    """Every hour, day or month, also those without calls, in the order of time."""
    branches: tuple[Tally, ...]
    outcomes: tuple[tuple[Outcome, int], ...]
    systems: tuple[tuple[Tally, AnswerTimes], ...]


def figures_of(sight: Sight, wanted: CallFilter, *, now: datetime) -> Figures:
    """The figures of all calls in sight that the filter lets through."""
    calls = matching_calls(sight, wanted)
    step = _step(wanted, now)
    names = _names(calls, step, wanted, now)
    by_time, by_system, outcomes = _empty(), _empty(), Counter[str]()
    for index, system, outcome, count in _counts(calls, names):
        by_time[index][outcome] += count
        by_system[system][outcome] += count
        outcomes[outcome] += count
    by_branch = {pk: Tally("", *counts) for pk, *counts in _counts_of_branches(calls)}
    branches = {row.pk: row.name for row in Branch.objects.filter(pk__in=set(by_branch) - {None})}
    total = sum(outcomes.values())
    return Figures(
        calls=total,
        failed=_failed(outcomes),
        step=step,
        times=tuple(_tally(name, by_time[index]) for index, name in enumerate(names)),
        branches=_in_order(
            replace(tally, name=branches.get(pk, translate("No branch")))
            for pk, tally in by_branch.items()
        ),
        outcomes=tuple(
            (Outcome(name), count)
            for name, count in sorted(outcomes.items(), key=lambda each: -each[1])
        ),
        systems=_systems(by_system, _times_of_systems(calls, _busiest_first(by_system))),
    )


def _step(wanted: CallFilter, now: datetime) -> Step:
    if wanted.since is None:
        return Step.MONTH
    span = (wanted.until or now) - wanted.since
    if span <= _MAX_HOURS:
        return Step.HOUR
    return Step.DAY if span <= _MAX_DAYS else Step.MONTH


def _empty() -> "defaultdict[Any, Counter[str]]":
    return defaultdict(Counter)


def _counts(calls: QuerySet[Call], names: Sequence[str]) -> "QuerySet[Any, Any]":
    """How many calls by the place of the hour, day or month among `names`, phone system and outcome."""
    if not names:
        return calls.none()
    groups = calls.order_by().annotate(place=_place_of(names, 0, len(names) - 1))
    return groups.values_list("place", "phone_system", "outcome").annotate(n=Count("pk"))


def _place_of(names: Sequence[str], first: int, last: int) -> "Case | Value":
    """In which of these a call belongs, halved again and again: seven comparisons for a hundred days."""
    if first == last:
        return Value(first)
    middle = (first + last + 1) // 2
    return Case(
        When(pk__lt=id_at(_moment(names[middle])), then=_place_of(names, first, middle - 1)),
        default=_place_of(names, middle, last),
    )


def _counts_of_branches(calls: QuerySet[Call]) -> "QuerySet[Any, Any]":
    """How many calls of each branch, and how many of them went wrong; grouped by a number, which is sorted quickly."""
    went_wrong = Q(outcome__in=[outcome.value for outcome in Outcome if _is_failure(outcome)])
    groups = calls.order_by().values_list("branch_id")
    return groups.annotate(n=Count("pk"), failed=Count("pk", filter=went_wrong))


def _failed(outcomes: Mapping[str, int]) -> int:
    return sum(count for name, count in outcomes.items() if _is_failure(Outcome(name)))


def _is_failure(outcome: Outcome) -> bool:
    return outcome.is_final and not outcome.is_success


def _tally(name: str, outcomes: Mapping[str, int]) -> Tally:
    return Tally(name, sum(outcomes.values()), _failed(outcomes))


def _tallies(counted: Iterable[tuple[str, Mapping[str, int]]]) -> tuple[Tally, ...]:
    return _in_order(_tally(name, outcomes) for name, outcomes in counted)


def _in_order(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(sorted(tallies, key=lambda each: (-each.calls, each.name)))


def _systems(
    counted: Mapping[str, Mapping[str, int]], times: Mapping[str, Mapping[int, int]]
) -> tuple[tuple[Tally, AnswerTimes], ...]:
    return tuple(
        (tally, AnswerTimes(percentile(mine, 50), percentile(mine, 95)))
        for tally in _tallies(counted.items())
        for mine in (times.get(tally.name, {}),)
    )


def _busiest_first(by_system: Mapping[str, Counter[str]]) -> list[str]:
    return sorted(by_system, key=lambda name: -by_system[name].total())


def _times_of_systems(
    calls: QuerySet[Call], busiest_first: Sequence[str]
) -> dict[str, dict[int, int]]:
    """By phone system: how many calls took how many milliseconds.

    Both stand in one number, which SQLite sorts in half the time that it takes for a text and a number.
    """
    places = [
        When(phone_system=name, then=Value(place * _SPAN_MS))
        for place, name in enumerate(busiest_first)
    ]
    number = Case(*places, output_field=BigIntegerField()) + F("took_ms")
    rows = calls.filter(took_ms__isnull=False).order_by().annotate(both=number).values_list("both")
    times: dict[str, dict[int, int]] = defaultdict(dict)
    for both, count in rows.annotate(n=Count("pk")) if places else ():
        if both is not None:  # of a phone system that had its first call just now
            place, ms = divmod(both, _SPAN_MS)
            times[busiest_first[place]][ms] = count
    return times


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that at least `percent` of a hundred do not exceed; None for none."""
    left = -(-sum(counts.values()) * percent // 100)
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return None


def _names(calls: QuerySet[Call], step: Step, wanted: CallFilter, now: datetime) -> tuple[str, ...]:
    """Every hour, day or month; those without calls as well, else a quiet week looks like none."""
    since = wanted.since
    if since is None:
        first_call = calls.order_by("pk").values_list("placed_at", flat=True).first()
        if first_call is None:
            return ()
        since = first_call
    last = now if wanted.until is None else wanted.until - timedelta(seconds=1)
    return tuple(_cut(since, last, step))


def _cut(since: datetime, last: datetime, step: Step) -> Iterator[str]:
    at = _moment(_name(since, step))
    while at <= last:
        yield _name(at, step)
        if step is Step.HOUR:
            at += timedelta(hours=1)
        elif step is Step.DAY:
            at += timedelta(days=1)
        else:
            at = (at + timedelta(days=32)).replace(day=1)


def _name(moment: datetime, step: Step) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H")[: step.length]


def _moment(name: str) -> datetime:
    """When the hour, day or month of this name begins."""
    full = f"{name}-01" if len(name) == Step.MONTH.length else name
    form = "%Y-%m-%d %H" if len(full) == Step.HOUR.length else "%Y-%m-%d"
    return datetime.strptime(full, form).replace(tzinfo=UTC)
