"""Built-in functions on approximate numbers: powers, logarithms, angles."""

import math
from collections.abc import Callable
from typing import Any

from webdial.language import Kept
from webdial.watcom.builtins import NUMBER, builtin
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.values import Numeric, Value


@builtin("POWER", NUMBER, NUMBER)
def power(base: Numeric, exponent: Numeric) -> Value:
    return _real(lambda: float(base) ** float(exponent))


@builtin("SQRT", NUMBER)
def sqrt(number: Numeric) -> Value:
    return _real(lambda: float(number) ** 0.5)


def _real(calculate: Callable[[], Any]) -> float:
    """The result of a calculation, if it is a real number of usual size."""
    try:
        result = calculate()
    except (OverflowError, ZeroDivisionError):
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("The result is too large.")) from None
    except ValueError:
        raise _no_real_number() from None
    if isinstance(result, complex) or not math.isfinite(result):
        raise _no_real_number()
    return float(result)


def _no_real_number() -> RaisedError:
    return RaisedError(Kind.OUT_OF_RANGE, Kept("The result is no real number."))


@builtin("SQUARE", NUMBER)
def square(number: Numeric) -> Value:
    return _real(lambda: float(number) ** 2)


@builtin("PI", star=True)
def pi() -> Value:
    return math.pi


_CALCULATIONS: dict[str, Callable[[float], float]] = {
    "EXP": math.exp,
    "LOG LN": math.log,
    "LOG10": math.log10,
    "DEGREES": math.degrees,
    "RADIANS": math.radians,
    "SIN": math.sin,
    "COS": math.cos,
    "TAN": math.tan,
    "COT": lambda angle: 1 / math.tan(angle),
    "ASIN": math.asin,
    "ACOS": math.acos,
    "ATAN": math.atan,
}
"""Functions of one approximate number, by their names; angles are in radians."""


def _register_calculation(names: str, calculate: Callable[[float], float]) -> None:
    @builtin(names, NUMBER)
    def calculation(number: Numeric) -> Value:
        return _real(lambda: calculate(float(number)))


for _names, _calculate in _CALCULATIONS.items():
    _register_calculation(_names, _calculate)


@builtin("ATAN2 ATN2", NUMBER, NUMBER)
def atan2(y: Numeric, x: Numeric) -> Value:
    return _real(lambda: math.atan2(float(y), float(x)))
