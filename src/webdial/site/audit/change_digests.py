"""What of a change is hashed, and the entries of the record about changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from webdial.site.audit.digests import canonical, commitment_of, digest_of, kept_hex
from webdial.site.audit.record import Kind, append_record
from webdial.site.models import Change

_LASTING: Final = ("id", "at", "user_id", "user_name", "subject", "key", "action", "secrets")
_ERASABLE: Final = ("label", "before", "after", "note")

EMPTIED_OF_CHANGE: Final = (*_ERASABLE, "erased_at", "salt", "commitment")


def change_digest(change: Change) -> bytes:
    """Of the change as it stands in the row now, or as it was before it was erased."""
    return digest_of(_values(change, _LASTING), _commitment(change))


def erased_change_digest(change: Change) -> bytes:
    """Of all that an erased change still holds."""
    return digest_of(_values(change, (*_LASTING, *EMPTIED_OF_CHANGE)), b"")


def empty_change(change: Change, now: datetime) -> None:
    """Take the content and its salt out of the row, which is not saved by this."""
    change.commitment = _commitment(change).hex() if change.salt else ""
    change.label, change.before, change.after, change.note = "Erased", None, None, ""
    change.salt = ""
    change.erased_at = now


def record_changes(changes: Sequence[Change]) -> None:
    """To be called when they are kept and have their ids, in the same transaction."""
    append_record(
        Kind.CHANGES, {"changes": [[each.pk, change_digest(each).hex()] for each in changes]}
    )


def record_erased_changes(changes: Sequence[Change]) -> None:
    append_record(
        Kind.CHANGES_ERASED,
        {"changes": [[each.pk, erased_change_digest(each).hex()] for each in changes]},
    )


def _commitment(change: Change) -> bytes:
    if change.commitment:
        return kept_hex(change.commitment)
    return commitment_of(change.salt, _values(change, _ERASABLE))


def _values(change: Change, columns: Sequence[str]) -> bytes:
    return canonical([getattr(change, name) for name in columns])
