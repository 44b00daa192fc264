"""A digest of all rows of a table that is the same in both databases, whatever their order.

They sort texts differently, so the rows' own digests are added up.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from webdial.site.domain.moving.tables import Row

_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS
"""One way of writing UTC, and JSON's keys in one order: PostgreSQL sorts them in its own."""

_BOUND: Final = 1 << 256


@dataclass(slots=True)
class Digest:
    """Of the rows that have passed so far."""

    count: int = 0
    sum: int = 0

    def watched(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, each counted in as it passes."""
        for row in rows:
            content = orjson.dumps(row, default=_other, option=_OPTIONS)
            self.sum += int.from_bytes(hashlib.sha256(content).digest(), "big")
            self.sum %= _BOUND
            self.count += 1
            yield row


def digest_of(rows: Iterable[Row]) -> Digest:
    digest = Digest()
    for _ in digest.watched(rows):
        pass
    return digest


def _other(value: Any) -> str:
    """What JSON has no form for: bytes, which each driver gives in a class of its own, and numbers."""
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)
