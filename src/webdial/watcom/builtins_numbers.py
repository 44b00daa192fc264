"""Built-in functions on numbers."""

import re
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal, InvalidOperation
from random import Random, SystemRandom

from webdial.language import Kept
from webdial.watcom.builtins import DECIMAL, INTEGER, NUMBER, TEXT, builtin
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.frames import Frame
from webdial.watcom.values import EXACT, Numeric, Value, remainder, round_to, subtract

STR_LENGTH = 10
"""Length of the text STR makes, if not told."""

LONGEST_STR = 255
MOST_PLACES = 30
"""Decimals that can be asked for; those of NUMERIC."""

_HEX = re.compile("[0-9a-f]{1,64}")


@builtin("ABS", NUMBER)
def absolute(number: Numeric) -> Value:
    return subtract(0, number) if number < 0 else number


@builtin("SIGN", NUMBER)
def sign(number: Numeric) -> Value:
    return (number > 0) - (number < 0)


@builtin("FLOOR", NUMBER)
def floor(number: Numeric) -> Value:
    return _whole(number, ROUND_FLOOR)


@builtin("CEILING CEIL", NUMBER)
def ceiling(number: Numeric) -> Value:
    return _whole(number, ROUND_CEILING)


def _whole(number: Numeric, rounding: str) -> Value:
    if isinstance(number, int):
        return number
    whole = _quantize(Decimal(repr(number)) if isinstance(number, float) else number, 0, rounding)
    return float(whole) if isinstance(number, float) else whole


def _quantize(number: Decimal, places: int, rounding: str) -> Decimal:
    try:
        return number.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=EXACT)
    except InvalidOperation:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("A number is too large.")) from None


@builtin("ROUND", NUMBER, INTEGER, optional=1)
def round_number(number: Numeric, places: int = 0) -> Value:
    """Rounded, halves away from zero; an exact number keeps its scale: ROUND(123.234, 1) is
    123.200 (SQL Anywhere, ROUND function)."""
    return _cut(number, places, None)


@builtin("TRUNCNUM TRUNCATE", NUMBER, INTEGER, optional=1)
def truncnum(number: Numeric, places: int = 0) -> Value:
    """Cut off after `places` decimals; an exact number keeps its scale."""
    return _cut(number, places, ROUND_DOWN)


def _cut(number: Numeric, places: int, rounding: str | None) -> Value:
    places = max(-MOST_PLACES, min(MOST_PLACES, places))
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    scale = _scale(exact)
    if places >= scale and not isinstance(number, float):
        return number
    cut = round_to(exact, places) if rounding is None else _quantize(exact, places, rounding)
    if isinstance(number, float):
        return float(cut)
    kept = round_to(cut, scale)
    return int(kept) if isinstance(number, int) else kept


def _scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@builtin("MOD REMAINDER", NUMBER, NUMBER)
def mod(dividend: Numeric, divisor: Numeric) -> Value:
    """What is left of a division, with the sign of the dividend."""
    return remainder(dividend, divisor)


@builtin("RAND", INTEGER, optional=1, needs_frame=True)
def rand(frame: Frame, seed: int | None = None) -> Value:
    """A number from 0 up to 1; with a seed, the beginning of the same sequence every time."""
    if seed is not None:
        frame.random = Random(seed)  # noqa: S311  # the sequence is to be the same, not secret
    elif frame.random is None:
        frame.random = SystemRandom()
    return frame.random.random()


@builtin("STR", DECIMAL, INTEGER, INTEGER, optional=2)
def str_number(number: Decimal, length: int = STR_LENGTH, places: int = 0) -> Value:
    """The number in `length` characters with `places` decimals, blanks on the left; NULL if its
    whole part does not fit. Decimals for which there is no room are left out."""
    if not 0 <= length <= LONGEST_STR or not 0 <= places <= MOST_PLACES:
        return None
    whole = len(f"{_quantize(number, 0, ROUND_DOWN):f}") + (-1 < number < 0)
    if whole > length:
        return None
    places = min(places, max(0, length - whole - 1))
    text = f"{round_to(number, places):f}"
    return text.rjust(length) if len(text) <= length else None


@builtin("INTTOHEX BIGINTTOHEX", INTEGER)
def int_to_hex(number: int) -> Value:
    """The number in hexadecimal digits: 8 of them for one of 32 bits, else 16 (INTTOHEX function)."""
    digits = 8 if -(2**31) <= number < 2**31 else 16
    return f"{number % 16**digits:0{digits}X}"


@builtin("HEXTOINT", TEXT)
def hex_to_int(text: str) -> Value:
    """The number of 32 bits that hexadecimal digits mean, with or without 0x in front."""
    return _signed(text, 32)


@builtin("HEXTOBIGINT", TEXT)
def hex_to_bigint(text: str) -> Value:
    return _signed(text, 64)


def _signed(text: str, bits: int) -> int:
    """Hexadecimal digits as a number with sign. More digits than the number has may stand in front:
    0, or F where it is negative (HEXTOINT function)."""
    digits = text.strip().lower().removeprefix("0x")
    if not _HEX.fullmatch(digits):
        raise RaisedError(Kind.CONVERSION, Kept("The text is no number in hexadecimal digits."))
    number, width = int(digits, 16), max(bits, 4 * len(digits))
    if number >> (width - 1):
        number -= 1 << width
    if -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        return number
    raise RaisedError(Kind.OUT_OF_RANGE, Kept("A number is too large."))
