"""A batch of entries as the database takes it: rows, and the digests of the chain's next link.

A store says what a row is to it: the values, or the JSON that the digests are of.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Generic, TypeVar

import orjson

from webdial.exchange.calls import PlacedCall, request_line
from webdial.exchange.journal import Begun, Ended, Entry
from webdial.exchange.outcome import Outcome
from webdial.numbers import NumberStep
from webdial.site.audit.call_digests import (
    BEGUN_ERASABLE,
    BEGUN_LASTING,
    ENDED_ERASABLE,
    ENDED_LASTING,
)
from webdial.site.audit.digests import SALT_BYTES, time_text
from webdial.site.audit.journal_chains import BEGUN, ENDED

Row = TypeVar("Row")

MAX_KEPT_REQUEST: Final = 2_000
"""Characters of a request that are kept with the call."""

BEGUN_COLUMNS: Final = (*BEGUN_LASTING, *BEGUN_ERASABLE, "begun_salt")
ENDED_COLUMNS: Final = (*ENDED_LASTING, *ENDED_ERASABLE, "ended_salt")

PLACING: Final = Outcome.PLACING.value

Values = list[Any]
"""What stands in the columns of one row: texts, whole numbers and None."""

AsRow = Callable[[Values, Values, bytes, bytes, bytes], Row]
"""Makes a row of its lasting values, its erasable ones, the JSON of both, and its salt in hexadecimal."""


@dataclass(slots=True)
class Rows(Generic[Row]):
    """Rows in the order of BEGUN_COLUMNS and ENDED_COLUMNS, and the entries of the link.

    `settled` are ends of calls that begin in this very batch, such as links: their verdict is
    known from the first.
    """

    begun: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    link: bytes = b""


class Salts:
    """Random salts as hexadecimal digits, many fetched at once. For one thread.

    Fetching gives up the interpreter's lock, and on a loaded server it takes milliseconds to get it back.
    """

    _FETCHED: Final = 4_096

    def __init__(self) -> None:
        self._digits = b""
        self._at = 0

    def take(self) -> bytes:
        if self._at == len(self._digits):
            self._digits, self._at = os.urandom(SALT_BYTES * self._FETCHED).hex().encode(), 0
        start, self._at = self._at, self._at + 2 * SALT_BYTES
        return self._digits[start : self._at]


def rows_of(entries: Sequence[Entry], salts: Salts, as_row: AsRow[Row]) -> Rows[Row]:
    """In the order of the entries; each gets salts of its own."""
    rows = Rows[Row]()
    link: list[bytes] = []

    def hashed(kind: bytes, call_id: bytes, values: tuple[Values, Values]) -> Row:
        """The row; its digest is added to the link (as webdial.site.audit.digests makes it)."""
        lasting, erasable = values
        told, hidden, salt = orjson.dumps(lasting), orjson.dumps(erasable), salts.take()
        commitment = sha256(salt + hidden).digest()
        link.append(kind + call_id + sha256(told + commitment).digest())
        return as_row(lasting, erasable, told, hidden, salt)

    for entry in entries:
        if isinstance(entry, Ended):
            rows.ended.append(hashed(ENDED, entry.call_id.bytes, _ended_values(entry)))
            continue
        call = entry.call
        rows.begun.append(hashed(BEGUN, call.id.bytes, _begun_values(entry)))
        if call.verdict is not None:
            end = Ended(call.id, call.verdict, call.placed_at)
            rows.settled.append(hashed(ENDED, call.id.bytes, _ended_values(end)))
    rows.link = b"".join(link)
    return rows


def _begun_values(entry: Begun) -> tuple[Values, Values]:
    """The values of BEGUN_LASTING and of BEGUN_ERASABLE."""
    call = entry.call
    prepared = call.prepared
    caller = prepared.caller
    lasting = [
        call.id.hex, caller.branch_id, call.channel.value, _kind(call), prepared.setting_source,
        entry.run_id, time_text(call.placed_at), prepared.phone_system,
    ]  # fmt: skip
    erasable = [
        caller.user_id, caller.extension or "", _kept_text(prepared.number.typed), prepared.dialled,
        request_line(prepared.plan)[:MAX_KEPT_REQUEST], prepared.phone, _number_story(prepared.steps),
    ]  # fmt: skip
    return lasting, erasable


def _ended_values(entry: Ended) -> tuple[Values, Values]:
    """The values of ENDED_LASTING and of ENDED_ERASABLE."""
    verdict = entry.verdict
    on_disk_at = entry.on_disk_at
    lasting = [
        entry.call_id.hex, verdict.outcome.value, verdict.status, time_text(entry.finished_at),
        None if on_disk_at is None else time_text(on_disk_at), entry.took_ms,
    ]  # fmt: skip
    erasable = [verdict.answer, verdict.message, verdict.remote_id, verdict.next_step]
    return lasting, erasable


def _kind(call: PlacedCall) -> str:
    return "http" if call.link is None else "link"


def _number_story(steps: Sequence[NumberStep]) -> str:
    """The number's steps as JSON; empty when it was only cleaned, which every number is."""
    if len(steps) < 2:
        return ""
    told = [
        [step.kind.value, step.before, step.after, step.why, step.setting, step.where]
        for step in steps
    ]
    return orjson.dumps([[_kept_text(text) for text in step] for step in told]).decode()


def _kept_text(text: str) -> str:
    """What a user typed, as both databases and JSON can hold it: no NUL, no lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
