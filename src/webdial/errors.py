"""The one tree of errors: what stops an act, told to a person, a program and a log alike.

    WebdialError            message for a person, code for a program, hint: what to do next
      SourceError           one or more faults of a text, each with its place
        DialStringError     webdial.dialstring
        NumberError         webdial.numbers
        FunctionError       webdial.watcom
      NotFoundError         a user, branch, setting or call that does not exist
      NotAllowedError       who asks may not do this
      InvalidValueError     a field's value that cannot be kept
      CallNotPlacedError    stopped before anything left
        JournalError        the call could not be written down, so it was not placed
        CredentialUnreadableError   webdial.sealing: none of the keys opens a secret

What the world answered to a call is no exception but an `Outcome` (webdial.exchange.outcome).
The doors map the tree once each: the page shows an error at its field, the API answers problem
JSON (RFC 9457), the command line prints it and exits non-zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

_WINDOW = 100
"""Characters of a line shown around a fault: wide enough for most dial strings, fits a terminal."""


class WebdialError(Exception):
    """Something stopped the act. `str()` is the sentence for a person."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self._code = code

    @property
    def error_code(self) -> str:
        """The code a program branches on: the instance's own, else the class's."""
        return self._code or self.code


class NotFoundError(WebdialError):
    code = "not_found"


class NotAllowedError(WebdialError):
    code = "not_allowed"


class InvalidValueError(WebdialError):
    """A value that cannot be kept; `field` names the form field or parameter it came by."""

    code = "invalid_value"

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class CallNotPlacedError(WebdialError):
    """The call was stopped before anything left; the phone system has heard nothing of it."""

    code = "not_placed"


class JournalError(CallNotPlacedError):
    """The call could not be put on disk, and what is not on disk is not sent."""

    code = "journal_unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a text: `start` to `end` (exclusive) count characters from 0."""

    code: str
    message: str
    start: int
    end: int
    hint: str = ""


class SourceError(WebdialError):
    """Faults of a text, in the order of their places. There is at least one."""

    code = "source"

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.source = source
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.start, fault.end)))
        first = self.faults[0]
        super().__init__(first.message, hint=first.hint, code=first.code)

    @property
    def first(self) -> Fault:
        return self.faults[0]

    def explain(self) -> str:
        """Every fault as lines for a terminal: the sentence, the place under a caret, the hint."""
        return "\n".join(
            "\n".join(
                part
                for part in (
                    fault.message,
                    point_at(self.source, fault.start, fault.end),
                    fault.hint,
                )
                if part
            )
            for fault in self.faults
        )


def line_and_column(source: str, offset: int) -> tuple[int, int]:
    """Line and column of `offset`, both counted from 1."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def point_at(source: str, start: int, end: int) -> str:
    """Two lines: the line of `source` that holds `start`, and carets under `start` to `end`.

    A line longer than the window is cut around the fault; characters that would move or hide the
    caret (tabs, controls, characters of no width) are shown as U+FFFD.
    """
    start = min(max(start, 0), len(source))
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", start)
    line_end = len(source) if line_end < 0 else line_end
    end = min(max(end, start + 1), max(line_end, start + 1))
    first = max(line_start, min(start - _WINDOW // 3, line_end - _WINDOW))
    last = min(line_end, first + _WINDOW)
    prefix = "…" if first > line_start else ""
    suffix = "…" if last < line_end else ""
    shown = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in source[first:last]
    )
    carets = "^" * (min(end, max(last, start + 1)) - start)
    return f"  {prefix}{shown}{suffix}\n  {' ' * (len(prefix) + start - first)}{carets}"
