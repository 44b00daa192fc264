"""Built-in functions on dates and times."""

from datetime import date, datetime
from decimal import Decimal

from webdial.language import Kept
from webdial.watcom import dates
from webdial.watcom.builtins import ANY, INTEGER, MOMENT, PART, TEXT, builtin
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.frames import Frame
from webdial.watcom.values import Value, integer_of


@builtin("NOW GETDATE", needs_frame=True, star=True)
def now(frame: Frame) -> Value:
    """The present timestamp; one call of the function sees one moment throughout."""
    return frame.now


@builtin("TODAY", needs_frame=True, star=True)
def today(frame: Frame) -> Value:
    return frame.today


@builtin("DATE", MOMENT)
def date_of(moment: datetime) -> Value:
    return moment.date()


@builtin("DATETIME TIMESTAMP", MOMENT)
def timestamp(moment: datetime) -> Value:
    return moment


@builtin("YMD", INTEGER, INTEGER, INTEGER)
def ymd(year: int, month: int, day: int) -> Value:
    """The date of year, month and day; months and days beyond their range carry over."""
    try:
        first = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    except (ValueError, OverflowError):
        raise RaisedError(
            Kind.OUT_OF_RANGE, Kept("The date is outside the years 1 to 9999.")
        ) from None
    return dates.add_to(first, "day", day - 1)


def _register_part(name: str, part: str) -> None:
    @builtin(name, MOMENT)
    def part_of(moment: datetime) -> Value:
        return dates.part_of(part, moment)


for _name, _part in {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "DAY": "day",
    "DOW": "weekday",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
}.items():
    _register_part(_name, _part)


@builtin("DAYNAME", MOMENT)
def dayname(moment: datetime) -> Value:
    return dates.part_name("weekday", moment)


@builtin("MONTHNAME", MOMENT)
def monthname(moment: datetime) -> Value:
    return dates.part_name("month", moment)


@builtin("DATEPART", PART, MOMENT)
def datepart(part: str, moment: datetime) -> Value:
    return dates.part_of(part, moment)


@builtin("DATENAME", PART, MOMENT)
def datename(part: str, moment: datetime) -> Value:
    """The part as text: months and days of the week by their names."""
    return dates.part_name(part, moment)


@builtin("DATEADD", PART, INTEGER, ANY, needs_frame=True)
def dateadd(frame: Frame, part: str, count: int, moment: Value) -> Value:
    """The date moved by `count` parts."""
    return dates.add_to(_as_moment(moment, frame), part, count, frame.today)


@builtin("DATEDIFF", PART, MOMENT, MOMENT)
def datediff(part: str, earlier: datetime, later: datetime) -> Value:
    """How many boundaries of the part lie between two dates (SQL Anywhere, DATEDIFF function)."""
    return dates.difference(part, earlier, later)


@builtin("DATEFORMAT", MOMENT, TEXT)
def dateformat(moment: datetime, pattern: str) -> Value:
    return dates.format_moment(moment, pattern)


def _register_count(name: str, part: str, *, whole: bool) -> None:
    """Enter the function that counts since the beginning, counts between, or adds."""

    @builtin(name, ANY, ANY, optional=1, needs_frame=True)
    def count(frame: Frame, first: Value, second: Value = None) -> Value:
        if second is None:
            return dates.units_since_epoch(part, dates.timestamp_of(first, frame.today))
        if isinstance(second, (int, Decimal, float)):
            return dates.add_to(_as_moment(first, frame), part, integer_of(second), frame.today)
        earlier = dates.timestamp_of(first, frame.today)
        later = dates.timestamp_of(second, frame.today)
        if whole:
            return dates.whole_units(part, earlier, later)
        return dates.difference(part, earlier, later)


for _name, _part, _whole in (
    ("YEARS", "year", False),
    ("MONTHS", "month", False),
    ("WEEKS", "week", False),
    ("DAYS", "day", False),
    ("HOURS", "hour", True),
    ("MINUTES", "minute", True),
    ("SECONDS", "second", True),
):
    _register_count(_name, _part, whole=_whole)


def _as_moment(value: Value, frame: Frame) -> dates.Moment:
    """A date as it is, a text as a timestamp."""
    return value if isinstance(value, date) else dates.timestamp_of(value, frame.today)
