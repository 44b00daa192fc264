"""The registry of built-in functions: every function that source may call is in it.

A function is written for arguments that are not NULL and have the type it names; what it is given,
how NULL passes through it and how its arguments are converted is settled here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from webdial.watcom.dates import timestamp_of
from webdial.watcom.errors import RaisedError
from webdial.watcom.frames import LONG_TEXT, Evaluate, Frame
from webdial.watcom.nodes import Node
from webdial.watcom.values import (
    Value,
    decimal_of,
    integer_of,
    number_of,
    text_of,
)


class Kind(Enum):
    """What a parameter takes."""

    ANY = auto()
    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    DECIMAL = auto()
    MOMENT = auto()
    """A timestamp."""
    PART = auto()
    """The name of a part of a date, not a value: the `month` of DATEADD(month, 1, d)."""


ANY, TEXT, INTEGER, NUMBER, DECIMAL, MOMENT, PART = Kind


@dataclass(frozen=True, slots=True)
class Builtin:
    """One function. `run` takes the frame first where `needs_frame`, and then accounts itself for
    the text it builds.

    With `takes_null`, `run` gets NULL as None; otherwise any NULL argument makes the result NULL
    (SQL Anywhere, Functions). A `lazy` one gets what evaluates its arguments instead of values.
    `star` allows the call NAME(*).
    """

    name: str
    parameters: tuple[Kind, ...]
    run: Callable[..., Value]
    optional: int = 0
    rest: Kind | None = None
    needs_frame: bool = False
    takes_null: bool = False
    lazy: bool = False
    star: bool = False
    supplied: bool = False
    """Not one of SQL Anywhere's but of the old system: it may be called with its owner's name."""

    @property
    def least(self) -> int:
        return len(self.parameters) - self.optional

    @property
    def most(self) -> int | None:
        """The greatest number of arguments, None for any."""
        return None if self.rest else len(self.parameters)


BUILTINS: dict[str, Builtin] = {}
"""Every function by its name in capitals."""

Function = TypeVar("Function", bound=Callable[..., Value])


def builtin(
    names: str,
    *parameters: Kind,
    optional: int = 0,
    rest: Kind | None = None,
    needs_frame: bool = False,
    takes_null: bool = False,
    lazy: bool = False,
    star: bool = False,
    supplied: bool = False,
) -> Callable[[Function], Function]:
    """Enter a function into the registry under each of its names, which blanks separate."""

    def enter(run: Function) -> Function:
        for name in names.split():
            BUILTINS[name.upper()] = Builtin(
                name,
                parameters,
                run,
                optional,
                rest,
                needs_frame,
                takes_null,
                lazy,
                star,
                supplied,
            )
        return run

    return enter


Coerce = Callable[[Any, Frame], Any]

_COERCIONS: dict[Kind, Coerce] = {
    ANY: lambda value, _frame: value,
    TEXT: lambda value, _frame: value if isinstance(value, str) else text_of(value),
    INTEGER: lambda value, _frame: value if isinstance(value, int) else integer_of(value),
    NUMBER: lambda value, _frame: number_of(value),
    DECIMAL: lambda value, _frame: decimal_of(value),
    MOMENT: lambda value, frame: timestamp_of(value, frame.today),
}


def bind(
    function: Builtin, leading: tuple[str, ...], arguments: list[Evaluate], node: Node
) -> Evaluate:
    """What calls `function` with the values of `arguments`.

    `leading` are constants that come before them (the part of a date); an error is told at `node`.
    """
    fixed: tuple[Any, ...] = leading
    kinds = [kind for kind in function.parameters if kind is not PART]
    kinds += [function.rest or ANY] * (len(arguments) - len(kinds))
    steps = [(evaluate, _COERCIONS[kind]) for evaluate, kind in zip(arguments, kinds, strict=False)]
    run, needs_frame, takes_null = function.run, function.needs_frame, function.takes_null

    def call(frame: Frame) -> Value:
        try:
            values: list[Any] = [frame, *fixed] if needs_frame else [*fixed]
            null = False
            for evaluate, coerce in steps:
                value = evaluate(frame)
                if value is None:
                    null = True
                else:
                    value = coerce(value, frame)
                    if isinstance(value, str) and len(value) > LONG_TEXT:
                        frame.pause()
                values.append(value)
            if null and not takes_null:
                return None
            result = run(*values)
        except RaisedError as error:
            error.place(node)
            raise
        if isinstance(result, str) and not needs_frame:
            frame.build(len(result))
        return result

    def call_lazily(frame: Frame) -> Value:
        try:
            return run(frame, *arguments)
        except RaisedError as error:
            error.place(node)
            raise

    return call_lazily if function.lazy else call
