"""Standard input as text: UTF-8, whatever the locale says."""

import sys

from webdial.errors import InvalidValueError


def read_all() -> str:
    """Raises InvalidValueError when it is no UTF-8."""
    return _decoded(sys.stdin.buffer.read())


def read_line() -> str:
    """The first line without its end. Raises InvalidValueError when it is no UTF-8."""
    return _decoded(sys.stdin.buffer.readline()).rstrip("\r\n")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValueError("Standard input is no text in UTF-8.") from error
