"""Built-in functions on characters and their codes."""

import re

from webdial.watcom.builtins import INTEGER, TEXT, builtin
from webdial.watcom.values import Value

_UNICODE_ESCAPE = re.compile(
    r"\\u((?:0[0-9a-f]|10)[0-9a-f]{4}|[0-9a-f]{4})", re.IGNORECASE | re.ASCII
)
"""Six digits where they are a code at all, that is up to 10FFFF, else four (UNISTR function)."""


@builtin("ASCII", TEXT)
def ascii_code(text: str) -> Value:
    """The code of the first character, 0 for ''."""
    return ord(text[0]) if text else 0


@builtin("CHAR", INTEGER)
def char(code: int) -> Value:
    """The character of a code from 0 to 255, NULL for any other."""
    return chr(code) if 0 <= code <= 255 else None


@builtin("UNICODE", TEXT)
def unicode_code(text: str) -> Value:
    """The code point of the first character, 0 for ''."""
    return ord(text[0]) if text else 0


@builtin("NCHAR", INTEGER)
def nchar(code: int) -> Value:
    """The character of a code point, NULL for what is none."""
    return chr(code) if 0 <= code < 0xD800 or 0xDFFF < code < 0x110000 else None


@builtin("UNISTR", TEXT)
def unistr(text: str) -> Value:
    """The text with \\uXXXX and \\uXXXXXX as the characters of those codes; two halves of a pair make
    one character."""
    replaced = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return replaced.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@builtin("TO_CHAR TO_NCHAR", TEXT)
def to_char(text: str) -> Value:
    """A text of the other character set; here there is one, so it is the same."""
    return text
