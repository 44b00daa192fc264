"""The journals' chains: one for each process that places calls, all tied to the record.

A link holds what one commit wrote: for each entry its kind, the call's id and its digest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from webdial.site.audit.record import Kind, append_record
from webdial.site.models import AuditRecord, JournalLink

BEGUN: Final = b"b"
ENDED: Final = b"e"

_ENTRY: Final = 1 + 16 + 32
START: Final = b"\x00" * 32
"""What stands in place of the hash before the first link."""


@dataclass(slots=True)
class Chain:
    """Where a chain stands: its id (32 hex digits), how many links it has, the last one's hash."""

    id: str
    position: int = 0
    head: bytes = START

    def next_hash(self, entries: bytes) -> bytes:
        return link_hash(self.head, self.id, self.position + 1, entries)


def link_hash(before: bytes, chain: str, position: int, entries: bytes) -> bytes:
    return sha256(before + f"{chain}/{position}/".encode() + entries).digest()


def entries_in(link: JournalLink) -> Iterator[tuple[bytes, UUID, bytes]]:
    """Kind, call and digest of each; what is too short to be one is left out."""
    entries = bytes(link.entries)
    for start in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        entry = entries[start : start + _ENTRY]
        yield entry[:1], UUID(bytes=entry[1:17]), entry[17:]


def begin_chain() -> Chain:
    """A new chain, written into the record before its first link: so it is missed when it is gone."""
    chain = Chain(uuid4().hex)
    append_record(Kind.CHAIN, {"chain": chain.id})
    return chain


def tie_chains() -> AuditRecord | None:
    """Write into the record where every chain stands now; None when none has grown since."""
    with transaction.atomic():
        tied = tied_chains()
        stand = JournalLink.objects.values("chain").annotate(last=Max("position")).order_by("chain")
        grown = {
            row["chain"]: row["last"]
            for row in stand
            if tied.get(row["chain"], (0, ""))[0] != row["last"]
        }
        if not grown:
            return None
        return append_record(Kind.TIED, {"chains": dict(_heads(grown))})


def tied_chains() -> dict[str, tuple[int, str]]:
    """By chain, the last position and hash that the record holds."""
    tied: dict[str, tuple[int, str]] = {}
    for record in AuditRecord.objects.filter(kind=Kind.TIED).order_by("position"):
        tied |= {chain: tuple(stand) for chain, stand in record.read()["chains"].items()}
    return tied


def _heads(grown: dict[str, int]) -> Iterator[tuple[str, tuple[int, str]]]:
    for chain, position in grown.items():
        link = JournalLink.objects.get(chain=chain, position=position)
        yield chain, (position, bytes(link.hash).hex())
