"""Whether a phone system is asked at all now, so that a sick one harms no other.

Each phone system has a gate. It counts the calls that are in flight, here and on other nodes, and holds
back what is too many; and it has a circuit breaker for each address, so that one handset that is
unplugged stops no other handset of the same set-up. What is held back is a call in the log all the
same: `Outcome.HELD_BACK`, and nothing was dialled.

Used from the event loop alone. Other nodes' knowledge comes and goes by `moved` and `adopt`, once a
second; nothing here waits for a database.
"""

import logging
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from webdial.dialstring import HttpRequest
from webdial.exchange.breaker import Breaker, Held, Pass, Patience
from webdial.exchange.calls import PreparedCall
from webdial.exchange.configuration import Configuration, ConfigurationSource
from webdial.exchange.general_settings import (
    LONGEST_PAUSE,
    MOST_FAILURES,
    MOST_IN_FLIGHT,
    count_or_none,
    seconds,
)
from webdial.exchange.outcome import (
    BEING_TRIED,
    DIAL_AGAIN,
    NOT_ANSWERING,
    TOO_MANY,
    Outcome,
    Verdict,
    tried_again_in,
)
from webdial.exchange.watching import Watcher
from webdial.values import value_class

log = logging.getLogger("webdial.gates")

MAX_GATES: Final = 10_000
"""Addresses that are remembered; beyond it those that nothing is known against are forgotten."""

MAX_HOST: Final = 253
"""Characters of a host's name (RFC 1035 section 2.3.4)."""

_PLACE: Final = re.compile(
    r"(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?", re.IGNORECASE
)
_PORTS: Final = {"http": "80", "https": "443"}

_GONE: Final = frozenset(
    {
        Outcome.HOST_UNKNOWN,
        Outcome.CONNECTION_REFUSED,
        Outcome.UNREACHABLE,
        Outcome.CERTIFICATE_BAD,
        Outcome.TLS_FAILED,
        Outcome.TIMED_OUT,
    }
)
"""Outcomes that mean: nobody was there."""

_NOBODY_ASKED: Final = frozenset({Outcome.INTERRUPTED, Outcome.ADDRESS_NOT_ALLOWED})
"""Nobody was, or nobody waited for the answer."""

_GATEWAY_ERRORS: Final = frozenset({502, 504})
"""A proxy's word for it (RFC 9110 sections 15.6.3 and 15.6.5)."""


class GateKey(NamedTuple):
    """A phone system's address: `place` is host and port; `setup_id` is None for a dial string's own."""

    setup_id: int | None
    place: str


@dataclass(slots=True)
class Load:
    """Calls in flight to one phone system, here and elsewhere."""

    here: int = 0
    elsewhere: int = 0


@dataclass(slots=True, eq=False)
class Gate:
    """`is_moved` tells that other nodes are yet to hear of its breaker. `phone_system` names it in figures."""

    key: GateKey
    phone_system: str
    load: Load
    breaker: Breaker
    in_flight: int = 0
    is_moved: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it may be forgotten."""
        return not (self.in_flight or self.is_moved or self.breaker.held or self.breaker.failures)


@value_class(frozen=True, slots=True)
class Admission:
    """A call on its way: brought back by `Gates.leave`."""

    gate: Gate
    given: Pass = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Limits:
    """What the settings of one picture say."""

    picture: Configuration
    most_in_flight: int | None
    patience: Patience


class Gates:
    """All gates of one process."""

    def __init__(
        self,
        configuration: ConfigurationSource,
        *,
        watcher: Watcher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._configuration = configuration
        self._watcher = watcher or Watcher()
        self._clock = clock
        self._gates: dict[GateKey, Gate] = {}
        self._loads: dict[str, Load] = {}
        self._held: set[GateKey] = set()
        self._limits: _Limits | None = None

    def enter(
        self, prepared: PreparedCall, request: HttpRequest, *, is_asked_for: bool = False
    ) -> Admission | Verdict:
        """Let the call through, or say why it is held back.

        With `is_asked_for` it goes through in any case: an administrator tries a phone system on purpose.
        """
        gate = self._gate_of(prepared, request)
        limits, breaker = self._limits_now(), gate.breaker
        if is_asked_for:
            given: Pass | None = breaker.admit_anyway()
        elif (full := self._full(gate, prepared, limits)) is not None:
            return full
        elif breaker.held is None or limits.patience.failures is None:
            given = breaker.admit_anyway()
        else:
            given = breaker.admit()
            if given is None:
                return _held_back(breaker)
            self._has_moved(gate)
        assert given is not None
        gate.in_flight += 1
        gate.load.here += 1
        return Admission(gate, given)

    def leave(self, admission: Admission, verdict: Verdict | None) -> None:
        """The call has ended; `verdict` is None when it was never sent."""
        gate = admission.gate
        gate.in_flight -= 1
        gate.load.here -= 1
        breaker = gate.breaker
        before = breaker.held
        if verdict is None or _tells_nothing(verdict):
            breaker.unknown(admission.given)
        elif is_gone(verdict):
            reason = (verdict.beneath or verdict.outcome).value
            breaker.failed(admission.given, reason, self._limits_now().patience)
        else:
            breaker.answered(admission.given)
        if breaker.held is not before:
            self._has_moved(gate)

    @property
    def count(self) -> int:
        """How many addresses are remembered."""
        return len(self._gates)

    def in_flight(self, phone_system: str, place: str = "") -> Load:
        """Calls to a phone system that is set up, or to the `place` of dial strings."""
        return self._loads.get(phone_system or place, Load())

    def moved(self) -> dict[GateKey, Held | None]:
        """What other nodes are yet to hear."""
        return {key: gate.breaker.held for key, gate in self._gates.items() if gate.is_moved}

    def adopt(
        self,
        held: Mapping[GateKey, Held],
        *,
        told: Mapping[GateKey, Held | None],
        elsewhere: Mapping[str, int],
    ) -> None:
        """Take over what all nodes know by now, after they were `told` what had moved here.

        `elsewhere` are the calls in flight on other nodes, by the name of the phone system, for dial
        strings by their place.
        """
        for key, told_of in told.items():
            gate = self._gates.get(key)
            if gate is not None and gate.breaker.held == told_of:
                gate.is_moved = False
        for key in held.keys() | self._held:
            gate = self._gates.get(key) or self._new_gate(key)
            if not gate.is_moved and gate.breaker.held != held.get(key):
                gate.breaker.adopt(held.get(key))
                self._log_move(gate)
        for name in elsewhere.keys() | {n for n, load in self._loads.items() if load.elsewhere}:
            self._load(name).elsewhere = elsewhere.get(name, 0)

    def _gate_of(self, prepared: PreparedCall, request: HttpRequest) -> Gate:
        call = prepared.system_call
        key = GateKey(None if call is None else call.setup.id, place_of(request.url))
        gate = self._gates.get(key)
        if gate is None or gate.phone_system != prepared.phone_system:
            gate = self._new_gate(key, prepared.phone_system)
        return gate

    def _new_gate(self, key: GateKey, phone_system: str | None = None) -> Gate:
        if len(self._gates) >= MAX_GATES:
            self._gates = {k: gate for k, gate in self._gates.items() if not gate.is_idle}
        if phone_system is None:
            phone_system = self._name_of(key)
        known = self._gates.get(key)
        if known is not None:  # the set-up has another name now
            known.phone_system = phone_system
            return known
        load = self._load(phone_system or key.place)
        gate = self._gates[key] = Gate(key, phone_system, load, Breaker(self._clock))
        return gate

    def _name_of(self, key: GateKey) -> str:
        if key.setup_id is None:
            return ""
        setup = self._configuration.current.setup_by_id(key.setup_id)
        return "" if setup is None else setup.name

    def _load(self, name: str) -> Load:
        load = self._loads.get(name)
        if load is None:
            if len(self._loads) >= MAX_GATES:
                used = {id(gate.load) for gate in self._gates.values()}
                self._loads = {n: each for n, each in self._loads.items() if id(each) in used}
            load = self._loads[name] = Load()
        return load

    def _limits_now(self) -> _Limits:
        picture = self._configuration.current
        if self._limits is None or self._limits.picture is not picture:
            self._limits = _limits_of(picture)
        return self._limits

    def _full(self, gate: Gate, prepared: PreparedCall, limits: _Limits) -> Verdict | None:
        call = prepared.system_call
        own = None if call is None else call.setup.most_in_flight
        most = limits.most_in_flight if own is None else own
        if most is None or gate.load.here + gate.load.elsewhere < most:
            return None
        return Verdict(Outcome.HELD_BACK, message=TOO_MANY, next_step=DIAL_AGAIN)

    def _has_moved(self, gate: Gate) -> None:
        gate.is_moved = True
        self._log_move(gate)

    def _log_move(self, gate: Gate) -> None:
        """Whoever watches hears how many addresses of the phone system are held back now."""
        held, key = gate.breaker.held, gate.key
        facts = {"phone_system": gate.phone_system, "place": key.place}
        if held is not None and key not in self._held:
            self._held.add(key)
            facts["reason"] = held.reason
            log.warning(
                "the phone system does not answer: calls are held back", extra={"fields": facts}
            )
        elif held is None and key in self._held:
            self._held.discard(key)
            log.warning("the phone system is asked again", extra={"fields": facts})
        count = sum(1 for each in self._held if self._gates[each].phone_system == gate.phone_system)
        self._watcher.held_back(gate.phone_system, addresses=count)


def _limits_of(picture: Configuration) -> _Limits:
    def value(setting_value: str) -> int | None:
        return count_or_none(setting_value)

    return _Limits(
        picture,
        value(picture.effective(MOST_IN_FLIGHT, None).value),
        Patience(
            value(picture.effective(MOST_FAILURES, None).value),
            seconds(picture.effective(LONGEST_PAUSE, None).value),
        ),
    )


def place_of(url: str) -> str:
    """Host and port of a URL, as they tell one server from another; never user-info."""
    path = url.find("/", len("https://"))
    return _place_of_start(url if path < 0 else url[:path])


@lru_cache(maxsize=MAX_GATES)
def _place_of_start(url: str) -> str:
    found = _PLACE.match(url)
    if found is None:
        return ""
    scheme, host, port = found.groups()
    return f"{host[:MAX_HOST].lower()}:{port or _PORTS[scheme.lower()]}"


def _tells_nothing(verdict: Verdict) -> bool:
    """Whether nobody was asked, or nobody waited for the answer."""
    if verdict.outcome is Outcome.LOG_IN_FAILED:  # a sign-in that the user has not made, for one
        return verdict.status is None and verdict.beneath is None
    return verdict.outcome in _NOBODY_ASKED


def is_gone(verdict: Verdict) -> bool:
    """Whether it tells that nobody was there. A refusal or an error is an answer."""
    outcome = verdict.beneath or verdict.outcome
    if outcome is Outcome.FAILED:
        return verdict.status in _GATEWAY_ERRORS
    if (
        outcome is Outcome.CUT_OFF
    ):  # hung up without a word; in the middle of an answer it was there
        return verdict.status is None
    return outcome in _GONE


def _held_back(breaker: Breaker) -> Verdict:
    held, wait_s = breaker.held, math.ceil(breaker.wait_s)
    assert held is not None
    next_step = BEING_TRIED if held.is_trying else tried_again_in(wait_s)
    return Verdict(Outcome.HELD_BACK, message=NOT_ANSWERING, next_step=next_step)
