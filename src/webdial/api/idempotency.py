"""The header Idempotency-Key: a request that bears it may be sent again, and its call is placed once.

Its form is that of draft-ietf-httpapi-idempotency-key-header-07 (October 2025): a string of RFC 9651
(section 3.3.3), that is, printable ASCII in double quotes. Parameters behind it mean nothing here.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from fastapi.requests import Request

from webdial.errors import WebdialError
from webdial.exchange.duplicates import Once, once_by_key

HEADER: Final = "Idempotency-Key"
MAX_KEY: Final = 255
"""Characters of a key; a UUID has 36."""

_PARAMETER = r' *; *[a-z*][a-z0-9_\-.*]*(?:=(?:"(?:[^"\\]|\\["\\])*"|[^;,"\s]+))?'
_ITEM = re.compile(rf' *"((?:[ !#-\[\]-~]|\\["\\])*)"(?:{_PARAMETER})* *', re.ASCII)


KEY_PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "A string in double quotes that no other request of the user bears. Sent again with the same key "
        "and body within 24 hours, the request places nothing and is answered with the first one's call."
    ),
    "schema": {
        "type": "string",
        "minLength": 3,
        "maxLength": MAX_KEY + 2,
        "pattern": r'^"[ !#-\[\]-~]+"$',
    },
    "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
}
"""For the description of the API."""


class MalformedKeyError(WebdialError):
    code = "idempotency_key_malformed"


def once_of(request: Request, user_id: int, asked: Sequence[str | None]) -> Once | None:
    """By which request a call is known; None for one that bears no key. Raises MalformedKeyError."""
    fields = request.headers.getlist(HEADER)
    return once_by_key(user_id, read_key(fields), asked) if fields else None


def read_key(fields: Sequence[str]) -> str:
    """The key in the header's fields, of which there may be one."""
    found = _ITEM.fullmatch(fields[0]) if len(fields) == 1 and len(fields[0]) < 2_000 else None
    key = re.sub(r"\\(.)", r"\1", found[1]) if found else ""
    if not 0 < len(key) <= MAX_KEY:
        raise MalformedKeyError(
            f"The header {HEADER} is one string in double quotes, of up to {MAX_KEY} characters.",
            hint=f'For example {HEADER}: "8e03978e-40d5-43e8-bc93-6894a57f9324"',
        )
    return key
