"""Built-in functions about NULL, choice and the state of the call."""

from uuid import UUID, uuid4

from webdial.watcom.builtins import ANY, INTEGER, TEXT, builtin
from webdial.watcom.date_texts import parse_timestamp
from webdial.watcom.errors import ROW_NOT_FOUND, STATES, SUCCESS, RaisedError
from webdial.watcom.frames import Evaluate, Frame
from webdial.watcom.values import Value, compare, equal, is_numeric

LOCAL = "L"
"""The mode of WPKMaintainGetSwitchValue that reads the setting of a branch; what its other modes
do is not documented, so they give NULL."""


@builtin("COALESCE ISNULL", ANY, ANY, rest=ANY, lazy=True)
def coalesce(frame: Frame, *arguments: Evaluate) -> Value:
    """The first argument that is not NULL."""
    for evaluate in arguments:
        value = evaluate(frame)
        if value is not None:
            return value
    return None


@builtin("IFNULL", ANY, ANY, ANY, optional=1, lazy=True)
def ifnull(frame: Frame, first: Evaluate, if_null: Evaluate, *otherwise: Evaluate) -> Value:
    """The second if the first is NULL, else the third or NULL (SQL Anywhere, IFNULL function)."""
    if first(frame) is None:
        return if_null(frame)
    return otherwise[0](frame) if otherwise else None


@builtin("NULLIF", ANY, ANY, takes_null=True)
def nullif(first: Value, second: Value) -> Value:
    """NULL if both are equal, else the first."""
    return None if equal(first, second) else first


@builtin("ARGN", INTEGER, ANY, rest=ANY, takes_null=True)
def argn(number: int | None, *arguments: Value) -> Value:
    """The argument of that number, from 1; NULL where there is none."""
    return arguments[number - 1] if number and 0 < number <= len(arguments) else None


@builtin("GREATER", ANY, ANY)
def greater(first: Value, second: Value) -> Value:
    return first if compare(first, second) >= 0 else second


@builtin("LESSER", ANY, ANY)
def lesser(first: Value, second: Value) -> Value:
    return first if compare(first, second) <= 0 else second


@builtin("ISNUMERIC", ANY, takes_null=True)
def isnumeric(value: Value) -> Value:
    """1 if the value can be a number, else 0; 0 for NULL."""
    return int(is_numeric(value))


@builtin("ISDATE", TEXT, takes_null=True, needs_frame=True)
def isdate(frame: Frame, text: str | None) -> Value:
    """1 if the text can be a date, else 0; 0 for NULL."""
    try:
        return int(text is not None and bool(parse_timestamp(text, frame.today)))
    except RaisedError:
        return 0


@builtin("ERRORMSG", ANY, optional=1, takes_null=True, needs_frame=True)
def errormsg(frame: Frame, *code: Value) -> Value:
    """The text of the last error, or of an SQLSTATE or SQLCODE."""
    if not code:
        return frame.error_text
    for state in (SUCCESS, ROW_NOT_FOUND, *STATES.values()):
        if code[0] in {state.sqlstate, state.sqlcode}:
            return state.message
    return None


@builtin("ERROR_MESSAGE", needs_frame=True)
def error_message(frame: Frame) -> Value:
    """The text of the error that a handler or CATCH runs for, NULL outside of one."""
    return frame.active.message if frame.active is not None else None


@builtin("ERROR_SQLSTATE", needs_frame=True)
def error_sqlstate(frame: Frame) -> Value:
    return frame.active.state.sqlstate if frame.active is not None else None


@builtin("ERROR_SQLCODE", needs_frame=True)
def error_sqlcode(frame: Frame) -> Value:
    return frame.active.state.sqlcode if frame.active is not None else None


@builtin("NEWID")
def newid() -> Value:
    """A new UUID as text of 36 characters."""
    return str(uuid4())


@builtin("UUIDTOSTR STRTOUUID", TEXT)
def uuid_text(text: str) -> Value:
    """A UUID in its usual form, NULL for a text that is none; the binary form of the server is not
    needed here."""
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return None


@builtin(
    "WPKMaintainGetSwitchValue", TEXT, TEXT, TEXT, takes_null=True, needs_frame=True, supplied=True
)
def general_setting(
    frame: Frame, name: str | None, agency_id: str | None, mode: str | None
) -> Value:
    """A general setting as in force for the branch `agency_id`; the mode is 'L'."""
    if name is None or mode is None or mode.strip().upper() != LOCAL:
        return None
    return frame.ask_setting(name, agency_id)
