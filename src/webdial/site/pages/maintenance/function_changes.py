"""What differs between two sources, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

CONTEXT_LINES: Final = 3
"""Unchanged lines shown on either side of a change."""

MOST_COMPARED: Final = 3_000
"""Lines of a source that are compared one by one: the time grows with the square of many that are
alike, and no function is that long. A longer one is shown as replaced."""

MOST_SHOWN: Final = 2_000
"""Lines of a difference on a page."""


class LineKind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line with its numbers in the two sources, None where it is not; a GAP has no text."""

    kind: LineKind
    text: str = ""
    old_number: int | None = None
    new_number: int | None = None

    @property
    def written(self) -> str:
        """The text without the blanks at its end."""
        return self.text.rstrip()

    @property
    def blanks(self) -> str:
        """The blanks at the end, which are all that some changes are about."""
        return self.text[len(self.written) :]

    @property
    def mark(self) -> str:
        return {LineKind.ADDED: "+", LineKind.REMOVED: "−"}.get(self.kind, " ")


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines to show; `lines_left_out` are not."""

    lines: tuple[DiffLine, ...]
    lines_left_out: int = 0

    @property
    def added(self) -> int:
        return sum(line.kind is LineKind.ADDED for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind is LineKind.REMOVED for line in self.lines)


def difference(old: str, new: str) -> Difference:
    """What to remove from `old` and add to get `new`; no lines when both are the same."""
    return _shown(tuple(_changed_lines(_lines(old), _lines(new))))


def whole_text(source: str) -> Difference:
    """A source as it is, with the numbers of its lines."""
    return _shown(tuple(_same_lines(_lines(source), 0, 0)))


def _shown(lines: tuple[DiffLine, ...]) -> Difference:
    return Difference(lines[:MOST_SHOWN], max(len(lines) - MOST_SHOWN, 0))


def _lines(source: str) -> list[str]:
    return source.removesuffix("\n").split("\n")


def _changed_lines(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    if max(len(old), len(new)) > MOST_COMPARED:
        if old != new:
            yield from _removed_lines(old, 0)
            yield from _added_lines(new, 0)
        return
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT_LINES):
        if group[0][1] > 0:
            yield DiffLine(LineKind.GAP)
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from _same_lines(old[old_from:old_to], old_from, new_from)
            else:
                yield from _removed_lines(old[old_from:old_to], old_from)
                yield from _added_lines(new[new_from:new_to], new_from)


def _same_lines(lines: list[str], old_before: int, new_before: int) -> Iterator[DiffLine]:
    for index, text in enumerate(lines, 1):
        yield DiffLine(LineKind.SAME, text, old_before + index, new_before + index)


def _removed_lines(lines: list[str], before: int) -> Iterator[DiffLine]:
    for index, text in enumerate(lines, 1):
        yield DiffLine(LineKind.REMOVED, text, old_number=before + index)


def _added_lines(lines: list[str], before: int) -> Iterator[DiffLine]:
    for index, text in enumerate(lines, 1):
        yield DiffLine(LineKind.ADDED, text, new_number=before + index)
