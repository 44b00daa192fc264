"""What is hashed, and how: SHA-256 over JSON with a fixed order.

A digest covers what lasts of a row and a commitment to the rest. The commitment is salted: when the rest
is erased, the salt goes with it, and nobody can tell by trying what it was (docs/decisions/0016).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

import orjson

SALT_BYTES: Final = 16


def new_salt() -> str:
    return token_hex(SALT_BYTES)


def canonical(values: Sequence[Any]) -> bytes:
    """The same bytes for the same values, whichever database they come from."""
    return orjson.dumps([plain(value) for value in values], option=orjson.OPT_SORT_KEYS)


def plain(value: Any) -> Any:
    """An id or a time as the digests have it."""
    if isinstance(value, datetime):
        return time_text(value)
    return value.hex if isinstance(value, UUID) else value


def time_text(moment: datetime) -> str:
    """UTC, to the microsecond, without an offset: as Django keeps a time in SQLite."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]


def commitment_of(salt: str, content: bytes) -> bytes:
    return sha256(salt.encode() + content).digest()


def digest_of(lasting: bytes, commitment: bytes) -> bytes:
    return sha256(lasting + commitment).digest()


def kept_hex(text: str) -> bytes:
    """Whatever somebody wrote there: what is no commitment fits no digest."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
