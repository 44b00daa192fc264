"""An error of webdial.errors as a page shows it: at its field, with every fault at its place."""

from dataclasses import dataclass
from typing import Final

from webdial.errors import Fault, InvalidValueError, SourceError, WebdialError, point_at
from webdial.site.domain.meanwhile import ChangedMeanwhileError

MAX_FAULTS: Final = 50
"""Faults shown of one text: nobody mends more at a time, and a long text can hold thousands."""


@dataclass(frozen=True, slots=True)
class ShownFault:
    """`view` is two lines for a `<pre>`, the text and carets under the fault.

    It is empty when the fault is the whole text's: carets under all of it point at nothing.
    """

    message: str
    hint: str
    view: str


@dataclass(frozen=True, slots=True)
class ShownError:
    """`field` is empty when the error is the whole form's.

    With `is_meanwhile` it has told of somebody else's change, and the form may be sent once more.
    """

    message: str
    hint: str = ""
    field: str = ""
    faults: tuple[ShownFault, ...] = ()
    faults_left_out: int = 0
    is_meanwhile: bool = False


def show_error(error: WebdialError, *, field: str = "") -> ShownError:
    """What to show of `error`; `field` says where an error belongs that names no field itself.

    Faults of a text are shown also where another error was made of them.
    """
    named = error.field if isinstance(error, InvalidValueError) else ""
    source = _source_error(error)
    faults = source.faults if source else ()
    return ShownError(
        message=error.message,
        hint=error.hint,
        field=named or field,
        faults=tuple(_shown_fault(source.source, fault) for fault in faults[:MAX_FAULTS])
        if source
        else (),
        faults_left_out=max(len(faults) - MAX_FAULTS, 0),
        is_meanwhile=isinstance(error, ChangedMeanwhileError),
    )


def _source_error(error: WebdialError) -> SourceError | None:
    if isinstance(error, SourceError):
        return error
    cause = error.__cause__
    # An invalid value says in its own words what is wrong with the text it came from.
    is_told = isinstance(error, InvalidValueError)
    return cause if isinstance(cause, SourceError) and not is_told else None


def _shown_fault(source: str, fault: Fault) -> ShownFault:
    is_whole = fault.start <= 0 and fault.end >= len(source)
    view = "" if is_whole else point_at(source, fault.start, fault.end)
    return ShownFault(fault.message, fault.hint, view)
