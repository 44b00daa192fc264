"""Data types: their names, and the conversion that an assignment or CAST does."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Protocol

from webdial.language import Kept
from webdial.watcom import dates
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.nodes import TypeName
from webdial.watcom.values import (
    Value,
    decimal_of,
    integer_of,
    number_of,
    round_to,
    text_of,
)


class Calendar(Protocol):
    """What knows the day, for a time of day that becomes a timestamp."""

    @property
    def today(self) -> date: ...


Convert = Callable[[Value, Calendar], Value]
"""From any value to one of a type."""

NUMBER_DIGITS = 40
"""Longest number in a source, its point included."""

DEFAULT_PRECISION, DEFAULT_SCALE = 30, 6
"""NUMERIC without them (SQL Anywhere, NUMERIC data type)."""

UNLIMITED_TEXT = frozenset({"LONG VARCHAR", "LONG NVARCHAR", "TEXT", "NTEXT", "XML", "STRING"})
SIZED_TEXT = frozenset({"CHAR", "VARCHAR", "NCHAR", "NVARCHAR"})
HEX_TEXT = frozenset({"BINARY", "VARBINARY", "LONG BINARY", "IMAGE", "UNIQUEIDENTIFIER"})
"""Binary values are met as text of hexadecimal digits only, and kept as text."""

INTEGER_RANGES = {
    "BIT": (0, 1),
    "TINYINT": (0, 2**8 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INTEGER": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "UNSIGNED TINYINT": (0, 2**8 - 1),
    "UNSIGNED SMALLINT": (0, 2**16 - 1),
    "UNSIGNED INTEGER": (0, 2**32 - 1),
    "UNSIGNED BIGINT": (0, 2**63 - 1),
}
"""Whole numbers hold 64 bits with sign everywhere in the language, so UNSIGNED BIGINT ends early."""

APPROXIMATE = frozenset({"DOUBLE", "FLOAT", "REAL"})
MONEY_SIZES = {"MONEY": (19, 4), "SMALLMONEY": (10, 4)}
MOMENTS = frozenset({"DATE", "TIME", "TIMESTAMP"})

_SYNONYMS = {
    "CHARACTER": "CHAR",
    "CHARACTER VARYING": "VARCHAR",
    "CHAR VARYING": "VARCHAR",
    "DATETIME": "TIMESTAMP",
    "SMALLDATETIME": "TIMESTAMP",
    "DEC": "NUMERIC",
    "DECIMAL": "NUMERIC",
    "DOUBLE PRECISION": "DOUBLE",
    "INT": "INTEGER",
    "UNSIGNED INT": "UNSIGNED INTEGER",
}
_CANONICAL = {
    **{
        name: name
        for group in (
            UNLIMITED_TEXT,
            SIZED_TEXT,
            HEX_TEXT,
            INTEGER_RANGES,
            APPROXIMATE,
            MONEY_SIZES,
            MOMENTS,
            {"NUMERIC"},
        )
        for name in group
    },
    **_SYNONYMS,
}
TYPE_WORDS = frozenset(_CANONICAL)
"""Every name a type can be written with, in capitals, its words parted by one blank."""


def canonical_type(written: str) -> str | None:
    """The canonical name of a type, or None where there is no such type."""
    return _CANONICAL.get(written)


def converter(type_name: TypeName, *, cast: bool = False) -> Convert:
    """What converts a value to the type, NULL to NULL; it raises `RaisedError` where it cannot.

    A `cast` to CHAR without a length keeps the whole text, a declaration as CHAR holds one
    character (SQL Anywhere, CHAR data type).
    """
    name = type_name.name
    if name in SIZED_TEXT:
        size = type_name.size or (None if cast else 1)
        return _to_text if size is None else _to_sized_text(size)
    if name in HEX_TEXT:
        return _to_text if type_name.size is None else _to_sized_text(2 * type_name.size)
    if name in INTEGER_RANGES:
        return _to_integer(name)
    if name == "NUMERIC" or name in MONEY_SIZES:
        return _to_numeric(*_numeric_size(type_name))
    if name in APPROXIMATE:
        return _to_float
    return {"DATE": _to_date, "TIME": _to_time, "TIMESTAMP": _to_timestamp}.get(name, _to_text)


def _numeric_size(type_name: TypeName) -> tuple[int, int]:
    if type_name.name in MONEY_SIZES:
        return MONEY_SIZES[type_name.name]
    if type_name.size is None:
        return DEFAULT_PRECISION, DEFAULT_SCALE
    return type_name.size, type_name.scale or 0


def _to_text(value: Value, _calendar: Calendar) -> Value:
    return None if value is None else text_of(value)


def _to_sized_text(size: int) -> Convert:
    """Right truncation is an error unless only blanks are lost (option string_rtruncation, On)."""

    def convert(value: Value, _calendar: Calendar) -> Value:
        if value is None:
            return None
        text = value if isinstance(value, str) else text_of(value)
        if len(text) <= size:
            return text
        if text[size:].strip(" "):
            raise RaisedError(
                Kind.RIGHT_TRUNCATION,
                Kept(
                    "A text of {text} characters does not fit {size}.",
                    text=f"{len(text):,}",
                    size=f"{size:,}",
                ),
            )
        return text[:size]

    return convert


def _to_integer(name: str) -> Convert:
    least, most = INTEGER_RANGES[name]

    def convert(value: Value, _calendar: Calendar) -> Value:
        if value is None:
            return None
        number = integer_of(value)
        if name == "BIT" and not isinstance(value, str):
            return int(number != 0)
        if not least <= number <= most:
            raise RaisedError(
                Kind.OUT_OF_RANGE, Kept("The number is out of range for {name}.", name=name)
            )
        return number

    return convert


def _to_numeric(precision: int, scale: int) -> Convert:
    bound = Decimal(10) ** max(precision - scale, 0)

    def convert(value: Value, _calendar: Calendar) -> Value:
        if value is None:
            return None
        number = round_to(decimal_of(value), scale)
        if abs(number) >= bound:
            raise RaisedError(
                Kind.OUT_OF_RANGE,
                Kept(
                    "The number is out of range for NUMERIC({precision},{scale}).",
                    precision=precision,
                    scale=scale,
                ),
            )
        return number

    return convert


def _to_float(value: Value, _calendar: Calendar) -> Value:
    return None if value is None else float(number_of(value))


def _to_date(value: Value, calendar: Calendar) -> Value:
    return None if value is None else dates.timestamp_of(value, calendar.today).date()


def _to_time(value: Value, _calendar: Calendar) -> Value:
    return None if value is None else dates.time_of(value)


def _to_timestamp(value: Value, calendar: Calendar) -> Value:
    return None if value is None else dates.timestamp_of(value, calendar.today)
