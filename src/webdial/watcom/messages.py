"""What PRINT tells: a text with placeholders for the values behind it."""

import re

from webdial.watcom.frames import LONG_TEXT

_PLACEHOLDER = re.compile("%([1-9][0-9]?)!")


def print_texts(texts: list[str]) -> str:
    """%1! to %20! in the first text stand for those after it; without any, all stand in a row (SQL
    Anywhere, PRINT statement)."""
    pattern, *arguments = texts
    if not _PLACEHOLDER.search(pattern):
        return "".join(texts)
    told = ""
    for index, piece in enumerate(_PLACEHOLDER.split(pattern)):
        told += _argument(piece, arguments) if index % 2 else piece
        if len(told) >= LONG_TEXT:  # no more is kept, and a value may be asked for a thousand times
            break
    return told


def _argument(digits: str, arguments: list[str]) -> str:
    number = int(digits)
    return arguments[number - 1] if number <= len(arguments) else f"%{digits}!"
