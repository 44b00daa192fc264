"""The pieces that a dial string's text is made of: plain text, values, and runs of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from webdial.dialstring.encoding import Place, encode_literal
from webdial.dialstring.values import NUMBER, Apply, Field, Slot, Template, names_of

_OF_URL = frozenset({Place.USER_INFO, Place.HOST, Place.PATH, Place.QUERY, Place.FORM})


@dataclass(frozen=True, slots=True)
class Text:
    """A run of plain characters; `is_escaped` ones never separate anything."""

    text: str
    start: int
    end: int
    is_escaped: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A value where it stands; `keeps_slashes` for one that is a path."""

    value: Field | Apply
    start: int
    end: int
    is_secret: bool = False
    keeps_slashes: bool = False

    @property
    def holds_number(self) -> bool:
        return any(name.partition(".")[0] == NUMBER for name in names_of(self.value))

    def slot(self, place: Place) -> Slot:
        if self.keeps_slashes and place is Place.PATH:
            place = Place.PATHS
        return Slot(self.value, place, self.start, self.end, self.is_secret)


Piece = Text | Value


class Run:
    """Pieces in a row, cut at the characters that separate the parts of a URL."""

    __slots__ = ("end", "pieces", "start")

    def __init__(self, pieces: Iterable[Piece], start: int, end: int) -> None:
        self.pieces = tuple(pieces)
        self.start = start
        self.end = end

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    @property
    def plain(self) -> str:
        """The text up to the first value or escaped character."""
        out = []
        for piece in self.pieces:
            if isinstance(piece, Value) or piece.is_escaped:
                break
            out.append(piece.text)
        return "".join(out)

    def values(self) -> list[Value]:
        return [piece for piece in self.pieces if isinstance(piece, Value)]

    def find(self, characters: str, *, last: bool = False) -> int | None:
        """Offset in the source of the first (or last) plain character out of `characters`."""
        found = [
            piece.start + index
            for piece in self.pieces
            if isinstance(piece, Text) and not piece.is_escaped
            for index, character in enumerate(piece.text)
            if character in characters
        ]
        return (found[-1] if last else found[0]) if found else None

    def cut(self, start: int, end: int) -> "Run":
        """The part from `start` to `end`, offsets in the source."""
        return Run(
            (
                _clip(piece, start, end)
                for piece in self.pieces
                if piece.start < end and piece.end > start
            ),
            start,
            end,
        )

    def trimmed(self) -> "Run":
        """Without the plain blanks at both ends."""
        start, end = self.start, self.end
        if self.pieces and isinstance(first := self.pieces[0], Text) and not first.is_escaped:
            start = first.end - len(first.text.lstrip())
        if self.pieces and isinstance(last := self.pieces[-1], Text) and not last.is_escaped:
            end = max(start, last.start + len(last.text.rstrip()))
        return self.cut(start, end)

    def split(self, character: str) -> list["Run"]:
        """The parts between plain `character`s."""
        parts, rest = [], self
        while (position := rest.find(character)) is not None:
            parts.append(rest.cut(rest.start, position))
            rest = rest.cut(position + 1, rest.end)
        return [*parts, rest]

    def template(self, place: Place, *, prefix: str = "") -> Template:
        out: list[str | Slot] = [prefix] if prefix else []
        for piece in self.pieces:
            if isinstance(piece, Value):
                out.append(piece.slot(place))
            elif piece.is_escaped and place is not Place.LINK:
                text = piece.text.replace("#", "%23") if place in _OF_URL else piece.text
                out.append(encode_literal(text, place))
            else:
                out.append(encode_literal(piece.text, place))
        return joined(out)


def joined(parts: Iterable[str | Slot]) -> Template:
    """Neighbouring literals made one, so that filling in is one join."""
    out: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return tuple(out)


def _clip(piece: Piece, start: int, end: int) -> Piece:
    if isinstance(piece, Value) or piece.is_escaped:
        return piece
    first, last = max(piece.start, start), min(piece.end, end)
    return Text(piece.text[first - piece.start : last - piece.start], first, last)
