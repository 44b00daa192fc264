"""Built-in functions on the bytes of a text. It is held in UTF-8; positions count bytes from 1."""

from webdial.watcom.builtins import INTEGER, TEXT, builtin
from webdial.watcom.values import Value


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "replace")


@builtin("BYTE_LENGTH OCTET_LENGTH BYTE_LENGTH64", TEXT)
def byte_length(text: str) -> Value:
    return len(_bytes_of(text))


@builtin("BIT_LENGTH", TEXT)
def bit_length(text: str) -> Value:
    return 8 * len(_bytes_of(text))


@builtin("BYTE_LOCATE", TEXT, TEXT, INTEGER, optional=1)
def byte_locate(text: str, wanted: str, start: int = 1) -> Value:
    """As LOCATE, but on bytes, and letter case matters."""
    if not wanted:
        return 1
    data, key = _bytes_of(text), _bytes_of(wanted)
    if start < 0:
        return data[: max(len(data) + start + 1, 0)].rfind(key) + 1
    return data.find(key, max(start - 1, 0)) + 1


@builtin("BYTE_SUBSTR BYTE_SUBSTR64", TEXT, INTEGER, INTEGER, optional=1)
def byte_substr(text: str, start: int, length: int | None = None) -> Value:
    """`length` bytes from `start` on, or to the left of it where `length` is negative; a negative
    `start` counts from the end, 0 is the nearer end (SQL Anywhere, BYTE_SUBSTR function)."""
    data = _bytes_of(text)
    if length is None:
        length = len(data)
    if start == 0:
        start = -1 if length < 0 else 1
    first = start - 1 if start > 0 else len(data) + start
    begin, end = (first, first + length) if length >= 0 else (first + 1 + length, first + 1)
    return data[max(begin, 0) : max(end, 0)].decode("utf-8", "replace")
