"""The two strings of a call that must not be swapped, and how a number finds its line.

This phone system is strict on purpose: what it refuses here, some real phone system refuses too,
and the sentence says why.
"""

import re
from typing import NewType

from webdial.errors import InvalidValueError

Extension = NewType("Extension", str)
"""A desk phone's short number inside the business, as configured."""

Number = NewType("Number", str)
"""A number as dialled: `+`, digits, `*`, `#`, and commas before digits sent after the answer."""

PhoneId = NewType("PhoneId", str)
"""What a phone is addressed by in pages and addresses: its extension, or an outside number."""

MAX_NUMBER_CHARS = 64
"""Longer than any number with menu digits behind it; bounds what one request can make us keep."""

_SIGNIFICANT_DIGITS = 9
"""Trailing digits that make two spellings of a number the same line, as phone books match a
caller: 020 7946 0123, +44 20 7946 0123 and 9 020 7946 0123 all end in 079460123."""

_EXTENSION = re.compile(r"[0-9A-Za-z*._-]{1,32}")
_NUMBER = re.compile(r"\+?[0-9*#][0-9*#,]*")
_LINE = re.compile(r"[0-9*#]{0,4}")
_SEPARATORS = str.maketrans("", "", " -().\N{NO-BREAK SPACE}")


def parse_extension(text: str) -> Extension:
    """An extension for a configuration. Raises InvalidValueError."""
    if not _EXTENSION.fullmatch(text):
        raise InvalidValueError(
            f"{shorten(text)} cannot be an extension.",
            field="extension",
            hint="Use 1 to 32 letters, digits, '*', '.', '_' or '-'.",
        )
    return Extension(text)


def parse_number(text: str, *, field: str = "to") -> Number:
    """A number as a request brings it. Raises InvalidValueError with the reason."""
    if len(text) > MAX_NUMBER_CHARS:
        raise InvalidValueError(
            f"The number is longer than {MAX_NUMBER_CHARS} characters.", field=field
        )
    if text.startswith(" "):
        raise InvalidValueError(
            "The number begins with a space. In a URL a plus sign must be sent as %2B.", field=field
        )
    if not _NUMBER.fullmatch(text):
        raise InvalidValueError(
            f"{shorten(text)} cannot be dialled: only digits, '*', '#', ',' and a leading '+' can.",
            field=field,
        )
    return Number(text)


def parse_written_number(text: str) -> Number:
    """A number of a configuration, where people write spaces, brackets and hyphens."""
    return parse_number(text.translate(_SEPARATORS), field="number")


def parse_line(text: str) -> str:
    """The outside line asked for, "" for none. Raises InvalidValueError."""
    if not _LINE.fullmatch(text):
        raise InvalidValueError(
            f"{shorten(text)} is no outside line: up to four digits are.", field="line"
        )
    return text


def dialled_part(number: Number) -> str:
    """What is dialled before the first pause; the rest is sent once somebody has answered."""
    return number.partition(",")[0]


def digits_after_answer(number: Number) -> str:
    """The menu digits behind the first comma, pauses left out; "" for none."""
    return number.partition(",")[2].replace(",", "")


def reaches(dialled: str, number: str) -> bool:
    """Whether dialling `dialled` rings the line known as `number`."""
    if dialled == number:
        return True
    ours, theirs = dialled[-_SIGNIFICANT_DIGITS:], number[-_SIGNIFICANT_DIGITS:]
    return ours == theirs and len(ours) == _SIGNIFICANT_DIGITS and ours.isdecimal()


def shorten(text: str, *, limit: int = 24) -> str:
    """`text` in quotes for a sentence: at most `limit` characters, nothing invisible."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:limit])
    return f"“{shown}…”" if len(text) > limit else f"“{shown}”"
