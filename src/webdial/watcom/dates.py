"""Dates, times and timestamps: writing, counting, comparing.

Days of the week begin on Sunday and years are of the Gregorian calendar throughout, as in SQL
Anywhere with its default options. None of the values knows a time zone.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import MINYEAR, date, datetime, time, timedelta

from webdial.language import Kept, grouped, translate
from webdial.watcom.date_texts import MONTHS, WEEKDAYS, parse_timestamp
from webdial.watcom.errors import Kind, RaisedError, StoppedError

Moment = date | time | datetime

EPOCH_DAYS = 306
"""What DAYS() adds to the day of the common era: it counts from 29 February of the year 0."""

LONGEST_FORMAT = 255
"""Characters of the format of a date. Writing one takes time that grows with its square."""

PARTS = {
    name: names[0]
    for names in (
        ("year", "yy", "yyyy"),
        ("quarter", "qq", "q"),
        ("month", "mm", "m"),
        ("week", "wk", "ww"),
        ("day", "dd", "d"),
        ("dayofyear", "dy", "y"),
        ("weekday", "dw"),
        ("hour", "hh"),
        ("minute", "mi", "n"),
        ("second", "ss", "s"),
        ("millisecond", "ms"),
        ("microsecond", "mcs", "us"),
        ("calyearofweek", "cyr"),
        ("calweekofyear", "cwk"),
        ("caldayofweek", "cdw"),
    )
    for name in names
}
"""Parts of a date and their short names (SQL Anywhere, Date parts), each with the full name."""

COUNTABLE = frozenset(PARTS.values()) - {
    "weekday",
    "calyearofweek",
    "calweekofyear",
    "caldayofweek",
}
"""Parts that DATEADD and DATEDIFF can count."""

_DAY_PARTS = frozenset({"year", "quarter", "month", "week", "day", "dayofyear"})
_MICROSECONDS = {
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_DAYS_IN = {"day": 1, "dayofyear": 1, "week": 7}

# What a value is as a date


def timestamp_of(value: object, today: date) -> datetime:
    """Any value but NULL as a timestamp.

    Raises:
        RaisedError: conversion
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, time):
        return datetime.combine(today, value)
    if isinstance(value, str):
        return parse_timestamp(value, today)
    raise RaisedError(Kind.CONVERSION, Kept("A number stands where a date is needed."))


# Writing


def text_of(moment: Moment) -> str:
    """`yyyy-mm-dd`, `hh:nn:ss.sss` or both (defaults of the options date_format and kin)."""
    if isinstance(moment, datetime):
        return f"{moment.date().isoformat()} {text_of(moment.time())}"
    if isinstance(moment, date):
        return moment.isoformat()
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def weekday(moment: date) -> int:
    """0 for Sunday to 6 for Saturday."""
    return moment.isoweekday() % 7


_FORMAT_SYMBOL = re.compile(
    r"(?P<year>yyyy|yy)|(?P<month>mm+)|(?P<day>d+)|(?P<yearday>jjj)|(?P<hour>hh)|(?P<minute>nn)"
    r"|(?P<second>(?P<seconds>ss)(?P<fraction>\.s+|:sss)?)|(?P<half>aa|pp)",
    re.IGNORECASE,
)


def format_moment(moment: datetime, pattern: str) -> str:
    """DATEFORMAT: `pattern` with its symbols replaced (SQL Anywhere, option DATE_FORMAT).

    Symbols: yy yyyy, mm (month, but minutes after a colon), mmm mmmm.. (name), d (weekday from 0),
    dd, ddd dddd.. (name), jjj, hh, nn, ss, ss.sss, aa, pp. Capitals give capital names; a number
    whose symbol mixes cases has no leading zeros.

    Raises:
        StoppedError: the pattern is longer than `LONGEST_FORMAT`; each symbol looks at all of it
    """
    if len(pattern) > LONGEST_FORMAT:
        raise StoppedError(
            translate(
                "The format of a date has at most {LONGEST_FORMAT} characters.",
                LONGEST_FORMAT=grouped(LONGEST_FORMAT),
            )
        )
    pieces: list[str] = []
    position = 0
    for match in _FORMAT_SYMBOL.finditer(pattern):
        pieces.append(pattern[position : match.start()])
        after_colon = pattern.endswith(":", 0, match.start())
        pieces.append(_format_symbol(moment, match, after_colon=after_colon))
        position = match.end()
    pieces.append(pattern[position:])
    return "".join(pieces)


def _format_symbol(moment: datetime, match: re.Match[str], *, after_colon: bool) -> str:
    symbol = match.group()
    twelve_hours = re.search("aa|pp", match.string, re.IGNORECASE) is not None
    match match.lastgroup:
        case "year":
            return f"{moment.year:04d}" if len(symbol) == 4 else f"{moment.year % 100:02d}"
        case "month" if len(symbol) > 2:
            return _letters(MONTHS[moment.month - 1], symbol)
        case "month":
            return _number(moment.minute if after_colon else moment.month, symbol)
        case "day" if len(symbol) == 1:
            return str(weekday(moment))
        case "day" if len(symbol) > 2:
            return _letters(WEEKDAYS[weekday(moment)], symbol)
        case "hour":
            return _number(_twelve(moment.hour) if twelve_hours else moment.hour, symbol)
        case "half":
            return _half_day(moment.hour, symbol)
        case "second":
            return _seconds(moment, match)
    number = {"day": moment.day, "yearday": day_of_year(moment), "minute": moment.minute}
    return _number(number[str(match.lastgroup)], symbol)


def _seconds(moment: datetime, match: re.Match[str]) -> str:
    """ss, with as many decimals as `.s...` has; the three of `:sss` stand behind a colon."""
    symbol = match["fraction"] or ""
    fraction = symbol[:1] + f"{moment.microsecond:06d}000"[: max(len(symbol) - 1, 0)]
    return _number(moment.second, match["seconds"]) + fraction


def _twelve(hour: int) -> int:
    return hour % 12 or 12


def _half_day(hour: int, symbol: str) -> str:
    """am or pm; `pp` shows it after noon only."""
    morning = "am" if symbol[0] in "aA" else ""
    half = morning if hour < 12 else "pm"
    return half.upper() if symbol.isupper() else half


def _number(number: int, symbol: str) -> str:
    mixed = symbol != symbol.lower() and symbol != symbol.upper()
    return str(number) if mixed else str(number).zfill(len(symbol))


def _letters(name: str, symbol: str) -> str:
    """As many letters of `name` as the symbol has, in the case the symbol shows."""
    letters = name[: len(symbol)]
    if symbol == symbol.lower():
        return letters.lower()
    return letters.upper() if symbol == symbol.upper() else letters


# Parts


def day_of_year(moment: date) -> int:
    return moment.timetuple().tm_yday


def _week_of_year(moment: date) -> int:
    """Weeks begin on Sunday; the first one holds 1 January."""
    first_weekday = weekday(date(moment.year, 1, 1))
    return (day_of_year(moment) + first_weekday - 1) // 7 + 1


_PART_VALUES: dict[str, Callable[[datetime], int]] = {
    "year": lambda moment: moment.year,
    "quarter": lambda moment: (moment.month + 2) // 3,
    "month": lambda moment: moment.month,
    "week": _week_of_year,
    "day": lambda moment: moment.day,
    "dayofyear": day_of_year,
    "weekday": lambda moment: weekday(moment) + 1,
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
    "second": lambda moment: moment.second,
    "millisecond": lambda moment: moment.microsecond // 1000,
    "microsecond": lambda moment: moment.microsecond,
    "calyearofweek": lambda moment: moment.isocalendar().year,
    "calweekofyear": lambda moment: moment.isocalendar().week,
    "caldayofweek": lambda moment: moment.isoweekday(),
}


def part_of(part: str, moment: datetime) -> int:
    """DATEPART, for a full name out of `PARTS`."""
    return _PART_VALUES[part](moment)


def part_name(part: str, moment: datetime) -> str:
    """DATENAME: months and days of the week by name, other parts as digits."""
    if part == "month":
        return MONTHS[moment.month - 1]
    if part == "weekday":
        return WEEKDAYS[weekday(moment)]
    return str(part_of(part, moment))


# Counting


def add_to(moment: Moment, part: str, count: int, today: date = date(2000, 1, 1)) -> Moment:
    """DATEADD: `moment` moved by `count` parts; a day that the month has not becomes its last.

    A date moved by whole days stays a date; everything else becomes a timestamp.

    Raises:
        RaisedError: out_of_range, outside the years 1 to 9999
    """
    start = timestamp_of(moment, today)
    try:
        if part in _MONTHS_IN:
            moved = _add_months(start, count * _MONTHS_IN[part])
        elif part in _DAYS_IN:
            moved = start + timedelta(days=count * _DAYS_IN[part])
        else:
            moved = start + timedelta(microseconds=count * _MICROSECONDS[part])
    except (OverflowError, ValueError):
        raise RaisedError(
            Kind.OUT_OF_RANGE, Kept("The date is outside the years 1 to 9999.")
        ) from None
    if part in _DAY_PARTS and isinstance(moment, date) and not isinstance(moment, datetime):
        return moved.date()
    return moved


def _add_months(moment: datetime, count: int) -> datetime:
    months = moment.year * 12 + moment.month - 1 + count
    year, month = months // 12, months % 12 + 1
    if year < MINYEAR:
        raise OverflowError
    day = min(moment.day, monthrange(year, month)[1]) if year <= 9999 else moment.day
    return moment.replace(year=year, month=month, day=day)


def difference(part: str, earlier: date, later: date) -> int:
    """DATEDIFF: how many beginnings of `part` lie after `earlier` and not after `later`.

    Between 23:59 and 00:01 lies one midnight, so one day; between Sundays one week. Negative when
    `later` is the earlier one.
    """
    return _index(part, later) - _index(part, earlier)


def _index(part: str, moment: date) -> int:
    """The number of the `part` that `moment` is in, counted from some beginning."""
    if part in _MONTHS_IN:
        return (moment.year * 12 + moment.month - 1) // _MONTHS_IN[part]
    day = moment.toordinal()
    if part == "week":
        return day // 7  # day 7 of the common era is a Sunday
    if part in _DAYS_IN:
        return day
    return _microseconds(moment) // _MICROSECONDS[part]


def _microseconds(moment: date) -> int:
    clock = moment.time() if isinstance(moment, datetime) else time()
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return (moment.toordinal() * 86_400 + seconds) * 1_000_000 + clock.microsecond


def whole_units(part: str, earlier: datetime, later: datetime) -> int:
    """HOURS(a, b) and kin: whole hours from one moment to the other, cut off towards zero."""
    span = _microseconds(later) - _microseconds(earlier)
    units = abs(span) // _MICROSECONDS[part]
    return units if span >= 0 else -units


def units_since_epoch(part: str, moment: datetime) -> int:
    """DAYS(d), MONTHS(d) and kin: how many since 29 February of the year 0 (YEARS: the year).

    Sources: SQL Anywhere documents DAYS('0001-01-01') = 307, HOURS('1998-07-13 06:07:12') =
    17517342, MONTHS('1998-07-13') = 23981, WEEKS('1998-07-13') = 104270.
    """
    days = moment.toordinal() + EPOCH_DAYS
    match part:
        case "year":
            return moment.year
        case "month":
            return moment.year * 12 + moment.month - 2
        case "week":
            return (days + 2) // 7
        case "day":
            return days
    from_midnight = _microseconds(moment) % 86_400_000_000
    return (days * 86_400_000_000 + from_midnight) // _MICROSECONDS[part]


# Comparing


def compare(left: object, right: object) -> int:
    """-1, 0 or 1 for two values of which at least one is a date, a time or a timestamp.

    Two times compare as times, otherwise both become timestamps.
    """
    if isinstance(left, time) or isinstance(right, time):
        left, right = time_of(left), time_of(right)
        return (left > right) - (left < right)
    today = date(2000, 1, 1)
    a, b = timestamp_of(left, today), timestamp_of(right, today)
    return (a > b) - (a < b)


def time_of(value: object) -> time:
    """Any value but NULL as a time of day."""
    return value if isinstance(value, time) else timestamp_of(value, date(2000, 1, 1)).time()
