"""CONVERT with a style: the customary ways of writing a date that numbers stand for."""

import re
from collections.abc import Callable
from datetime import date, datetime, time

from webdial.language import Kept
from webdial.watcom.datatypes import (
    INTEGER_RANGES,
    MOMENTS,
    SIZED_TEXT,
    UNLIMITED_TEXT,
    Calendar,
)
from webdial.watcom.date_texts import MONTHS, full_year
from webdial.watcom.dates import format_moment, timestamp_of
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.nodes import TypeName
from webdial.watcom.values import Value, integer_of

DEFAULT_STYLE = 120

_STYLES = {
    0: "Mmm dd yyyy hh:nnAA",
    1: "mm/dd/yy",
    2: "yy.mm.dd",
    3: "dd/mm/yy",
    4: "dd.mm.yy",
    5: "dd-mm-yy",
    6: "dd Mmm yy",
    7: "Mmm dd, yy",
    8: "hh:nn:ss",
    9: "Mmm dd yyyy hh:nn:ss:sssAA",
    10: "mm-dd-yy",
    11: "yy/mm/dd",
    12: "yymmdd",
    13: "dd Mmm yyyy hh:nn:ss:sss",
    14: "hh:nn:ss:sss",
    20: "yyyy-mm-dd hh:nn:ss",
    21: "yyyy-mm-dd hh:nn:ss.sss",
    36: "hh:nn:ss.ssssssAA",
    37: "hh:nn:ss.ssssss",
    38: "Mmm dd yy hh:nn:ss.ssssssAA",
    39: "Mmm dd yy hh:nn:ss.ssssss",
    40: "yy-mm-dd hh:nn:ss.ssssss",
}
"""Formats by style (SQL Anywhere, CONVERT function); those from 100 on have years of four digits."""

_CENTURY = 100
_DAY_OF_YEAR = 365
"""The style `yyyyjjj`: year and day of the year, as a text or a whole number."""

_WORDS = re.compile(r"[0-9]+|[A-Za-z]+")
_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}

ConvertStyled = Callable[[Value, Value, Calendar], Value]


def style_converter(target: TypeName) -> ConvertStyled | None:
    """What CONVERT does with a style before the type itself is converted to; None for nothing.

    A date becomes text in that style, a text in that style becomes a date.
    """
    if target.name in SIZED_TEXT | UNLIMITED_TEXT:
        return _write
    if target.name in INTEGER_RANGES:
        return _number
    return _read if target.name in MOMENTS else None


def _format(style: Value) -> str:
    number = DEFAULT_STYLE if style is None else integer_of(style)
    if number == _DAY_OF_YEAR:
        return "yyyyjjj"
    pattern = _STYLES.get(number % _CENTURY) if 0 <= number < 2 * _CENTURY else None
    if pattern is None:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("CONVERT knows no such style."))
    if number >= _CENTURY and "yyyy" not in pattern:
        return pattern.replace("yy", "yyyy")
    return pattern


def _write(value: Value, style: Value, calendar: Calendar) -> Value:
    if not isinstance(value, (date, time)):
        return value
    return format_moment(timestamp_of(value, calendar.today), _format(style))


def _number(value: Value, style: Value, calendar: Calendar) -> Value:
    """A date as the number yyyyjjj; the other styles make no numbers."""
    return _write(value, style, calendar) if style == _DAY_OF_YEAR else value


def _read(value: Value, style: Value, calendar: Calendar) -> Value:
    if style == _DAY_OF_YEAR and isinstance(value, (str, int)):
        return _read_day_of_year(str(value).strip())
    if not isinstance(value, str):
        return value
    pattern = _format(style)
    if pattern.startswith(("yy", "hh")) and "yymm" not in pattern:
        return timestamp_of(
            value.replace(".", "-", 2) if "." in pattern[:5] else value, calendar.today
        )
    return _read_words(value, pattern)


def _read_day_of_year(digits: str) -> datetime:
    try:
        found = datetime.strptime(digits, "%Y%j")  # noqa: DTZ007  # no value has a zone here
    except ValueError:
        raise _no_date() from None
    if not digits.startswith(
        f"{found.year:04}"
    ):  # day 366 of a year that has none is read as 1 January
        raise _no_date()
    return found


def _read_words(text: str, pattern: str) -> datetime:
    """A date whose day, month and year stand in the order of `pattern`."""
    words = _WORDS.findall(text[:64])
    if "yymm" in pattern or "yyyymm" in pattern:
        digits = "".join(words)
        words = [digits[:-4], digits[-4:-2], digits[-2:]]
        order = ["y", "m", "d"]
    else:
        order = [symbol[0].lower() for symbol in re.findall("[Mm]+|d+|y+", pattern)][:3]
    parts = dict(zip(order, words, strict=False))
    try:
        month = _MONTH_NUMBERS.get(parts["m"][:3].lower()) or int(parts["m"])
        clock = " ".join(text.split()[3:])
        day = date(full_year(parts["y"]), month, int(parts["d"]))
    except (KeyError, OverflowError, ValueError):
        raise _no_date() from None
    return timestamp_of(f"{day.isoformat()} {clock}".strip(), day)


def _no_date() -> RaisedError:
    return RaisedError(Kind.CONVERSION, Kept("The text is no date in the style of CONVERT."))
