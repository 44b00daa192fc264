"""The phone system itself: third-party call control as a real PBX does it.

A call is placed from outside the phones. The desk phone (A-leg) rings first; once it is picked up
the number (B-leg) is dialled and rings; once that is picked up too they talk, until one hangs up.

    DESK_RINGING -> DIALLING -> OUTSIDE_RINGING -> CONNECTED -> ENDED
         |             |              |
         +-------------+--------------+-- declined, busy, no answer --> ENDED

Knows nothing of HTTP. Everything is in memory and bounded; acts are synchronous and belong to one
event loop's thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from webdial.errors import NotFoundError, WebdialError
from webdial.simulator.calls import Call, CallState, EndReason, Phone, PhoneKind, PhoneState
from webdial.simulator.clock import Clock, Timer
from webdial.simulator.config import DeskPhone, OutsideParty, SimulatorConfig
from webdial.simulator.lines import (
    Extension,
    Number,
    PhoneId,
    dialled_part,
    reaches,
    shorten,
)

MAX_CALLS = 200
"""Calls kept. Ended ones make room first; every live call holds a desk phone of its own."""

_UNNAMED_SHOWN = 3
"""Unnamed outside phones that stay on the wall after their call."""


class WrongMomentError(WebdialError):
    """The phone is not in a state for this: busy, not ringing, in no call."""

    code = "wrong_moment"


class Switchboard:
    """Places calls between the configured phones and moves them along.

    `changed` is called after every change. Acts raise NotFoundError for a phone that does not
    exist and WrongMomentError for one that is busy, not ringing or in no call.
    """

    def __init__(
        self, config: SimulatorConfig, *, clock: Clock, changed: Callable[[], object]
    ) -> None:
        self._config = config
        self._clock = clock
        self._changed = changed
        self._desks: Mapping[str, DeskPhone] = {desk.phone_id: desk for desk in config.desk_phones}
        self._parties: Mapping[str, OutsideParty] = {
            party.phone_id: party for party in config.outside_parties
        }
        self._timers: dict[int, Timer] = {}
        self._calls: dict[int, Call] = {}
        self._live: dict[int, Call] = {}
        self._next_id = 1
        self._answers_itself = self._configured_answers_itself()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last 200 calls, oldest first."""
        return tuple(self._calls.values())

    def call(self, call_id: int) -> Call | None:
        return self._calls.get(call_id)

    def phones(self) -> tuple[Phone, ...]:
        """Desk phones, then known outside parties, both as configured, then unnamed numbers."""
        last_calls = self._last_calls()
        return tuple(self._phone(phone_id, last_calls) for phone_id in self._phone_ids())

    def phone(self, phone_id: str) -> Phone:
        is_configured = phone_id in self._desks or phone_id in self._parties
        if not is_configured and phone_id not in self._unnamed_ids():
            raise NotFoundError(f"There is no phone {shorten(phone_id)} here.")
        return self._phone(PhoneId(phone_id), self._last_calls())

    def place(self, extension: str, number: Number, *, line: str = "") -> Call:
        """Ring the desk phone for a call to `number`."""
        desk = self._desks.get(extension)
        if desk is None:
            raise NotFoundError(f"There is no extension {shorten(extension)} here.")
        if self._call_of(desk.phone_id):
            raise WrongMomentError(f"Extension {desk.extension} is busy.")
        call = Call(
            call_id=self._next_id,
            extension=Extension(desk.extension),
            number=number,
            callee=self._line_reached_by(number),
            line=line,
            placed_at=self._clock.now(),
        )
        self._next_id += 1
        self._make_room()
        return self._keep(call)

    def answer(self, phone_id: str) -> Call:
        """Pick the ringing phone up."""
        phone = self.phone(phone_id)
        if phone.call is None or phone.state is not PhoneState.RINGING:
            raise WrongMomentError(f"{_title(phone)} is not ringing.")
        return self._pick_up(phone.call)

    def hang_up(self, phone_id: str) -> Call:
        """Put the phone down, or decline while it rings."""
        phone = self.phone(phone_id)
        if phone.call is None:
            raise WrongMomentError(f"{_title(phone)} is in no call.")
        return self._end(phone.call, _reason_to_end(phone, phone.call))

    def set_answers_itself(self, phone_id: str, *, on: bool) -> Phone:
        """Switch a phone's automatic answer; a phone that rings now takes it up at once."""
        phone = self.phone(phone_id)
        if on:
            self._answers_itself.add(phone.phone_id)
        else:
            self._answers_itself.discard(phone.phone_id)
        if phone.call and phone.state is PhoneState.RINGING:
            self._set_timer(phone.call)
        self._changed()
        return self.phone(phone.phone_id)

    def reset(self) -> None:
        """Forget every call and switch; the next call is call 1 again."""
        self.stop()
        self._calls.clear()
        self._live.clear()
        self._next_id = 1
        self._answers_itself = self._configured_answers_itself()
        self._changed()

    def stop(self) -> None:
        """Cancel every timer; nothing moves by itself any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _pick_up(self, call: Call) -> Call:
        now = self._clock.now()
        if call.state is CallState.DESK_RINGING:
            return self._keep(replace(call, state=CallState.DIALLING, picked_up_at=now))
        return self._keep(replace(call, state=CallState.CONNECTED, connected_at=now))

    def _dial(self, call: Call) -> None:
        if self._call_of(call.callee):
            self._end(call, EndReason.OUTSIDE_BUSY)
        else:
            self._keep(replace(call, state=CallState.OUTSIDE_RINGING))

    def _end(self, call: Call, reason: EndReason) -> Call:
        now = self._clock.now()
        return self._keep(replace(call, state=CallState.ENDED, ended_at=now, end=reason))

    def _keep(self, call: Call) -> Call:
        self._calls[call.call_id] = call
        if call.is_live:
            self._live[call.call_id] = call
        else:
            self._live.pop(call.call_id, None)
        self._set_timer(call)
        self._changed()
        return call

    def _set_timer(self, call: Call) -> None:
        """Replace the call's timer by the one its state calls for."""
        if timer := self._timers.pop(call.call_id, None):
            timer.cancel()
        if step := self._next_step(call):
            delay_s, act = step
            self._timers[call.call_id] = self._clock.call_later(delay_s, act)

    def _next_step(self, call: Call) -> tuple[float, Callable[[], Any]] | None:
        """What happens to the call if nobody touches a phone, and after how many seconds."""
        config = self._config
        match call.state:
            case CallState.DESK_RINGING if call.caller in self._answers_itself:
                return config.auto_answer_after_s, lambda: self._pick_up(call)
            case CallState.DESK_RINGING:
                return config.desk_rings_s, lambda: self._end(call, EndReason.DESK_NO_ANSWER)
            case CallState.DIALLING:
                return config.dialling_s, lambda: self._dial(call)
            case CallState.OUTSIDE_RINGING if call.callee in self._answers_itself:
                return config.auto_answer_after_s, lambda: self._pick_up(call)
            case CallState.OUTSIDE_RINGING:
                return config.outside_rings_s, lambda: self._end(call, EndReason.OUTSIDE_NO_ANSWER)
            case _:
                return None

    def _make_room(self) -> None:
        """Drop the oldest ended calls, and switches of numbers that left the wall with them."""
        excess = max(0, len(self._calls) + 1 - MAX_CALLS)
        ended = (call_id for call_id in self._calls if call_id not in self._live)
        for call_id in tuple(islice(ended, excess)):
            del self._calls[call_id]
        self._answers_itself.intersection_update(self._phone_ids())

    def _configured_answers_itself(self) -> set[PhoneId]:
        return {phone.phone_id for phone in self._config.phones if phone.answers_itself}

    def _line_reached_by(self, number: Number) -> PhoneId:
        """The phone that a number rings: a desk phone, a known party, or the number itself."""
        dialled = dialled_part(number)
        if dialled in self._desks:
            return PhoneId(dialled)
        known = (party.phone_id for party in self._config.outside_parties)
        return next((line for line in known if reaches(dialled, line)), PhoneId(dialled))

    def _call_of(self, phone_id: PhoneId) -> Call | None:
        return next((call for call in self._live.values() if call.engages(phone_id)), None)

    def _last_calls(self) -> Mapping[PhoneId, Call]:
        """The newest ended call of each phone that had one."""
        last: dict[PhoneId, Call] = {}
        for call in self._calls.values():
            if not call.is_live:
                last[call.caller] = last[call.callee] = call
        return last

    def _phone_ids(self) -> tuple[PhoneId, ...]:
        configured = (phone.phone_id for phone in self._config.phones)
        return (*configured, *self._unnamed_ids())

    def _unnamed_ids(self) -> Sequence[PhoneId]:
        """Unnamed numbers on the wall: those being called and the last few, oldest first."""
        newest_first: dict[PhoneId, bool] = {}
        for call in reversed(self._calls.values()):
            if call.callee not in self._desks and call.callee not in self._parties:
                newest_first[call.callee] = newest_first.get(call.callee, False) or call.is_live
        kept = [
            phone_id
            for place, (phone_id, is_called) in enumerate(newest_first.items())
            if is_called or place < _UNNAMED_SHOWN
        ]
        return kept[::-1]

    def _phone(self, phone_id: PhoneId, last_calls: Mapping[PhoneId, Call]) -> Phone:
        call = self._call_of(phone_id)
        desk, party = self._desks.get(phone_id), self._parties.get(phone_id)
        return Phone(
            phone_id=phone_id,
            kind=PhoneKind.DESK if desk else PhoneKind.OUTSIDE,
            number=party.number if party else phone_id,
            name=desk.name if desk else party.name if party else "",
            branch=desk.branch if desk else "",
            answers_itself=phone_id in self._answers_itself,
            state=_phone_state(phone_id, call),
            call=call,
            last_call=last_calls.get(phone_id),
        )


def _phone_state(phone_id: PhoneId, call: Call | None) -> PhoneState:
    if call is None:
        return PhoneState.IDLE
    if call.state is CallState.CONNECTED:
        return PhoneState.CONNECTED
    is_desk_leg = phone_id == call.caller
    if is_desk_leg and call.state is not CallState.DESK_RINGING:
        return PhoneState.CALLING
    return PhoneState.RINGING


def _reason_to_end(phone: Phone, call: Call) -> EndReason:
    """Why the call ends when this phone is put down now."""
    is_ringing = phone.state is PhoneState.RINGING
    if phone.phone_id == call.caller:
        return EndReason.DESK_DECLINED if is_ringing else EndReason.DESK_HUNG_UP
    return EndReason.OUTSIDE_DECLINED if is_ringing else EndReason.OUTSIDE_HUNG_UP


def _title(phone: Phone) -> str:
    """The phone as a sentence begins with it."""
    return f"Extension {phone.phone_id}" if phone.kind is PhoneKind.DESK else phone.number
