"""Figures of the call log: calls by time, branch and outcome; phone systems' failures and times.

As many queries for a hundred branches and phone systems as for one (webdial.site.domain.call_counts). Calls
are put into hours and days by their ids, which grow with time. So everything is read from the index
`call_by_time`, and nothing from the table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from django.db.models import QuerySet

from webdial.exchange.outcome import Outcome
from webdial.language import translatable, translate, translate_count
from webdial.site.domain.call_counts import count_calls, is_failure
from webdial.site.domain.call_filters import CallFilter, id_at, matching_calls
from webdial.site.domain.calls import Sight
from webdial.site.models import Branch, Call

_MAX_HOURS: Final = timedelta(days=2)
_MAX_DAYS: Final = timedelta(days=124)


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
    beginnings = _beginnings(calls, step, wanted, now)
    counts = count_calls(calls, [id_at(each) for each in beginnings])
    by_time, by_system, outcomes = _empty(), _empty(), Counter[Outcome]()
    for place, system, outcome, count in counts.kinds:
        by_time[place][outcome] += count
        by_system[system][outcome] += count
        outcomes[outcome] += count
    return Figures(
        calls=outcomes.total(),
        failed=_failed(outcomes),
        step=step,
        times=tuple(
            _tally(_name(each, step), by_time[place]) for place, each in enumerate(beginnings)
        ),
        branches=_branches(counts.branches),
        outcomes=tuple(outcomes.most_common()),
        systems=_systems(by_system, counts.times),
    )


def _step(wanted: CallFilter, now: datetime) -> Step:
    if wanted.since is None:
        return Step.MONTH
    span = (wanted.until or now) - wanted.since
    if span <= _MAX_HOURS:
        return Step.HOUR
    return Step.DAY if span <= _MAX_DAYS else Step.MONTH


def _empty() -> "defaultdict[Any, Counter[Outcome]]":
    return defaultdict(Counter)


def _branches(counts: Mapping[int | None, tuple[int, int]]) -> tuple[Tally, ...]:
    known = Branch.objects.filter(pk__in=[pk for pk in counts if pk is not None])
    names: dict[int | None, str] = dict(known.values_list("pk", "name"))
    nobody = translate("No branch")
    return _in_order(Tally(names.get(pk, nobody), *each) for pk, each in counts.items())


def _failed(outcomes: Mapping[Outcome, int]) -> int:
    return sum(count for outcome, count in outcomes.items() if is_failure(outcome))


def _tally(name: str, outcomes: Mapping[Outcome, int]) -> Tally:
    return Tally(name, sum(outcomes.values()), _failed(outcomes))


def _in_order(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(sorted(tallies, key=lambda each: (-each.calls, each.name)))


def _systems(
    counted: Mapping[str, Mapping[Outcome, int]], times: Mapping[str, Mapping[int, int]]
) -> tuple[tuple[Tally, AnswerTimes], ...]:
    return tuple(
        (tally, AnswerTimes(percentile(mine, 50), percentile(mine, 95)))
        for tally in _in_order(_tally(name, outcomes) for name, outcomes in counted.items())
        for mine in (times.get(tally.name, {}),)
    )


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that at least `percent` of a hundred do not exceed; None for none."""
    left = -(-sum(counts.values()) * percent // 100)
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return None


def _beginnings(
    calls: QuerySet[Call], step: Step, wanted: CallFilter, now: datetime
) -> tuple[datetime, ...]:
    """Of every hour, day or month; those without calls as well, else a quiet week looks like none."""
    since = wanted.since
    if since is None:
        first_call = calls.order_by("pk").values_list("placed_at", flat=True).first()
        if first_call is None:
            return ()
        since = first_call
    last = now if wanted.until is None else wanted.until - timedelta(seconds=1)
    return tuple(_cut(since.astimezone(wanted.zone), last.astimezone(UTC), step))


def _cut(since: datetime, last: datetime, step: Step) -> Iterator[datetime]:
    at = _beginning(since, step)
    while at <= last:  # two zones, and so compared as moments, also where clocks change
        yield at
        at = _next(at, step)


def _beginning(moment: datetime, step: Step) -> datetime:
    if step is Step.HOUR:
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.date() if step is Step.DAY else moment.date().replace(day=1)
    return datetime.combine(day, time(), moment.tzinfo)


def _next(at: datetime, step: Step) -> datetime:
    """By the clock on the wall, and an hour by the one that never is put back."""
    if step is Step.HOUR:
        return (at.astimezone(UTC) + timedelta(hours=1)).astimezone(at.tzinfo)
    longest = timedelta(days=1 if step is Step.DAY else 31)
    return _beginning(at + longest, step)


def _name(moment: datetime, step: Step) -> str:
    return moment.strftime("%Y-%m-%d %H")[: step.length]
