"""LIKE: patterns of characters, sets and gaps, and the matcher for them.

A pattern is cut at its gaps (%) into pieces of fixed length, each of which is looked for once, leftmost
first; so nothing here backtracks.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from webdial.language import translate
from webdial.watcom.automata import Pause
from webdial.watcom.errors import PatternError
from webdial.watcom.values import fold

WINDOW = 64 * 1024
"""Characters searched between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two % of a LIKE pattern: as many characters as it matches, no choice.

    `source` is a literal, or an expression of `length` single characters and sets, which is decided
    in `length` steps at each place, so nothing backtracks.
    """

    length: int
    source: str
    is_literal: bool

    def find(self, text: str, start: int, pause: Pause) -> int:
        """Where it first matches from `start` on, -1 if nowhere."""
        if self.is_literal:
            return text.find(self.source, start)
        expression = self._expression()
        while start <= len(text):
            end = start + WINDOW
            found = expression.search(text, start, min(end + self.length, len(text)))
            if found is not None:
                return found.start()
            if end >= len(text):
                return -1
            start = end
            pause()
        return -1

    def at(self, text: str, start: int) -> bool:
        if self.is_literal:
            return text.startswith(self.source, start)
        return self._expression().match(text, start) is not None

    def _expression(self) -> re.Pattern[str]:
        # Made when it is used: a source may hold more patterns than it would be quick to make.
        return re.compile(self.source, re.DOTALL)


@dataclass(frozen=True, slots=True)
class LikePattern:
    """A LIKE pattern: its pieces, and whether a % stands before the first and after the last."""

    pieces: tuple[Piece, ...]
    open_start: bool
    open_end: bool

    def matches(self, text: str, pause: Pause) -> bool:
        """Whether the whole text matches."""
        return self.place(fold(text), pause, anywhere=False) >= 0

    def place(self, folded: str, pause: Pause, *, anywhere: bool) -> int:
        """Where the first piece lies in a match, -1 without one. `anywhere` opens the end."""
        if not self.pieces:
            return 0 if self.open_start or anywhere or not folded else -1
        open_end = self.open_end or anywhere
        *leading, last = self.pieces
        position, first = 0, -1
        for index, piece in enumerate(leading):
            position = self._find(piece, folded, position, pause, fixed=index == 0)
            if position < 0:
                return -1
            first = position if first < 0 else first
            position += piece.length
        if open_end:
            position = self._find(last, folded, position, pause, fixed=not leading)
        else:
            position = self._at_end(last, folded, position, fixed=not leading)
        return first if first >= 0 and position >= 0 else position

    def _find(self, piece: Piece, text: str, start: int, pause: Pause, *, fixed: bool) -> int:
        if fixed and not self.open_start:
            return start if piece.at(text, start) else -1
        return piece.find(text, start, pause)

    def _at_end(self, piece: Piece, text: str, start: int, *, fixed: bool) -> int:
        position = len(text) - piece.length
        if position < start or (fixed and not self.open_start and position != start):
            return -1
        return position if piece.at(text, position) else -1


@lru_cache(maxsize=256)
def like_pattern(pattern: str, escape: str | None) -> LikePattern:
    """Read a LIKE pattern: % any text, _ any character, [a-f] a set, [^a-f] its complement.

    The character `escape` makes the one after it stand for itself.

    Raises:
        PatternError: a set that is not closed, an escape that is no single character
    """
    if escape is not None and len(escape) != 1:
        raise PatternError(translate("ESCAPE takes one character."))
    folded = fold(pattern)
    escape = fold(escape) if escape else None
    reader = _LikeReader()
    position = 0
    while position < len(folded):
        character = folded[position]
        if character == escape and position + 1 < len(folded):
            reader.literal(folded[position + 1])
            position += 1
        elif character == "[":
            end = _set_end(folded, position)
            reader.test(_set_expression(folded[position + 1 : end]))
            position = end
        elif character == "%":
            reader.end_piece()
        elif character == "_":
            reader.test(".")
        else:
            reader.literal(character)
        position += 1
    open_end = not reader.parts and bool(folded)
    reader.end_piece()
    return LikePattern(tuple(reader.pieces), folded.startswith("%") and escape != "%", open_end)


class _LikeReader:
    """The pieces of a LIKE pattern as they are read."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.parts: list[tuple[str, bool]] = []
        """Of the piece being read: each character or test, and whether it is a character."""

    def literal(self, character: str) -> None:
        self.parts.append((character, True))

    def test(self, expression: str) -> None:
        self.parts.append((expression, False))

    def end_piece(self) -> None:
        if not self.parts:
            return
        is_literal = all(literal for _, literal in self.parts)
        source = "".join(
            part if is_literal or not literal else re.escape(part) for part, literal in self.parts
        )
        self.pieces.append(Piece(len(self.parts), source, is_literal))
        self.parts = []


def _set_end(pattern: str, start: int) -> int:
    end = pattern.find("]", start + 1)
    if end < 0:
        raise PatternError(
            translate("A set of characters in the pattern is not closed: ] is missing.")
        )
    return end


def _set_expression(content: str) -> str:
    """The set as a regular expression; an empty one, or one from z to a, matches nothing."""
    negated = content.startswith("^") and len(content) > 1
    members = _set_members(content[1:] if negated else content)
    if not members:
        return "[^\\s\\S]" if not negated else "[\\s\\S]"
    return f"[{'^' if negated else ''}{members}]"


def _set_members(content: str) -> str:
    members: list[str] = []
    position = 0
    while position < len(content):
        if content[position + 1 : position + 2] == "-" and position + 2 < len(content):
            low, high = content[position], content[position + 2]
            if low <= high:
                members.append(f"{re.escape(low)}-{re.escape(high)}")
            position += 3
        else:
            members.append(re.escape(content[position]))
            position += 1
    return "".join(members)
