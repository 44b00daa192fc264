"""Placing a call: what is decided, in which order things happen, and what stops it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from webdial.dialstring import DialStringError, HttpRequest
from webdial.errors import CallNotPlacedError, JournalError, NotFoundError
from webdial.exchange import (
    Caller,
    Channel,
    Configuration,
    Exchange,
    Outcome,
    TimeLimits,
    Verdict,
)
from webdial.exchange.general_settings import (
    CONNECT_TIME_LIMIT,
    MECHANISM,
    TOTAL_TIME_LIMIT,
    key_of,
)
from webdial.exchange.journal import Begun, Ended, Entry
from webdial.numbers import NumberError

CARL = Caller(1, "carl", "CO", "Carl", "203", 10, "London")
DORA = Caller(2, "dora", "DL", "Dora", None, 20, "Leeds")
FINN = Caller(3, "finn", "FA", "Finn", "305", None, "", is_active=False)

MECHANISM_KEY = key_of(MECHANISM.name)
FOR_ALL = "http://pbx.example/dial?from=^&to=#"


@dataclass
class Configured:
    """A ConfigurationSource that a test may change."""

    values: Mapping[tuple[str, int | None], str]

    @property
    def current(self) -> Configuration:
        callers = {caller.user_id: caller for caller in (CARL, DORA, FINN)}
        return Configuration(1, callers, {}, {10: "London", 20: "Leeds"}, self.values)


@dataclass
class Story:
    """Journal and sender in one, so that the order of events can be told."""

    verdict: Verdict = field(default_factory=lambda: Verdict(Outcome.SENT, 200, "OK"))
    events: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    requests: list[tuple[HttpRequest, TimeLimits]] = field(default_factory=list)
    fails_at: str = ""
    gate: asyncio.Event | None = None
    writing_gate: asyncio.Event | None = None
    is_writing: asyncio.Event = field(default_factory=asyncio.Event)
    was_ended: asyncio.Event = field(default_factory=asyncio.Event)
    was_sent: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, entry: Entry) -> None:
        event = "begun" if isinstance(entry, Begun) else "ended"
        self.is_writing.set()
        if self.writing_gate is not None:
            await self.writing_gate.wait()
        if event == self.fails_at:
            raise JournalError("The disk is full.")
        self.events.append(event)
        self.entries.append(entry)
        if event == "ended":
            self.was_ended.set()

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        self.events.append("sent")
        self.was_sent.set()
        self.requests.append((request, limits))
        if self.gate is not None:
            await self.gate.wait()
        if self.fails_at == "sending":
            raise RuntimeError("a fault of ours")
        return self.verdict


def exchange_for(
    story: Story, values: Mapping[tuple[str, int | None], str] | None = None
) -> Exchange:
    configured = Configured({(MECHANISM_KEY, None): FOR_ALL} if values is None else values)
    return Exchange(
        configuration=configured,
        journal=story,
        sender=story,
        run_id="run",
        retry_delays_s=[0.01] * 100,
    )


async def test_call_is_on_disk_before_it_leaves_and_its_outcome_before_it_is_told() -> None:
    story = Story()
    call = await exchange_for(story).place_call("020 7946 0123", user_id=1, channel=Channel.API)
    assert story.events == ["begun", "sent", "ended"]
    assert call.verdict == Verdict(Outcome.SENT, 200, "OK")
    assert story.requests == [
        (HttpRequest("GET", "http://pbx.example/dial?from=203&to=02079460123"), TimeLimits(5, 30))
    ]
    begun, ended = story.entries
    assert isinstance(begun, Begun)
    assert isinstance(ended, Ended)
    assert (begun.call.outcome, begun.run_id) == (Outcome.PLACING, "run")
    assert (ended.call_id, ended.verdict) == (call.id, call.verdict)
    assert call.id.version == 7


async def test_branch_value_comes_before_that_for_all_branches() -> None:
    story = Story()
    values = {
        (MECHANISM_KEY, None): FOR_ALL,
        (MECHANISM_KEY, 10): "http://london.example/#",
        (key_of(CONNECT_TIME_LIMIT.name), 10): "1.5",
        (key_of(TOTAL_TIME_LIMIT.name), None): "60",
    }
    exchange = exchange_for(story, values)
    prepared = await exchange.prepare_call("0123 456", user_id=1)
    assert prepared.plan == HttpRequest("GET", "http://london.example/0123456")
    assert prepared.setting_source == "set for the branch London"
    assert prepared.limits == TimeLimits(1.5, 60)
    assert (
        await exchange.prepare_call("0123", user_id=1)
    ).setting_source == prepared.setting_source


async def test_nothing_set_is_standard_dialling_by_a_link() -> None:
    story = Story()
    call = await exchange_for(story, {}).place_call(
        "+44 20 7946 0123", user_id=2, channel=Channel.PAGE
    )
    assert call.link == "tel:+442079460123"
    assert call.outcome is Outcome.HANDED_OVER
    assert story.events == ["begun"]


@pytest.mark.parametrize(
    ("number", "user_id", "value", "error", "code"),
    [
        ("", 1, FOR_ALL, NumberError, "number_missing"),
        ("020&to=0900", 1, FOR_ALL, NumberError, "number_unclear"),
        ("020", 2, FOR_ALL, DialStringError, "extension_missing"),
        ("020", 3, FOR_ALL, NotFoundError, "not_found"),
        ("020", 99, FOR_ALL, NotFoundError, "not_found"),
        ("020", 1, "http://pbx:546342/#", CallNotPlacedError, "dial_string_faulty"),
        ("020", 1, "FUNCTION", CallNotPlacedError, "function_gave_nothing"),
        ("020", 1, " function ", CallNotPlacedError, "function_gave_nothing"),
    ],
)
async def test_what_stops_a_call_leaves_no_trace(
    number: str, user_id: int, value: str, error: type[Exception], code: str
) -> None:
    story = Story()
    exchange = exchange_for(story, {(MECHANISM_KEY, None): value})
    with pytest.raises(error) as caught:
        await exchange.place_call(number, user_id=user_id, channel=Channel.API)
    assert caught.value.error_code == code  # type: ignore[attr-defined]
    assert story.events == []


async def test_what_cannot_be_written_down_is_not_sent() -> None:
    story = Story(fails_at="begun")
    with pytest.raises(JournalError):
        await exchange_for(story).place_call("020", user_id=1, channel=Channel.API)
    assert story.events == []


async def test_outcome_is_told_when_it_cannot_be_written_and_is_written_when_it_can() -> None:
    story = Story(fails_at="ended")
    exchange = exchange_for(story)
    call = await exchange.place_call("020", user_id=1, channel=Channel.API)
    assert call.outcome is Outcome.SENT
    assert story.events == ["begun", "sent"]
    story.fails_at = ""
    await story.was_ended.wait()
    assert story.events == ["begun", "sent", "ended"]


async def test_client_that_goes_away_while_the_call_is_written_down_does_not_lose_it() -> None:
    story = Story(writing_gate=asyncio.Event())
    exchange = exchange_for(story)
    waiting = asyncio.create_task(exchange.start_call("020", user_id=1, channel=Channel.PAGE))
    await story.is_writing.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert story.writing_gate is not None
    story.writing_gate.set()
    await exchange.close(wait_s=5)
    assert story.events == ["begun", "sent", "ended"]
    assert exchange.underway == frozenset()


async def test_fault_of_ours_while_sending_ends_as_interrupted() -> None:
    story = Story(fails_at="sending")
    call = await exchange_for(story).place_call("020", user_id=1, channel=Channel.API)
    assert call.outcome is Outcome.INTERRUPTED
    assert story.events == ["begun", "sent", "ended"]


async def test_client_that_goes_away_does_not_stop_the_call() -> None:
    story = Story(gate=asyncio.Event())
    exchange = exchange_for(story)
    waiting = asyncio.create_task(exchange.place_call("020", user_id=1, channel=Channel.API))
    await story.was_sent.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert story.gate is not None
    story.gate.set()
    await exchange.close(wait_s=5)
    assert story.events == ["begun", "sent", "ended"]


async def test_started_call_can_be_waited_for() -> None:
    story = Story(gate=asyncio.Event())
    exchange = exchange_for(story)
    call = await exchange.start_call("020", user_id=1, channel=Channel.PAGE)
    assert call.outcome is Outcome.PLACING
    assert await exchange.outcome_of(call.id, wait_s=0) is None
    assert story.gate is not None
    story.gate.set()
    ended = await exchange.outcome_of(call.id)
    assert ended == replace(call, verdict=story.verdict)
    assert await exchange.outcome_of(call.id) is None


async def test_calls_still_in_flight_at_the_end_are_marked_interrupted() -> None:
    story = Story(gate=asyncio.Event())
    exchange = exchange_for(story)
    await exchange.start_call("020", user_id=1, channel=Channel.PAGE)
    await story.was_sent.wait()
    await exchange.close(wait_s=0)
    ended = story.entries[-1]
    assert isinstance(ended, Ended)
    assert ended.verdict.outcome is Outcome.INTERRUPTED


async def test_call_is_placed_by_one_picture_of_the_configuration() -> None:
    story = Story()
    configured = Configured({(MECHANISM_KEY, None): FOR_ALL})
    exchange = Exchange(configuration=configured, journal=story, sender=story, run_id="run")
    await exchange.place_call("020", user_id=1, channel=Channel.API)
    configured.values = {(MECHANISM_KEY, None): "http://new.example/#"}
    await exchange.place_call("021", user_id=1, channel=Channel.API)
    assert [request.url for request, _ in story.requests] == [
        "http://pbx.example/dial?from=203&to=020",
        "http://new.example/021",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_words(outcome: Outcome) -> None:
    assert outcome.label
    assert outcome.sentence.endswith((".", "…"))
    assert outcome.is_final is (outcome is not Outcome.PLACING)
    assert not (outcome.is_success and outcome.may_have_rung)
