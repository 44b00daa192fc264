"""The source of the database function as a form brings it: read, looked at, its faults placed."""

import re
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from typing import Final

from django.http import QueryDict

from webdial.errors import SourceError, line_and_column, point_at
from webdial.language import translate
from webdial.site.domain.functions import check_function
from webdial.site.pages.shown_errors import MAX_FAULTS
from webdial.watcom import FunctionError
from webdial.watcom.errors import Kind, make_fault

_CANNOT_BE_KEPT: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL has in no text, and halves of surrogate pairs, which UTF-8 has not."""


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault for the page and for the editor: `start` to `end` (exclusive) count characters from 0,
    `line` and `column` from 1. `view` is two lines, the text and carets under the fault."""

    message: str
    hint: str
    start: int
    end: int
    line: int
    column: int
    view: str


def typed_text(post: QueryDict, name: str, *, default: str = "") -> str:
    """A field as typed; halves of surrogate pairs, which no page can hold, are marked as lost."""
    text = post.get(name, default)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def typed_source(post: QueryDict) -> str:
    """The source as typed, with line feeds alone: browsers send carriage returns before them."""
    return post.get("source", "").replace("\r\n", "\n").replace("\r", "\n")


def shown_source(source: str) -> str:
    """The source for a page, as long as it is: what UTF-8 has not is marked as lost."""
    return _CANNOT_BE_KEPT.sub("\N{REPLACEMENT CHARACTER}", source)


def check_source(source: str) -> None:
    """Raises FunctionError with every fault; what cannot be kept is told before all else."""
    lost = islice(_CANNOT_BE_KEPT.finditer(source), MAX_FAULTS)
    faults = [
        make_fault(
            Kind.PARSE,
            translate("The character U+{ord} cannot be kept.", ord=f"{ord(match[0]):04X}"),
            *match.span(),
        )
        for match in lost
    ]
    if faults:
        raise FunctionError(source, faults)
    check_function(source)


def placed_faults(error: SourceError) -> tuple[PlacedFault, ...]:
    """The faults of an error in the order of their places."""
    return tuple(
        PlacedFault(
            fault.message,
            fault.hint,
            fault.start,
            fault.end,
            *line_and_column(error.source, fault.start),
            view=point_at(error.source, fault.start, fault.end),
        )
        for fault in error.faults[:MAX_FAULTS]
    )


def sample_source() -> str:
    """The sample of the old system's manual: a phone system for each branch, by a general setting."""
    file = files("webdial.site.pages.maintenance") / "sample_function.sql"
    return file.read_text(encoding="utf-8")
