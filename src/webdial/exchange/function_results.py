"""A faulty result of a database function as an error shows it: every secret in it hidden.

A function may write a password into the string that it returns, and whoever dials reads the error.
"""

import re
from typing import Final

from webdial.dialstring import MASK, DialStringError
from webdial.errors import Fault
from webdial.exchange.redaction import redacted

_TELLING_NAME: Final = r"(?:pass|pwd|secret|token|key|auth|sign|pin\b)"

# Possessive, and no two repeats beside each other match the same characters: none can be made slow.
_SECRET: Final = re.compile(
    rf"""
    \{{[ ]*+ (?: HEADER[ ]++[^:{{}}]++: | COOKIE[ ]++[^={{}}]++= | (?!BODY[ ])[^ {{}}]++[ ] )
        (?P<directive>[^{{}}]++)
  | ://(?P<user_info>[^/?\#@]++)(?=@)
  | <&>[ ]*+ (?=[^=<]{{0,60}}{_TELLING_NAME}) [^=<]++= (?P<variable>(?:[^<]|<(?!&>))++)
  | [?&]  (?=[^=&?<]{{0,60}}{_TELLING_NAME}) [^=&?<]++= (?P<parameter>(?:[^&<]|<(?!&>))++)
  | "(?=[^":]{{0,60}}{_TELLING_NAME}) [^":]++"[ ]*+:[ ]*+ (?P<member>"(?:[^"\\]|\\.)*+"?+|[^ ,"{{}}]++)
  | <(?=[^<>&/]{{0,60}}{_TELLING_NAME}) [^<>&/]++> (?P<element>[^<]++)
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What stands behind a directive, before the @ of a URL, and behind a name that tells of a secret: of
a URL parameter, a post variable, a member of JSON or an element of XML."""


def without_secrets(error: DialStringError) -> DialStringError:
    """The same faults of the same text, with each secret of it as `MASK`."""
    spans = [found.span(str(found.lastgroup)) for found in _SECRET.finditer(error.source)]
    secrets = [error.source[start:end].strip() for start, end in spans]
    return DialStringError(
        _masked(error.source, spans), [_moved(fault, spans, secrets) for fault in error.faults]
    )


def _masked(source: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += [source[position:start], MASK]
        position = end
    return "".join([*pieces, source[position:]])


def _moved(fault: Fault, spans: list[tuple[int, int]], secrets: list[str]) -> Fault:
    """The fault at its place in the masked text, and with no secret in its words."""
    return Fault(
        fault.code,
        redacted(fault.message, secrets),
        _place(fault.start, spans, at_end=False),
        _place(fault.end, spans, at_end=True),
        redacted(fault.hint, secrets),
    )


def _place(offset: int, spans: list[tuple[int, int]], *, at_end: bool) -> int:
    """Where `offset` of the text is in the masked one; within a secret, an edge of its mask."""
    shift = 0
    for start, end in spans:
        if offset <= start:
            break
        if offset < end:
            return start + shift + (len(MASK) if at_end else 0)
        shift += len(MASK) - (end - start)
    return offset + shift
