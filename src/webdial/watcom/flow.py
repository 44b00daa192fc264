"""How compiled statements follow one another: lists, signals, handlers, assignment.

A statement is a closure that answers None to go on with the next one, or a signal: RETURN, LEAVE or
CONTINUE, which the lists and loops around hand on to the one it is meant for. Errors travel as
exceptions.
"""

from collections.abc import Callable

from webdial.watcom import nodes
from webdial.watcom.datatypes import Convert
from webdial.watcom.errors import SUCCESS, RaisedError
from webdial.watcom.frames import Frame
from webdial.watcom.scopes import Variable
from webdial.watcom.values import Value


class Signal:
    """Where to go on when it is not the next statement."""

    __slots__ = ()


RETURN = Signal()

Execute = Callable[[Frame], Signal | None]

RESUMABLE = (
    nodes.If,
    nodes.Case,
    nodes.Loop,
    nodes.Leave,
    nodes.Continue,
    nodes.CallStatement,
    nodes.Signal,
    nodes.Resignal,
    nodes.Set,
)
"""Statements that ON EXCEPTION RESUME goes on with after an error; before any other, the function
fails (SQL Anywhere, option on_tsql_error, Conditional)."""


def do_nothing(_frame: Frame) -> None:
    """Stands for what could not be compiled."""


def convert_in(convert: Convert | None, value: Value, frame: Frame, node: nodes.Node) -> Value:
    """The value as the type has it; an error is told at `node`."""
    if convert is None:
        return value
    try:
        return convert(value, frame)
    except RaisedError as error:
        error.place(node)
        raise


def assign_row(
    targets: list[Variable], row: tuple[Value, ...], frame: Frame, node: nodes.Node
) -> None:
    """Assign the columns of a row to variables, from left to right."""
    for variable, value in zip(targets, row, strict=True):
        frame.values[variable.slot] = convert_in(variable.convert, value, frame, node)


def count_statement(frame: Frame) -> None:
    """Account for a statement or a turn of a loop."""
    frame.statements += 1
    if frame.statements >= frame.look_at:
        frame.count_statement()


def succeed(frame: Frame) -> None:
    """No statement at all."""
    frame.state = SUCCESS


def plain_list(statements: list[tuple[Execute, nodes.Statement]]) -> Execute:
    def run(frame: Frame) -> Signal | None:
        for statement, node in statements:
            frame.at = node
            frame.statements += 1
            if frame.statements >= frame.look_at:
                frame.count_statement()
            signal = statement(frame)
            if signal is not None:
                return signal
        return None

    return run


def resuming_list(statements: list[tuple[Execute, nodes.Statement]]) -> Execute:
    """A list under ON EXCEPTION RESUME: after an error the next statement runs, if it is of a kind
    that looks after errors itself."""
    following = [isinstance(node, RESUMABLE) for _, node in statements[1:]] + [False]
    steps = [(run, node, may) for (run, node), may in zip(statements, following, strict=True)]

    def run(frame: Frame) -> Signal | None:
        for statement, node, may_resume in steps:
            frame.at = node
            count_statement(frame)
            try:
                signal = statement(frame)
            except RaisedError as error:
                if not may_resume:
                    raise
                frame.fail(error)
                continue
            if signal is not None:
                return signal
        return None

    return run


def handled(
    run: Execute,
    handlers: list[tuple[frozenset[str] | None, Execute]],
    leave: Signal | None,
) -> Execute:
    """A block with exception handlers: after an error the first that fits it runs, and then
    execution goes on after the block."""

    def guarded(frame: Frame) -> Signal | None:
        try:
            return run(frame)
        except RaisedError as error:
            state = error.state.sqlstate
            fitting = (body for states, body in handlers if states is None or state in states)
            handler = next(fitting, None)
            if handler is None:
                raise
            outer, frame.active = frame.active, error
            frame.fail(error)
            try:
                signal = handler(frame)
            finally:
                frame.active = outer
            return None if leave is not None and signal is leave else signal

    return guarded
