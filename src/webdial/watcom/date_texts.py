"""Texts that are dates and times: how they are read.

Years come first (option date_order, default YMD). The name of a month makes the order of the rest plain
(SQL Anywhere, Ambiguous date and time conversions).
"""

import re
from datetime import date, datetime, time

from webdial.language import Kept
from webdial.watcom.errors import Kind, RaisedError

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

NEAREST_CENTURY = 50
"""Two-digit years below it are of this century (option nearest_century, default 50)."""

FIRST_YEAR = 1900
"""The year of a date that has none, such as `May 23`."""

LONGEST_DATE = 64
"""Characters of a text that may still be a date; keeps reading one cheap."""

_DATE = re.compile(r"([0-9]{4}|[0-9]{2})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.:]([0-9]{1,9}))?)?(?:\s*([AaPp][Mm])(?![A-Za-z]))?"
_TIME = re.compile(_CLOCK)
_TIME_WITHIN = re.compile(rf"(?<![0-9:]){_CLOCK}(?![0-9:])")
_DOTTED_TIME = re.compile(r"[\sT]([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{1,9}))?()$")
"""With points a time stands behind a date only."""

_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")
_DAYS = {name[:length].lower() for name in WEEKDAYS for length in (3, len(name))}
_MONTH_NUMBERS = {
    name[:length].lower(): number
    for number, name in enumerate(MONTHS, 1)
    for length in (3, len(name))
}


def parse_timestamp(text: str, today: date) -> datetime:
    """The timestamp a text means: a date, a time (then of `today`), or both.

    Raises:
        RaisedError: conversion
    """
    stripped = text.strip() if len(text) <= LONGEST_DATE else ""
    found = _parse_plainly(stripped, today) or _parse_loosely(stripped, today)
    if found is None:
        raise RaisedError(
            Kind.CONVERSION, Kept("A text that is no date stands where a date is needed.")
        )
    return found


def _parse_plainly(text: str, today: date) -> datetime | None:
    """`yyyy-mm-dd`, `yyyy/mm/dd`, `yyyymmdd`, `hh:nn:ss.sss`, or a date and a time."""
    head, _, tail = text.replace("T", " ", 1).partition(" ")
    if ":" in head:
        head, tail = "", text
    day = _parse_date(head) if head else today
    clock = _clock_of(_TIME.fullmatch(tail.strip())) if tail else time()
    if not text or day is None or clock is None:
        return None
    return datetime.combine(day, clock)


def _parse_date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    if match is not None:
        return _date_or_none(match[1], match[3], match[4])
    match = _COMPACT_DATE.fullmatch(text)
    return _date_or_none(*match.groups()) if match is not None else None


def full_year(year: str) -> int:
    """A year in two digits is the nearest such (option nearest_century)."""
    if len(year) > 2:
        return int(year)
    return int(year) + (2000 if int(year) < NEAREST_CENTURY else 1900)


def _date_or_none(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(full_year(year), int(month), int(day))
    except (OverflowError, ValueError):
        return None


def _clock_of(match: re.Match[str] | None) -> time | None:
    """The time of day that hour, minute, second, fraction and AM or PM make."""
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    fraction = int((match[4] or "").ljust(6, "0")[:6])
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5].lower() == "pm" else 0)
    try:
        return time(hour, minute, second, fraction)
    except ValueError:
        return None


def _parse_loosely(text: str, today: date) -> datetime | None:
    """A time anywhere in the text; what is left are the parts of the date, whatever parts them, and
    perhaps the day of the week: `Tuesday May 23, 1999 10:00pm`."""
    match = _TIME_WITHIN.search(text) or _DOTTED_TIME.search(text)
    clock = _clock_of(match) if match is not None else time()
    left = f"{text[: match.start()]} {text[match.end() :]}" if match is not None else text
    words = [word.lower() for word in _SEPARATORS.split(left) if word]
    words = [word for word in words if word not in _DAYS]
    day = _date_of_words(words) if words else (today if match is not None else None)
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def _date_of_words(words: list[str]) -> date | None:
    months = [_MONTH_NUMBERS[word] for word in words if word in _MONTH_NUMBERS]
    numbers = [word for word in words if word.isdigit()]
    if len(months) + len(numbers) != len(words) or len(months) > 1:
        return None
    if months:
        return _date_of_month(months[0], numbers)
    if len(numbers) != 3 or len(numbers[0]) not in {2, 4}:
        return None
    return _date_or_none(*numbers)


def _date_of_month(month: int, numbers: list[str]) -> date | None:
    """The date of a named month: a number of four digits is the year, else the year comes first."""
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(numbers) > 2 or not numbers or len(years) + len(days) != len(numbers) or len(years) > 1:
        return None
    if len(days) == 2:
        years, days = days[:1], days[1:]
    return _date_or_none(years[0] if years else str(FIRST_YEAR), month, days[0] if days else "1")
