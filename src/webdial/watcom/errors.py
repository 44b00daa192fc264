"""What goes wrong in a database function, when it is checked and when it runs.

`FunctionError` is what callers see: a `SourceError` with SQLSTATE and SQLCODE as SQL Anywhere gives
them. Inside the package two exceptions travel: `RaisedError`, which an EXCEPTION handler of the function
may catch, and `StoppedError`, which none can.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from webdial.errors import Fault, SourceError, line_and_column, point_at
from webdial.watcom.nodes import Node

CODE_PREFIX = "function_"


class Kind(StrEnum):
    """What sort of fault it is: the names that conformance cases use."""

    PARSE = "parse"
    REFUSED = "refused"
    LIMIT = "limit"
    UNKNOWN_NAME = "unknown_name"
    DUPLICATE_VARIABLE = "duplicate_variable"
    INTO_COUNT = "into_count"
    TOO_MANY_ROWS = "too_many_rows"
    DIVISION_BY_ZERO = "division_by_zero"
    CONVERSION = "conversion"
    RIGHT_TRUNCATION = "right_truncation"
    OUT_OF_RANGE = "out_of_range"
    CURSOR_STATE = "cursor_state"
    SIGNALLED = "signalled"


@dataclass(frozen=True, slots=True)
class State:
    """What SQLSTATE and SQLCODE show after a statement."""

    sqlstate: str
    sqlcode: int
    message: str = ""


SUCCESS = State("00000", 0)
ROW_NOT_FOUND = State("02000", 100, "Row not found")

STATES = {
    Kind.PARSE: State("42W04", -131, "Syntax error"),
    Kind.REFUSED: State("42501", -121, "Permission denied"),
    Kind.LIMIT: State("54W01", -685, "A limit of the function language was reached"),
    Kind.UNKNOWN_NAME: State("52003", -143, "Column not found"),
    Kind.DUPLICATE_VARIABLE: State("42000", -261, "There is already a variable of this name"),
    Kind.INTO_COUNT: State("42000", -264, "Wrong number of variables"),
    Kind.TOO_MANY_ROWS: State("21000", -185, "SELECT returns more than one row"),
    Kind.DIVISION_BY_ZERO: State("22012", -628, "Division by zero"),
    Kind.CONVERSION: State("53018", -157, "Cannot convert a value"),
    Kind.RIGHT_TRUNCATION: State("22001", -638, "Right truncation of string data"),
    Kind.OUT_OF_RANGE: State("22003", -158, "Value out of range"),
    Kind.CURSOR_STATE: State("24501", -180, "Cursor not open"),
    Kind.SIGNALLED: State("99999", -297, "User-defined exception signalled"),
}
"""SQLSTATE and SQLCODE of each kind, as documented for SQL Anywhere 11 to 17. The limits have the
server's own resource governor for a model."""


def state_of(sqlstate: str) -> State:
    """The state a SIGNAL of `sqlstate` raises: a known one's code, else the one for own exceptions."""
    if sqlstate == ROW_NOT_FOUND.sqlstate:
        return ROW_NOT_FOUND
    known = (state for state in STATES.values() if state.sqlstate == sqlstate)
    return next(known, State(sqlstate, -297, "User-defined exception signalled"))


class FunctionError(SourceError):
    """A database function cannot be used, or its call failed; every fault found is listed."""

    code = "function"

    def __init__(self, source: str, faults: Iterable[Fault], *, state: State | None = None) -> None:
        super().__init__(source, faults)
        self._state = state or STATES[self.kind]

    @property
    def kind(self) -> Kind:
        """The kind of the first fault."""
        return kind_of(self.first)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(kind_of(fault) for fault in self.faults)

    @property
    def sqlstate(self) -> str:
        return self._state.sqlstate

    @property
    def sqlcode(self) -> int:
        return self._state.sqlcode

    def explain(self) -> str:
        """Every fault as lines for a terminal: place and sentence, a caret, the hint, the codes."""
        return "\n".join(self._explained(fault) for fault in self.faults)

    def _explained(self, fault: Fault) -> str:
        line, column = line_and_column(self.source, fault.start)
        state = self._state if fault is self.first else STATES[kind_of(fault)]
        parts = (
            f"Line {line}, column {column}: {fault.message}",
            point_at(self.source, fault.start, fault.end),
            fault.hint,
            f"SQLSTATE {state.sqlstate}, SQLCODE {state.sqlcode}",
        )
        return "\n".join(part for part in parts if part)

    @property
    def line(self) -> int:
        """The line of the first fault, from 1."""
        return line_and_column(self.source, self.first.start)[0]

    @property
    def column(self) -> int:
        """The column of the first fault, from 1."""
        return line_and_column(self.source, self.first.start)[1]


class LimitReachedError(FunctionError):
    """The function, or one call of it, wanted more than its limits allow."""


class RaisedError(Exception):
    """An error of a running statement; handlers of the function may catch it."""

    def __init__(self, kind: Kind, message: str, *, state: State | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.state = state or STATES[kind]
        self.start = -1
        self.end = -1

    def place(self, node: Node) -> None:
        """Say where it happened, unless something further in has said so."""
        if self.start < 0:
            self.start, self.end = node.start, node.end

    def fault(self) -> Fault:
        return make_fault(self.kind, self.message, max(self.start, 0), max(self.end, 0))


class PatternError(RaisedError):
    """A pattern that is none."""

    def __init__(self, message: str) -> None:
        super().__init__(Kind.PARSE, message)


class StoppedError(Exception):
    """A limit was reached while the function ran. No handler of the function sees it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def make_fault(kind: Kind, message: str, start: int, end: int, hint: str = "") -> Fault:
    return Fault(CODE_PREFIX + kind, message, start, end, hint)


def kind_of(fault: Fault) -> Kind:
    return Kind(fault.code.removeprefix(CODE_PREFIX))
