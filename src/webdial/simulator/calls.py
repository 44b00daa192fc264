"""What the switchboard keeps: calls, and the phones as they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webdial.simulator.lines import Extension, Number, PhoneId, digits_after_answer


class CallState(StrEnum):
    DESK_RINGING = "desk_ringing"
    DIALLING = "dialling"
    OUTSIDE_RINGING = "outside_ringing"
    CONNECTED = "connected"
    ENDED = "ended"


class EndReason(StrEnum):
    DESK_DECLINED = "desk_declined"
    DESK_NO_ANSWER = "desk_no_answer"
    DESK_HUNG_UP = "desk_hung_up"
    OUTSIDE_BUSY = "outside_busy"
    OUTSIDE_DECLINED = "outside_declined"
    OUTSIDE_NO_ANSWER = "outside_no_answer"
    OUTSIDE_HUNG_UP = "outside_hung_up"


class PhoneKind(StrEnum):
    DESK = "desk"
    OUTSIDE = "outside"


class PhoneState(StrEnum):
    IDLE = "idle"
    RINGING = "ringing"
    CALLING = "calling"
    CONNECTED = "connected"


@dataclass(frozen=True, slots=True)
class Call:
    """One call's life. `callee` is the phone that `number` rings; `line` the outside line, if any."""

    call_id: int
    extension: Extension
    number: Number
    callee: PhoneId
    line: str
    placed_at: datetime
    state: CallState = CallState.DESK_RINGING
    picked_up_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    end: EndReason | None = None

    @property
    def caller(self) -> PhoneId:
        """The desk phone that rings first."""
        return PhoneId(self.extension)

    @property
    def is_live(self) -> bool:
        return self.state is not CallState.ENDED

    @property
    def digits_sent(self) -> str:
        """Menu digits sent after the answer, "" before it."""
        return digits_after_answer(self.number) if self.connected_at else ""

    def engages(self, phone_id: PhoneId) -> bool:
        """Whether this call rings or holds the phone now."""
        if phone_id == self.caller:
            return self.is_live
        has_reached_callee = self.state in {CallState.OUTSIDE_RINGING, CallState.CONNECTED}
        return has_reached_callee and phone_id == self.callee


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as it stands: `number` as people write it, `call` the one it is in, if any."""

    phone_id: PhoneId
    kind: PhoneKind
    number: str
    name: str
    branch: str
    answers_itself: bool
    state: PhoneState
    call: Call | None
    last_call: Call | None
