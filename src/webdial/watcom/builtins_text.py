"""Built-in functions on text. Positions count characters from 1; case never matters in a search."""

from webdial.language import Kept
from webdial.watcom.builtins import ANY, INTEGER, TEXT, builtin
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.frames import Frame
from webdial.watcom.patterns import find_like, regular_expression
from webdial.watcom.values import Value, compare, fold, text_of

LONGEST_SIMILAR = 255
"""Characters of a text that SIMILAR looks at (SQL Anywhere, Character data types, Long strings); its
work grows with the product of both lengths."""


@builtin("STRING", ANY, rest=ANY, takes_null=True, needs_frame=True)
def string(frame: Frame, *arguments: Value) -> Value:
    """All arguments as one text; NULL counts as '', but only NULLs give NULL."""
    texts = [text_of(value) for value in arguments if value is not None]
    if not texts:
        return None
    frame.build(sum(map(len, texts)))
    return "".join(texts)


@builtin("LEFT", TEXT, INTEGER)
def left(text: str, count: int) -> Value:
    return text[: max(count, 0)]


@builtin("RIGHT", TEXT, INTEGER)
def right(text: str, count: int) -> Value:
    return text[max(len(text) - count, 0) :] if count > 0 else ""


@builtin("SUBSTRING SUBSTR SUBSTRING64", TEXT, INTEGER, INTEGER, optional=1)
def substring(text: str, start: int, length: int | None = None) -> Value:
    """`length` characters from `start`; a start below 1 counts places left of the text.

    Raises:
        RaisedError: out_of_range, for a negative length (option ansi_substring, On)
    """
    if length is not None and length < 0:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("The length of a substring cannot be negative."))
    end = len(text) if length is None else start - 1 + length
    return text[max(start - 1, 0) : max(end, 0)]


@builtin("LENGTH CHAR_LENGTH LEN CHAR_LENGTH64", TEXT)
def length_of(text: str) -> Value:
    """Characters, blanks at the end included."""
    return len(text)


@builtin("LOCATE", TEXT, TEXT, INTEGER, optional=1)
def locate(text: str, wanted: str, start: int = 1) -> Value:
    """Where `wanted` is in `text`, 0 if nowhere.

    A negative `start` gives the last place, the last (-start - 1) characters left out.
    """
    if not wanted:
        return 1
    folded, key = fold(text), fold(wanted)
    if start < 0:
        return folded[: max(len(folded) + start + 1, 0)].rfind(key) + 1
    return folded.find(key, max(start - 1, 0)) + 1


@builtin("CHARINDEX", TEXT, TEXT)
def charindex(wanted: str, text: str) -> Value:
    """As LOCATE, but what is looked for comes first."""
    return locate(text, wanted)


@builtin("PATINDEX", TEXT, TEXT, takes_null=True, needs_frame=True)
def patindex(frame: Frame, pattern: str | None, text: str | None) -> Value:
    """Where a LIKE pattern first matches, 0 if nowhere or for NULL."""
    if pattern is None or text is None:
        return 0
    return find_like(pattern, text, frame)


@builtin("REPLACE", TEXT, TEXT, TEXT, needs_frame=True)
def replace(frame: Frame, text: str, old: str, new: str) -> Value:
    """Every `old` in any letter case becomes `new`; an empty `old` changes nothing."""
    if not old:
        return text
    folded, key = fold(text), fold(old)
    count = folded.count(key)
    if count == 0:
        return text
    frame.build(len(text) + count * (len(new) - len(old)))
    pieces: list[str] = []
    position = 0
    found = folded.find(key)
    while found >= 0:
        pieces.append(text[position:found])
        position = found + len(old)
        found = folded.find(key, position)
        frame.turn()
    pieces.append(text[position:])
    return new.join(pieces)


@builtin("STR_REPLACE", TEXT, TEXT, TEXT, takes_null=True, needs_frame=True)
def str_replace(frame: Frame, text: str | None, old: str | None, new: str | None) -> Value:
    """As REPLACE, but a third argument of NULL deletes."""
    if text is None or old is None:
        return None
    return replace(frame, text, old, new or "")


@builtin("TRIM", TEXT, TEXT, optional=1)
def trim(text: str, characters: str = " ") -> Value:
    """Without blanks, or without any of `characters`, at both ends."""
    return text.strip(characters)


@builtin("LTRIM", TEXT, TEXT, optional=1)
def ltrim(text: str, characters: str = " ") -> Value:
    return text.lstrip(characters)


@builtin("RTRIM", TEXT, TEXT, optional=1)
def rtrim(text: str, characters: str = " ") -> Value:
    return text.rstrip(characters)


@builtin("UPPER UCASE", TEXT)
def upper(text: str) -> Value:
    return text.upper()


@builtin("LOWER LCASE", TEXT)
def lower(text: str) -> Value:
    return text.lower()


@builtin("REPEAT REPLICATE", TEXT, INTEGER, needs_frame=True)
def repeat(frame: Frame, text: str, count: int) -> Value:
    count = max(count, 0)
    frame.build(len(text) * count)
    return text * count


@builtin("SPACE", INTEGER, needs_frame=True)
def space(frame: Frame, count: int) -> Value:
    return repeat(frame, " ", count)


@builtin("STUFF", TEXT, INTEGER, INTEGER, TEXT, takes_null=True, needs_frame=True)
def stuff(
    frame: Frame, text: str | None, start: int | None, length: int | None, new: str | None
) -> Value:
    """`length` characters from `start` replaced by `new`, or deleted where that is NULL."""
    if text is None or start is None or length is None:
        return None
    if start < 0 or length < 0 or start > len(text):
        return None
    new = new or ""
    frame.build(len(text) + len(new))
    before = max(start - 1, 0)
    return text[:before] + new + text[before + length :]


@builtin("INSERTSTR", INTEGER, TEXT, TEXT, needs_frame=True)
def insertstr(frame: Frame, position: int, text: str, new: str) -> Value:
    """`new` put into `text` after `position` characters."""
    frame.build(len(text) + len(new))
    position = max(position, 0)
    return text[:position] + new + text[position:]


@builtin("REVERSE", TEXT)
def reverse(text: str) -> Value:
    return text[::-1]


@builtin("LPAD", TEXT, INTEGER, TEXT, optional=1, needs_frame=True)
def lpad(frame: Frame, text: str, length: int, pattern: str = " ") -> Value:
    """`text` filled up on the left, or cut, to `length` characters."""
    return (_padding(frame, text, length, pattern) + text)[: max(length, 0)]


@builtin("RPAD", TEXT, INTEGER, TEXT, optional=1, needs_frame=True)
def rpad(frame: Frame, text: str, length: int, pattern: str = " ") -> Value:
    """`text` filled up on the right, or cut, to `length` characters."""
    return (text + _padding(frame, text, length, pattern))[: max(length, 0)]


def _padding(frame: Frame, text: str, length: int, pattern: str) -> str:
    missing = length - len(text)
    if missing <= 0 or not pattern:
        return ""
    frame.build(length)
    return (pattern * (missing // len(pattern) + 1))[:missing]


@builtin("REGEXP_SUBSTR", TEXT, TEXT, INTEGER, INTEGER, optional=2, needs_frame=True)
def regexp_substr(
    frame: Frame, text: str, pattern: str, start: int = 1, occurrence: int = 1
) -> Value:
    """What a regular expression matches, from `start` on and the so-many-th time; NULL if nothing."""
    if start < 1 or occurrence < 1:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("Start and occurrence count from 1."))
    found = regular_expression(pattern, frame.limits).find(text, start - 1, occurrence, frame.pause)
    frame.pause()
    if found is None:
        return None
    frame.build(found[1] - found[0])
    return text[found[0] : found[1]]


@builtin("SIMILAR", TEXT, TEXT, needs_frame=True)
def similar(frame: Frame, first: str, second: str) -> Value:
    """How alike two texts are, 0 to 100: the share of characters in their longest common sequence."""
    first, second = first[:LONGEST_SIMILAR], second[:LONGEST_SIMILAR]
    frame.pause()
    if not first and not second:
        return 100
    common = _longest_common_sequence(fold(first), fold(second))
    return 200 * common // (len(first) + len(second))


def _longest_common_sequence(first: str, second: str) -> int:
    row = [0] * (len(second) + 1)
    for a in first:
        diagonal = 0
        for index, b in enumerate(second, 1):
            above = row[index]
            row[index] = diagonal + 1 if a == b else max(above, row[index - 1])
            diagonal = above
    return row[-1]


_SOUNDS = {
    letter: digit
    for digit, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1)
    for letter in letters
}


def _sound(text: str) -> tuple[int, int, int, int]:
    """The first letter (A is 1) and the sounds of the next three consonants but H, W and Y."""
    letters = [c for c in text.upper() if "A" <= c <= "Z"]
    if not letters:
        return 0, 0, 0, 0
    sounds: list[int] = []
    previous = letters[0]
    for letter in letters[1:]:
        if letter != previous and letter in _SOUNDS:
            sounds.append(_SOUNDS[letter])
        previous = letter
    first, second, third = (*sounds, 0, 0, 0)[:3]
    return ord(letters[0]) - ord("A") + 1, first, second, third


@builtin("SOUNDEX", TEXT)
def soundex(text: str) -> Value:
    """A number that texts of like sound share, of the type SMALLINT.

    Of the server's numbers one is documented, 3827 for Smith: the seven bits of a small s, then three for each
    sound, 5 (m) and 3 (t). The others are made here in the same way.
    """
    initial, *sounds = _sound(text)
    number = ord("a") - 1 + initial if initial else 0
    for place, sound in enumerate(sounds):
        number |= sound << (7 + 3 * place)
    return number - 0x10000 if number > 0x7FFF else number


@builtin("DIFFERENCE", TEXT, TEXT)
def difference(first: str, second: str) -> Value:
    """How alike two texts sound, 0 to 4."""
    return sum(a == b for a, b in zip(_sound(first), _sound(second), strict=True))


@builtin("SORTKEY", TEXT, ANY, optional=1)
def sortkey(text: str, _collation: Value = None) -> Value:
    """A text that orders as the argument does: here its folded form."""
    return fold(text)


@builtin("COMPARE", TEXT, TEXT, ANY, optional=1)
def compare_texts(first: str, second: str, _collation: Value = None) -> Value:
    """-1, 0 or 1: how two texts order, as everywhere here without regard to letter case."""
    return compare(first, second)
