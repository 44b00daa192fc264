"""Calls placed for a trial: through the phone system that is chosen, written down, sent once."""

from dataclasses import replace

import pytest

from webdial.dialstring import HttpRequest
from webdial.errors import CallNotPlacedError, NotFoundError
from webdial.exchange import Exchange, Outcome, TimeLimits, Verdict
from webdial.exchange.calls import Channel
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.journal import Begun, Ended, Entry
from webdial.exchange.resolving import open_nothing
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import VERIFY, Certificate, SystemSetup
from webdial.exchange.trials import Trial
from webdial.phonesystems import Answer, read_phone_system

OWN = """
title = "Own"
vendor = "Own"
[dial]
request = "http://pbx.example/dial?from=^&to=#"
success = "text contains OK"
"""
SETUP = SystemSetup(4, "Own", read_phone_system(OWN, id="own"), is_active=False)
CARL = Caller(7, "carl", "CO", "Carl Osei", "203", None, "")


class Wire:
    """A Transport and a Journal that keep, in one order, what reached them."""

    def __init__(self) -> None:
        self.events: list[Entry | HttpRequest] = []
        self.journal_is_gone = False

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate = VERIFY
    ) -> Answer | Verdict:
        self.events.append(request)
        return Answer(200, body=b"OK")

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        raise AssertionError("a trial goes through its phone system")

    async def write(self, entry: Entry) -> None:
        if self.journal_is_gone:
            raise CallNotPlacedError("The call could not be written down.")
        self.events.append(entry)


class Source:
    def __init__(self, *setups: SystemSetup) -> None:
        values = {(key_of(MECHANISM.name), None): "http://elsewhere.example/dial?to=#"}
        self.current = Configuration(
            1, {7: CARL}, {}, {}, values, setups={key_of(each.name): each for each in setups}
        )


def exchange_over(wire: Wire, *setups: SystemSetup) -> Exchange:
    return Exchange(
        configuration=Source(*setups), journal=wire, sender=wire, opener=open_nothing, run_id="test"
    )


async def test_a_trial_goes_through_the_chosen_system_whatever_is_set() -> None:
    wire = Wire()
    exchange = exchange_over(wire, SETUP)
    prepared = exchange.prepare_trial("020 7946 0123", user_id=7, setup_id=4)
    assert wire.events == []
    assert prepared.system_call is not None
    trial = Trial(prepared.system_call)
    caller = SystemCaller(wire).watched(trial.observe)
    placed = await exchange.place_trial(prepared, channel=Channel.PAGE, system_caller=caller)
    begun, request, ended = wire.events
    assert isinstance(begun, Begun)
    assert isinstance(request, HttpRequest)
    assert isinstance(ended, Ended)
    assert request.url == "http://pbx.example/dial?from=203&to=02079460123"
    assert (begun.call.id, placed.outcome) == (ended.call_id, Outcome.ACCEPTED)
    assert [step.status for step in trial.steps] == [200]


async def test_nothing_is_sent_that_could_not_be_written_down() -> None:
    wire = Wire()
    exchange = exchange_over(wire, SETUP)
    prepared = exchange.prepare_trial("1", user_id=7, setup_id=4)
    wire.journal_is_gone = True
    with pytest.raises(CallNotPlacedError):
        await exchange.place_trial(prepared, channel=Channel.PAGE, system_caller=SystemCaller(wire))
    assert wire.events == []


def test_what_cannot_be_tried_is_refused() -> None:
    exchange = exchange_over(Wire(), SETUP, replace(SETUP, id=5, name="Old", system=None))
    for setup_id in (5, 6):
        with pytest.raises(CallNotPlacedError) as told:
            exchange.prepare_trial("1", user_id=7, setup_id=setup_id)
        assert told.value.error_code == "phone_system_unusable"
    with pytest.raises(NotFoundError):
        exchange.prepare_trial("1", user_id=8, setup_id=4)
