"""What a verification finds, in words for an administrator."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. `kind` is for programs: call, change, note, record."""

    kind: str
    id: str
    sentence: str


@dataclass(slots=True)
class Summary:
    """What was looked at."""

    calls: int = 0
    erased_calls: int = 0
    removed_calls: int = 0
    older_calls: int = 0
    """Calls from before the record began: nothing vouches for them."""
    changes: int = 0
    older_changes: int = 0
    records: int = 0
    chains: int = 0
    links: int = 0
    head: str = ""


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def call_time(call_id: UUID) -> str:
    """When a call began, by its id (a UUIDv7 begins with the milliseconds)."""
    return moment(datetime.fromtimestamp((call_id.int >> 80) / 1000, UTC))


def about_call(call_id: UUID, what: str) -> Finding:
    return Finding("call", str(call_id), f"Call {call_id} of {call_time(call_id)} {what}")
