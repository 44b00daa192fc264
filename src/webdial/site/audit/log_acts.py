"""The entries of the record about acts on the call log itself."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from webdial.site.audit.call_digests import ended_digest, erased_digest
from webdial.site.audit.digests import canonical, digest_of
from webdial.site.audit.record import Kind, append_record
from webdial.site.models import Call, CallLogNote

_NOTE: Final = (
    "id", "act", "made_at", "actor", "subject", "count", "first_call", "last_call", "placed_before",
)  # fmt: skip


def note_digest(note: CallLogNote) -> bytes:
    return digest_of(canonical([getattr(note, name) for name in _NOTE]), b"")


def record_note(note: CallLogNote) -> None:
    append_record(Kind.NOTE, _note(note))


def record_removed(note: CallLogNote, ids: Sequence[UUID]) -> None:
    """`note` as it is kept now; `ids` are the calls of this one transaction."""
    append_record(Kind.REMOVED, {**_note(note), "calls": [each.hex for each in ids]})


def record_erased(calls: Sequence[Call]) -> None:
    """The calls as they stand after it."""
    append_record(
        Kind.ERASED, {"calls": [[each.pk.hex, erased_digest(each).hex()] for each in calls]}
    )


def record_interrupted(calls: Sequence[Call]) -> None:
    """The calls as they stand after it."""
    append_record(
        Kind.INTERRUPTED, {"calls": [[each.pk.hex, ended_digest(each).hex()] for each in calls]}
    )


def _note(note: CallLogNote) -> dict[str, Any]:
    return {"note": [note.pk, note_digest(note).hex()]}
