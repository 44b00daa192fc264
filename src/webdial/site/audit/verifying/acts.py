"""What the record tells, gathered for the looks at calls, changes and notes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from webdial.site.audit.record import Kind
from webdial.site.models import AuditRecord


@dataclass(slots=True)
class Older:
    """What there was before the record began: how many, and the greatest id."""

    count: int = 0
    last: Any = None


@dataclass(slots=True)
class Acts:
    """Digests are in hex. Of several acts on one thing the last one counts."""

    changes: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    erased_changes: dict[int, str] = field(default_factory=dict)
    notes: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    interrupted: dict[UUID, str] = field(default_factory=dict)
    erased: dict[UUID, str] = field(default_factory=dict)
    removed: set[UUID] = field(default_factory=set)
    chains: dict[str, datetime] = field(default_factory=dict)
    ties: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    older_calls: Older = field(default_factory=Older)
    older_changes: Older = field(default_factory=Older)
    older_notes: Older = field(default_factory=Older)

    def take(self, record: AuditRecord) -> None:
        """Raises ValueError, KeyError or TypeError for a content that Webdial never wrote."""
        content = record.read()
        if "note" in content:
            note_id, digest = content["note"]
            self.notes[note_id] = (digest, record.at)
        match record.kind:
            case Kind.BEGUN:
                self._begin(content)
            case Kind.CHAIN:
                self.chains[content["chain"]] = record.at
            case Kind.TIED:
                for chain, (position, head) in content["chains"].items():
                    self.ties.setdefault(chain, []).append((position, head))
            case Kind.CHANGES:
                self.changes |= {pk: (digest, record.at) for pk, digest in content["changes"]}
            case Kind.CHANGES_ERASED:
                self.erased_changes |= dict(content["changes"])
            case _:
                self._take_calls(record.kind, content)

    def _take_calls(self, kind: str, content: Any) -> None:
        match kind:
            case Kind.INTERRUPTED:
                self.interrupted |= {UUID(call): digest for call, digest in content["calls"]}
            case Kind.ERASED:
                self.erased |= {UUID(call): digest for call, digest in content["calls"]}
            case Kind.REMOVED:
                self.removed |= {UUID(call) for call in content["calls"]}

    def _begin(self, content: Any) -> None:
        last = content["last_call"]
        self.older_calls = Older(content["calls"], None if last is None else UUID(last))
        self.older_changes = Older(content["changes"], content["last_change"])
        self.older_notes = Older(content["notes"], content["last_note"])
