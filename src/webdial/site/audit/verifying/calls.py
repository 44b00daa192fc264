"""The call log against the journals' chains, chain by chain, in the order in which it was written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from webdial.exchange.outcome import Outcome
from webdial.site.audit.call_digests import begun_digest, ended_digest, erased_digest
from webdial.site.audit.journal_chains import BEGUN, START, entries_in, link_hash
from webdial.site.audit.verifying.acts import Acts
from webdial.site.audit.verifying.findings import Finding, Summary, about_call, moment
from webdial.site.models import Call, JournalLink

_BATCH = 200
"""Links whose calls are read at once."""

_PUT_IN = "was put in: no journal wrote it."


@dataclass(slots=True)
class CallCheck:
    """One look over all chains. `seen` are the calls whose beginning stands in a chain."""

    acts: Acts
    summary: Summary
    seen: set[UUID] = field(default_factory=set)

    def findings(self) -> Iterator[Finding]:
        chains = set(JournalLink.objects.order_by().values_list("chain", flat=True).distinct())
        for chain in sorted(chains | self.acts.chains.keys()):
            if chain not in self.acts.chains:
                yield _about_chain(chain, "was put in: the record does not tell of its beginning.")
            yield from self._chain(chain)
        yield from self._not_seen()
        yield from self._erased_anew()

    def _chain(self, chain: str) -> Iterator[Finding]:
        self.summary.chains += 1
        look = _ChainLook(self.acts, chain)
        links = JournalLink.objects.filter(chain=chain).order_by("position")
        batch: list[JournalLink] = []
        for link in links.iterator(chunk_size=_BATCH):
            yield from look.follow(link)
            batch.append(link)
            if len(batch) == _BATCH:
                yield from self._entries(look, batch)
                batch = []
        yield from self._entries(look, batch)
        self.summary.links += look.count
        yield from look.end()
        yield from self._not_ended(look)

    def _entries(self, look: "_ChainLook", links: list[JournalLink]) -> Iterator[Finding]:
        entries = [entry for link in links for entry in entries_in(link)]
        calls = _calls({call_id for _, call_id, _ in entries})
        for kind, call_id, digest in entries:
            call = calls.get(call_id)
            if kind == BEGUN:
                look.open.add(call_id)
                yield from self._begun(call_id, call, digest)
            elif call is not None:
                look.end_of(call_id, is_so=ended_digest(call) == digest)

    def _begun(self, call_id: UUID, call: Call | None, digest: bytes) -> Iterator[Finding]:
        self.seen.add(call_id)
        if call is None:
            if call_id not in self.acts.removed:
                yield about_call(call_id, "was removed, and not by age.")
            return
        self.summary.calls += 1
        if begun_digest(call) != digest:
            yield about_call(call_id, "was changed: its beginning is not as it was written.")
        elif call.erased_at is not None and call_id not in self.acts.erased:
            yield about_call(call_id, "is marked as erased, and no erasure was recorded.")

    def _not_ended(self, look: "_ChainLook") -> Iterator[Finding]:
        """Calls whose end no journal wrote: still being placed, or marked as interrupted."""
        for chunk in _chunks(sorted(look.open)):
            for call_id, call in _calls(set(chunk)).items():
                kept = self.acts.interrupted.get(call_id)
                if kept is not None:
                    if ended_digest(call).hex() != kept:
                        yield about_call(call_id, "was changed after it was interrupted.")
                elif call.outcome != Outcome.PLACING.value or call.finished_at is not None:
                    yield about_call(call_id, "was changed: no journal wrote how it ended.")

    def _not_seen(self) -> Iterator[Finding]:
        """Calls that stand in the log and in no chain."""
        older = self.acts.older_calls
        for call_id, placed_at in (
            Call.objects.order_by("pk").values_list("pk", "placed_at").iterator(chunk_size=2_000)
        ):
            if call_id in self.seen:
                continue
            if older.last is not None and call_id <= older.last:
                self.summary.older_calls += 1
            else:
                what = f"{_PUT_IN} It says that it was placed at {moment(placed_at)}."
                yield about_call(call_id, what)
        removed = sum(call_id not in self.seen for call_id in self.acts.removed)
        self.summary.removed_calls = len(self.acts.removed)
        if self.summary.older_calls + removed != older.count:
            yield Finding(
                "call", "", f"{older.count} calls were there when the record began. "
                f"{removed} of them were removed by age, {self.summary.older_calls} are there now.",
            )  # fmt: skip

    def _erased_anew(self) -> Iterator[Finding]:
        """Erased calls must stand as the erasure left them."""
        for chunk in _chunks(sorted(self.acts.erased)):
            for call_id, call in _calls(set(chunk)).items():
                self.summary.erased_calls += 1
                if erased_digest(call).hex() != self.acts.erased[call_id]:
                    yield about_call(call_id, "was changed after its personal data was erased.")


@dataclass(slots=True)
class _ChainLook:
    """How far one chain was followed. `open` are calls begun in it and not ended yet."""

    acts: Acts
    chain: str
    count: int = 0
    position: int = 0
    before: bytes = START
    open: set[UUID] = field(default_factory=set)
    wrong_ends: set[UUID] = field(default_factory=set)
    passed: dict[int, str] = field(default_factory=dict)
    """The hashes at the places where the record ties the chain."""

    def follow(self, link: JournalLink) -> Iterator[Finding]:
        expected = self.position + 1
        head = bytes(link.hash)
        if link.position != expected:
            yield _about_chain(self.chain, f"has lost {_links(expected, link.position - 1)}.")
        elif link_hash(self.before, self.chain, expected, bytes(link.entries)) != head:
            calls = sorted({str(call_id) for _, call_id, _ in entries_in(link)})
            yield _about_chain(
                self.chain, f"was changed at link {expected}, about calls {', '.join(calls)}."
            )
        self.position, self.before = link.position, head
        self.count += 1
        if any(position == link.position for position, _ in self.acts.ties.get(self.chain, ())):
            self.passed[link.position] = head.hex()

    def end_of(self, call_id: UUID, *, is_so: bool) -> None:
        """The row must be as the last of its ends says."""
        self.open.discard(call_id)
        if is_so:
            self.wrong_ends.discard(call_id)
        else:
            self.wrong_ends.add(call_id)

    def end(self) -> Iterator[Finding]:
        for call_id in sorted(self.wrong_ends):
            yield about_call(call_id, "was changed: its end is not as it was written.")
        for position, head in self.acts.ties.get(self.chain, ()):
            if position > self.position:
                yield _about_chain(
                    self.chain, f"has lost {_links(self.position + 1, position)} at its end."
                )
            elif self.passed.get(position) not in (None, head):
                yield _about_chain(
                    self.chain, f"was written anew: link {position} is not the recorded one."
                )


def _links(first: int, last: int) -> str:
    return f"link {first}" if last <= first else f"links {first} to {last}"


def _about_chain(chain: str, what: str) -> Finding:
    return Finding("chain", chain, f"The journal’s chain {chain} {what}")


def _calls(ids: set[UUID]) -> dict[UUID, Call]:
    found: dict[UUID, Call] = {}
    for chunk in _chunks(sorted(ids)):
        found |= {call.pk: call for call in Call.objects.filter(pk__in=chunk)}
    return found


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]
