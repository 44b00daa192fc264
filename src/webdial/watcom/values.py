"""Values of the language and how one kind becomes another: text, numbers, comparison.

A value is None (NULL), text, a whole number, an exact or approximate number, or a date, time or
timestamp. Truth is True, False or None (UNKNOWN).
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, Overflow
from math import isfinite
from typing import Any

from webdial.language import Kept
from webdial.watcom import dates
from webdial.watcom.errors import Kind, RaisedError

Value = None | str | int | Decimal | float | date | time | datetime
"""`datetime` is a TIMESTAMP and never aware."""

Numeric = int | Decimal | float
Truth = bool | None

INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
EXACT = Context(prec=40, rounding=ROUND_HALF_UP, Emax=200, Emin=-200)
"""Arithmetic of NUMERIC. Its precision is above the server's 30 digits, so nothing fits there and
not here."""

QUOTIENT_SCALE = 6
"""Decimals of a quotient, at least: the server's default scale."""

LONGEST_NUMBER = 128
"""Characters of a text that may still be a number; keeps reading one cheap."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*", re.ASCII)


def own_value(value: object) -> Value:
    """A value from outside as one of the language: truths as 0 and 1, times without their zone."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, (int, Decimal, float, date, time)):
        return value
    return str(value)


# Text


def text_of(value: Value) -> str:
    """Any value but NULL as text: dates as `yyyy-mm-dd`, times as `hh:nn:ss.sss`, numbers plain."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    assert value is not None
    return dates.text_of(value)


def _decimal_text(value: Decimal) -> str:
    text = f"{value:f}"
    return "0" if text == "-0" else text


def fold(text: str) -> str:
    """`text` as it compares: without regard to case, character by character, blanks kept.

    The result has the length of `text`, so places found in it are places in `text`. The database
    is taken to be case-insensitive and to tell accents apart (SQL Anywhere, Case sensitivity).
    """
    folded = text.casefold()
    # Casefolding only ever lengthens (ß becomes ss); equal length means one for one.
    return folded if len(folded) == len(text) else text.translate(_SINGLE_FOLDS)


class _SingleFolds(dict[int, int]):
    """Each character's fold if that is one character, found out when first asked for."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        candidates = (character.casefold(), character.lower(), character)
        self[code] = ord(next(c for c in candidates if len(c) == 1))
        return self[code]


_SINGLE_FOLDS = _SingleFolds()


# Numbers


def number_of(value: Value) -> Numeric:
    """Any value but NULL as a number.

    Raises:
        RaisedError: conversion, when it is a text that is no number, or a date
    """
    if isinstance(value, (int, Decimal, float)):
        return value
    if isinstance(value, str):
        return _parse_number(value)
    raise RaisedError(Kind.CONVERSION, Kept("A date cannot be used as a number."))


def _parse_number(text: str) -> Numeric:
    if len(text) <= LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return _checked_float(float(text)) if "e" in text.lower() else Decimal(text.strip())
    raise RaisedError(
        Kind.CONVERSION, Kept("A text that is no number stands where a number is needed.")
    )


def is_numeric(value: Value) -> bool:
    """Whether `number_of` takes it."""
    try:
        return value is not None and number_of(value) is not None
    except RaisedError:
        return False


def integer_of(value: Value) -> int:
    """Any value but NULL as a whole number of 64 bits; decimals are cut off.

    Raises:
        RaisedError: conversion or out_of_range
    """
    number = value if isinstance(value, int) else number_of(value)
    return checked_integer(int(number))


def decimal_of(value: Value) -> Decimal:
    """Any value but NULL as an exact number."""
    number = number_of(value)
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def checked_integer(number: int) -> int:
    if INTEGER_MIN <= number <= INTEGER_MAX:
        return number
    raise RaisedError(Kind.OUT_OF_RANGE, Kept("A whole number has more than 64 bits."))


def _checked_float(number: float) -> float:
    if isfinite(number):
        return number
    raise RaisedError(Kind.OUT_OF_RANGE, Kept("A number is too large."))


# Arithmetic. NULL has been dealt with by the caller.


def add(left: Value, right: Value) -> Value:
    """left + right: moves a date by days, puts a date and a time together, else adds numbers."""
    if isinstance(left, (date, time)) or isinstance(right, (date, time)):
        return _add_days(left, right)
    return _calculate(left, right, EXACT.add, lambda a, b: a + b)


def _add_days(left: Value, right: Value) -> Value:
    moment, days = (left, right) if isinstance(left, date) else (right, left)
    if isinstance(moment, date) and isinstance(days, time) and not isinstance(moment, datetime):
        return datetime.combine(moment, days)
    if isinstance(moment, date) and not isinstance(days, (date, time)):
        return dates.add_to(moment, "day", integer_of(days))
    raise RaisedError(Kind.CONVERSION, Kept("Only a number of days can be added to a date."))


def subtract(left: Value, right: Value) -> Value:
    """left - right: days between two dates, a date moved back, or the difference of numbers."""
    if isinstance(left, date):
        if isinstance(right, date):
            return dates.difference("day", right, left)
        return dates.add_to(left, "day", -integer_of(right))
    return _calculate(left, right, EXACT.subtract, lambda a, b: a - b)


def multiply(left: Value, right: Value) -> Value:
    return _calculate(left, right, EXACT.multiply, lambda a, b: a * b)


def divide(left: Value, right: Value) -> Value:
    """left / right. Whole by whole is whole, cut off towards zero (30 / 365 is 0).

    Raises:
        RaisedError: division_by_zero
    """
    a, b = number_of(left), number_of(right)
    _refuse_zero(b)
    if isinstance(a, int) and isinstance(b, int):
        quotient = abs(a) // abs(b)
        return checked_integer(quotient if (a < 0) == (b < 0) else -quotient)
    if isinstance(a, float) or isinstance(b, float):
        return _checked_float(float(a) / float(b))
    exact_a, exact_b = Decimal(a), Decimal(b)
    quotient_scale = max(QUOTIENT_SCALE, _scale(exact_a), _scale(exact_b))
    quotient_exact = round_to(_exact(EXACT.divide, exact_a, exact_b), quotient_scale)
    return _without_trailing_zeros(quotient_exact)


def remainder(left: Value, right: Value) -> Value:
    """left % right, with the sign of `left`.

    Raises:
        RaisedError: division_by_zero
    """
    a, b = number_of(left), number_of(right)
    _refuse_zero(b)
    if isinstance(a, int) and isinstance(b, int):
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    exact_a, exact_b = decimal_of(a), decimal_of(b)
    return _exact(EXACT.remainder, exact_a, exact_b)


def negate(value: Value) -> Value:
    return subtract(0, value)


def _calculate(
    left: Value,
    right: Value,
    exact: Callable[[Decimal, Decimal], Decimal],
    plain: Callable[..., Numeric],
) -> Numeric:
    a, b = number_of(left), number_of(right)
    if isinstance(a, int) and isinstance(b, int):
        result = plain(a, b)
        assert isinstance(result, int)
        return checked_integer(result)
    if isinstance(a, float) or isinstance(b, float):
        return _checked_float(float(plain(float(a), float(b))))
    return _exact(exact, Decimal(a), Decimal(b))


def _exact(
    operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal
) -> Decimal:
    try:
        return operation(left, right)
    except (InvalidOperation, Overflow):
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("A number is too large.")) from None


def _refuse_zero(number: Numeric) -> None:
    if number == 0:
        raise RaisedError(Kind.DIVISION_BY_ZERO, Kept("Division by zero."))


def round_to(number: Decimal, places: int) -> Decimal:
    """`number` with exactly `places` decimals, halves away from zero; negative places round tens."""
    try:
        return number.quantize(Decimal(1).scaleb(-places), context=EXACT)
    except InvalidOperation:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("A number is too large.")) from None


def _scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _without_trailing_zeros(number: Decimal) -> Decimal:
    normal = number.normalize(EXACT)
    return normal if _scale(normal) or not normal else normal.quantize(Decimal(1), context=EXACT)


# Comparison


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1 for two values, neither of them NULL.

    Two texts compare without regard to case; a text is read as a number beside a number and as a
    date beside a date (SQL Anywhere, Data type conversions).

    Raises:
        RaisedError: conversion, when the text is no such thing
    """
    if isinstance(left, str) and isinstance(right, str):
        return _order(fold(left), fold(right)) if left != right else 0
    if isinstance(left, (date, time)) or isinstance(right, (date, time)):
        return dates.compare(left, right)
    return _order(number_of(left), number_of(right))


def _order(left: Any, right: Any) -> int:
    """For two texts or two numbers; Python compares whole, exact and approximate ones alike."""
    return int(left > right) - int(left < right)


def equal(left: Value, right: Value) -> Truth:
    """left = right, UNKNOWN if either is NULL."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        # Folding keeps the length, so texts of different lengths never compare equal.
        return left == right or (len(left) == len(right) and fold(left) == fold(right))
    return compare(left, right) == 0


def identity(value: Value) -> object:
    """A key for DISTINCT and GROUP BY: equal for values that compare equal, NULL included."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value
