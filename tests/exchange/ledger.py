"""A journal in memory that keeps the terms of calls, and the records over it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from webdial.errors import JournalError
from webdial.exchange import PlacedCall
from webdial.exchange.journal import Begun, Entry
from webdial.exchange.terms import Claim, ClaimedError


@dataclass
class Ledger:
    """A database that several nodes share: a journal with its claims, and the CallRecords over it.

    Every `write` gives way once, as a real one does, so that requests overtake each other. The next
    `full_for` of them fail.
    """

    calls: dict[UUID, PlacedCall] = field(default_factory=dict)
    held: dict[str, tuple[UUID, datetime]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    full_for: int = 0
    gate: asyncio.Event | None = None

    async def write(self, entry: Entry) -> None:
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        if self.full_for:
            self.full_for -= 1
            raise JournalError("The disk is full.")
        if isinstance(entry, Begun):
            for claim in entry.terms.claims:
                if (holder := await self.holder(claim)) is not None:
                    raise ClaimedError(claim, holder)
            for claim in entry.terms.claims:
                self.held[claim.key] = (entry.call.id, claim.until)
            self.calls[entry.call.id] = entry.call
        else:
            begun = self.calls[entry.call_id]
            self.calls[entry.call_id] = replace(begun, verdict=entry.verdict)
        self.entries.append(entry)

    async def call(self, call_id: UUID) -> PlacedCall | None:
        return self.calls.get(call_id)

    async def latest(self, user_id: int, dialled: str, *, within_s: float) -> PlacedCall | None:
        since = datetime.now(UTC) - timedelta(seconds=within_s)
        found = (
            call
            for call in reversed(self.calls.values())
            if (call.prepared.caller.user_id, call.prepared.dialled) == (user_id, dialled)
        )
        return next((call for call in found if call.placed_at > since), None)

    async def holder(self, claim: Claim) -> UUID | None:
        holder, until = self.held.get(claim.key, (None, datetime.max.replace(tzinfo=UTC)))
        return holder if until > datetime.now(UTC) else None

    async def bind(self, claims: Sequence[Claim], call_id: UUID) -> None:
        for claim in claims:
            if await self.holder(claim) is None:
                self.held[claim.key] = (call_id, claim.until)

    async def release(self, claim: Claim, call_id: UUID) -> None:
        if await self.holder(claim) == call_id:
            del self.held[claim.key]
