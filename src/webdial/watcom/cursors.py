"""OPEN, FETCH and CLOSE."""

from webdial.language import Kept
from webdial.watcom import nodes
from webdial.watcom.errors import ROW_NOT_FOUND, STATES, SUCCESS, Kind, RaisedError, State
from webdial.watcom.flow import Execute, assign_row
from webdial.watcom.frames import Frame
from webdial.watcom.scopes import Cursor, Variable

_OPEN_ALREADY = State("24502", -172, "Cursor already open")


def open_cursor(cursor: Cursor, node: nodes.Node) -> Execute:
    slot = cursor.slot

    def run(frame: Frame) -> None:
        if frame.cursors[slot] is not None:
            error = RaisedError(Kind.CURSOR_STATE, Kept("The cursor is open."), state=_OPEN_ALREADY)
            error.place(node)
            raise error
        frame.cursors[slot] = iter(cursor.open(frame))
        frame.state = SUCCESS

    return run


def _check_open(frame: Frame, slot: int, node: nodes.Node) -> None:
    if frame.cursors[slot] is None:
        error = RaisedError(
            Kind.CURSOR_STATE, Kept("The cursor is not open."), state=STATES[Kind.CURSOR_STATE]
        )
        error.place(node)
        raise error


def close_cursor(cursor: Cursor, node: nodes.Node) -> Execute:
    slot = cursor.slot

    def run(frame: Frame) -> None:
        _check_open(frame, slot, node)
        frame.cursors[slot] = None
        frame.state = SUCCESS

    return run


def fetch_row(cursor: Cursor, targets: list[Variable], node: nodes.Node) -> Execute:
    slot = cursor.slot

    def run(frame: Frame) -> None:
        _check_open(frame, slot, node)
        rows = frame.cursors[slot]
        row = next(rows, None) if rows is not None else None
        if row is None:
            frame.state = ROW_NOT_FOUND
            return
        if targets:
            assign_row(targets, row, frame, node)
        frame.state = SUCCESS

    return run
