"""What a test and its softphone's process say to each other: a JSON object a line.

Events come up the process's standard output, orders go down its standard input.
"""

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum


class Answering(StrEnum):
    """What a phone does when it rings."""

    AT_ONCE = "at once"
    BY_HAND = "by hand"
    NEVER = "never"
    """Rejects: SIP 486, "Busy Here"."""


class Happening(StrEnum):
    REGISTERED = "registered"
    READY = "ready"
    RINGS = "rings"
    """Somebody calls this phone; `peer` is who."""
    DIALS = "dials"
    """This phone calls `peer`, by hand or because the phone system asked it to (REFER)."""
    RINGBACK = "ringback"
    """The other side rings (SIP 180 or 183)."""
    CONNECTED = "connected"
    HEARS = "hears"
    """A tone of `hz` comes in, or, at 0, has stopped."""
    ENDED = "ended"
    """`text` holds the reason where there is one, such as "486 Busy Here"."""
    FAULT = "fault"
    """An order could not be carried out; `text` says why."""


class Act(StrEnum):
    DIAL = "dial"
    ANSWER = "answer"
    REJECT = "reject"
    HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """All a softphone is started with. `server` is host:port of its registrar, or empty."""

    extension: str
    address: str
    server: str = ""
    password: str = ""
    answering: Answering = Answering.AT_ONCE
    tone_hz: int = 440


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """`call` numbers the call within the phone, 0 for an event of none."""

    happening: Happening
    call: int = 0
    peer: str = ""
    text: str = ""
    hz: int = 0


@dataclass(frozen=True, slots=True)
class PhoneOrder:
    """`target`, a SIP URI, goes with DIAL; the other acts go to all calls there are."""

    act: Act
    target: str = ""


def to_line(message: PhoneSettings | PhoneEvent | PhoneOrder) -> str:
    return json.dumps(dataclasses.asdict(message))


def settings_from(line: str) -> PhoneSettings:
    fields = json.loads(line)
    return PhoneSettings(**{**fields, "answering": Answering(fields["answering"])})


def event_from(line: str) -> PhoneEvent | None:
    """Return the event, or None for a line that is none: the stack's own words on the log."""
    if not line.startswith('{"happening"'):
        return None
    fields = json.loads(line)
    return PhoneEvent(**{**fields, "happening": Happening(fields["happening"])})


def order_from(line: str) -> PhoneOrder:
    fields = json.loads(line)
    return PhoneOrder(**{**fields, "act": Act(fields["act"])})
