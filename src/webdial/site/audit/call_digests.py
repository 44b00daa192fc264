"""What of a call is hashed: its beginning and its end each have lasting columns and erasable ones."""

from typing import Final

from webdial.site.audit.digests import canonical, commitment_of, digest_of, kept_hex
from webdial.site.models import Call

BEGUN_LASTING: Final = (
    "id", "branch_id", "channel", "kind", "setting_source", "run_id", "placed_at", "phone_system",
)  # fmt: skip
BEGUN_ERASABLE: Final = (
    "user_id", "extension", "typed", "dialled", "request", "phone", "number_story",
)  # fmt: skip
ENDED_LASTING: Final = ("id", "outcome", "status", "finished_at", "on_disk_at", "took_ms")
ENDED_ERASABLE: Final = ("answer", "message", "remote_id", "next_step")


def begun_digest(call: Call) -> bytes:
    """Of the beginning as it stands in the row now."""
    return digest_of(_values(call, BEGUN_LASTING), begun_commitment(call))


def ended_digest(call: Call) -> bytes:
    """Of the end as it stands in the row now."""
    return digest_of(_values(call, ENDED_LASTING), ended_commitment(call))


def begun_commitment(call: Call) -> bytes:
    """As it was kept when the content was erased; before that, made from salt and content."""
    if call.commitments:
        return kept_hex(call.commitments[:64])
    return commitment_of(call.begun_salt, _values(call, BEGUN_ERASABLE))


def ended_commitment(call: Call) -> bytes:
    if call.commitments:
        return kept_hex(call.commitments[64:])
    return commitment_of(call.ended_salt, _values(call, ENDED_ERASABLE))


def commitments_of(call: Call) -> str:
    """Both, to be kept in the row instead of the salts when its content is erased."""
    return begun_commitment(call).hex() + ended_commitment(call).hex()


def erased_digest(call: Call) -> bytes:
    """Of all that an erased call still holds; the act that erased it keeps this."""
    columns = (*BEGUN_LASTING, *BEGUN_ERASABLE, *ENDED_LASTING, *ENDED_ERASABLE)
    return digest_of(_values(call, (*columns, "erased_at", "commitments")), b"")


def _values(call: Call, columns: tuple[str, ...]) -> bytes:
    return canonical([getattr(call, name) for name in columns])
