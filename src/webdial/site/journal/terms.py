"""The terms of calls as rows, and who of a batch meets them.

A batch is first tried as if all its terms were met, which they nearly always are; the database looks at
them in the transaction that writes the calls. Only when it says no is read what stands against whom,
and the others are tried again. So a batch costs one statement as long as nobody is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from webdial.errors import CallNotPlacedError
from webdial.exchange.journal import Begun, Entry
from webdial.exchange.terms import Claim, ClaimedError, Tally, TallyFullError
from webdial.site.audit.digests import time_text


def tally_key(tally: Tally, placed_at: datetime) -> str:
    """Under which the calls of one window are counted."""
    return _key_of(tally.key, tally.window_s, _window_start(tally, placed_at))


@lru_cache(maxsize=4096)
def _key_of(key: str, window_s: int, start: int) -> str:
    return f"{window_s}/{start}/{key}"


def _tallies(entry: Begun) -> dict[str, Tally]:
    """By key; of two for the same key and window the stricter."""
    found: dict[str, Tally] = {}
    for tally in entry.terms.tallies:
        key = tally_key(tally, entry.call.placed_at)
        if key not in found or tally.limit < found[key].limit:
            found[key] = tally
    return found


def _window_start(tally: Tally, placed_at: datetime) -> int:
    return int(placed_at.timestamp()) // tally.window_s * tally.window_s


def _window_end(tally: Tally, placed_at: datetime) -> datetime:
    start = datetime.fromtimestamp(_window_start(tally, placed_at), UTC)
    return start + timedelta(seconds=tally.window_s)


@dataclass(slots=True)
class TermRows:
    """What a batch asks for, sorted by key: two nodes then never wait for each other in a ring.

    A claim is [key, call, claimed at, until], a tally [key, end of its window, calls, limit].
    """

    claims: list[list[Any]] = field(default_factory=list)
    tallies: list[list[Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.claims or self.tallies)


def term_rows(entries: Sequence[Entry]) -> TermRows | None:
    """The rows of a batch; None when the batch refuses some of its own, whatever the database holds."""
    claims: dict[str, list[Any]] = {}
    tallies: dict[str, list[Any]] = {}
    for entry in entries:
        if not isinstance(entry, Begun) or not entry.terms:
            continue
        placed_at = entry.call.placed_at
        for claim in entry.terms.claims:
            call_id = entry.call.id.hex
            row = [claim.key, call_id, time_text(placed_at), time_text(claim.until)]
            if claims.setdefault(claim.key, row)[1] != call_id:
                return None
        for key, tally in _tallies(entry).items():
            counted = tallies.get(key)
            if counted is None:
                ends_at = time_text(_window_end(tally, placed_at))
                counted = tallies[key] = [key, ends_at, 0, tally.limit]
            counted[2] += 1
            counted[3] = min(counted[3], tally.limit)
            if counted[2] > counted[3]:
                return None
    return TermRows([claims[key] for key in sorted(claims)], [tallies[k] for k in sorted(tallies)])


@dataclass(slots=True)
class Standing:
    """What the database holds of the keys that a batch asks for."""

    claims: dict[str, tuple[UUID, datetime]] = field(default_factory=dict)
    """Which call holds a key, and until when."""
    counts: dict[str, int] = field(default_factory=dict)
    """By the keys of `tally_key`."""

    def refuse(self, entry: Begun) -> CallNotPlacedError | None:
        """Why the entry is not to be written; None takes it in, and it then stands against later ones."""
        placed_at = entry.call.placed_at
        for claim in entry.terms.claims:
            holder = self._holder(claim, placed_at)
            if holder not in (None, entry.call.id):
                assert holder is not None
                return ClaimedError(claim, holder)
        tallies = _tallies(entry)
        for key, tally in tallies.items():
            if self.counts.get(key, 0) >= tally.limit:
                return TallyFullError(tally)
        for claim in entry.terms.claims:
            self.claims[claim.key] = (entry.call.id, claim.until)
        for key in tallies:
            self.counts[key] = self.counts.get(key, 0) + 1
        return None

    def _holder(self, claim: Claim, placed_at: datetime) -> UUID | None:
        holder, until = self.claims.get(claim.key, (None, placed_at))
        return holder if until > placed_at else None


def keys_of(entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """The keys of all claims and of all tallies."""
    begun = [entry for entry in entries if isinstance(entry, Begun)]
    claims = {claim.key for entry in begun for claim in entry.terms.claims}
    tallies = {key for entry in begun for key in _tallies(entry)}
    return list(claims), list(tallies)


def sift(
    entries: Sequence[Entry], standing: Standing
) -> tuple[list[Entry], dict[UUID, CallNotPlacedError]]:
    """The entries that may be written, and why the others may not. Of two the earlier goes first."""
    accepted: list[Entry] = []
    refused: dict[UUID, CallNotPlacedError] = {}
    for entry in entries:
        refusal = standing.refuse(entry) if isinstance(entry, Begun) else None
        if refusal is None:
            accepted.append(entry)
        else:
            assert isinstance(entry, Begun)
            refused[entry.call.id] = refusal
    return accepted, refused
