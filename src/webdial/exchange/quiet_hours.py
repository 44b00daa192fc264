"""Quiet hours: when nobody is rung, in the time zone of a branch.

    22:00-07:00                       every night
    Mon-Fri 18:00-08:00, Sat, Sun     from each evening of the week until morning, and two whole days

A span that goes over midnight belongs to the day on which it begins. Pure.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from webdial.errors import Fault, InvalidValueError, SourceError
from webdial.language import translate
from webdial.numbers.beginnings import entries

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_ENTRY: Final = re.compile(
    r"(?:(?P<day>[a-z]{2,9})(?:\s*-\s*(?P<last>[a-z]{2,9}))?)?"
    r"\s*(?:(?P<from>\d{1,2}:\d{2})\s*[-\u2013]\s*(?P<to>\d{1,2}:\d{2}))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """`spans` are minutes of the week from Monday 00:00, the second one exclusive; none overlap."""

    spans: tuple[tuple[int, int], ...] = ()

    def until(self, at: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours that hold at this time end; None when none do.

        A whole week of them ends a week later.
        """
        if not self.spans:
            return None
        local = at.astimezone(zone)
        minute = local.weekday() * _DAY_MINUTES + local.hour * 60 + local.minute
        for begin, end in self.spans:
            if begin <= minute < end:
                left = end - minute
                if end == _WEEK_MINUTES and self.spans[0][0] == 0 and len(self.spans) > 1:
                    left += self.spans[0][1]  # it goes on over the end of the week
                start = local.replace(second=0, microsecond=0, tzinfo=None)
                # By the clock on the wall, so that a night in which clocks change ends in time.
                return (start + timedelta(minutes=left)).replace(tzinfo=zone)
        return None


@lru_cache(maxsize=256)
def read_quiet_hours(value: str) -> QuietHours:
    """Raises SourceError, with every entry that is none."""
    minutes: set[tuple[int, int]] = set()
    faults: list[Fault] = []
    for start, word in entries(value):
        spans = _spans_of(word)
        if spans is None:
            message = translate(
                "Quiet hours are told like 22:00-07:00, Mon-Fri 18:00-08:00 or Sun."
            )
            faults.append(Fault("quiet_hours", message, start, start + len(word)))
        else:
            minutes.update(spans)
    if faults:
        raise SourceError(value, faults)
    return QuietHours(_joined(minutes))


def _spans_of(word: str) -> list[tuple[int, int]] | None:
    match = _ENTRY.fullmatch(word)
    if match is None or not (match["day"] or match["from"]):
        return None
    days = _days_of(match["day"], match["last"])
    begin, end = _minutes(match["from"] or "00:00"), _minutes(match["to"] or "24:00")
    if days is None or begin is None or end is None or begin in {end, _DAY_MINUTES}:
        return None
    spans: list[tuple[int, int]] = []
    for day in days:
        first = day * _DAY_MINUTES + begin
        last = day * _DAY_MINUTES + end + (_DAY_MINUTES if end < begin else 0)
        spans.append((first, min(last, _WEEK_MINUTES)))
        if last > _WEEK_MINUTES:
            spans.append((0, last - _WEEK_MINUTES))
    return spans


def _days_of(first: str | None, last: str | None) -> list[int] | None:
    if first is None:
        return list(range(7))
    begin, end = _day(first), _day(last or first)
    if begin is None or end is None:
        return None
    return [(begin + each) % 7 for each in range((end - begin) % 7 + 1)]


def _day(word: str) -> int | None:
    named = [place for place, day in enumerate(_DAYS) if day.startswith(word.lower())]
    return named[0] if len(named) == 1 else None


def _minutes(text: str) -> int | None:
    hours, _, minutes = text.partition(":")
    found = int(hours) * 60 + int(minutes)
    return found if int(minutes) < 60 and found <= _DAY_MINUTES else None


def _joined(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Names of the tz database by which people know their zone; none where there is no database."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and name[:3] != "Etc")
    )


@lru_cache(maxsize=256)
def time_zone(value: str) -> tzinfo:
    """The zone of that name in the tz database; empty is UTC. Raises InvalidValueError."""
    if not value.strip():
        return UTC  # known without the tz database, which small containers lack
    try:
        return ZoneInfo(value.strip())
    except (OSError, ValueError, KeyError) as error:  # no such file, or no name of one
        raise InvalidValueError(
            translate(
                "This is no time zone's name, such as Europe/London, Europe/Berlin or America/New_York."
            ),
            field="value",
            hint=translate(
                "If it is one, this machine has no tz database: install the package tzdata."
            ),
        ) from error
