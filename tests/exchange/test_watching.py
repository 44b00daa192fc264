"""What the exchange tells its watcher, and which call is being worked on meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tests.exchange.test_exchange import FOR_ALL, MECHANISM_KEY, Configured, Story
from tests.exchange.test_journal import Store, an_entry
from webdial.dialstring import HttpRequest
from webdial.errors import JournalError, WebdialError
from webdial.exchange import (
    Channel,
    Exchange,
    GroupCommitJournal,
    Outcome,
    PlacedCall,
    TimeLimits,
    Verdict,
)
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import VERIFY, Certificate, SystemSetup
from webdial.exchange.watching import Several, Watcher, current_call
from webdial.numbers import clean_number
from webdial.phonesystems import Answer, read_phone_system


@dataclass
class Told(Watcher):
    """Keeps what it is told, with the call that was being worked on."""

    events: list[tuple[object, ...]] = field(default_factory=list)
    ids: set[UUID | None] = field(default_factory=set)

    def _keep(self, *event: object) -> None:
        self.events.append(event)
        self.ids.add(current_call.get())

    def call_begun(self, call: PlacedCall) -> None:
        self._keep("begun", call.id, call.outcome)

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        assert took_s > 0
        self._keep("ended", call.id, call.outcome)

    def call_stopped(self, channel: Channel, error_code: str) -> None:
        self._keep("stopped", channel, error_code)

    def answered(self, phone_system: str, took_s: float) -> None:
        self._keep("answered", phone_system)

    def logged_in(self, phone_system: str, *, is_success: bool) -> None:
        self._keep("logged in", phone_system, is_success)

    def function_ran(self, result: str, took_s: float) -> None:
        self._keep("function", result)

    def end_not_written(self, call_id: UUID) -> None:
        self._keep("late", call_id)

    def entries_written(self, lags_s: Sequence[float]) -> None:
        self._keep("written", len(lags_s), min(lags_s) > 0)

    def entries_failed(self, count: int) -> None:
        self._keep("failed", count)


def watched(story: Story, told: Watcher, dial_string: str = FOR_ALL) -> Exchange:
    return Exchange(
        configuration=Configured({(MECHANISM_KEY, None): dial_string}),
        journal=story, sender=story, run_id="run", watcher=told, retry_delays_s=[0.01] * 100,
    )  # fmt: skip


async def place(exchange: Exchange, number: str = "020 7946 0123") -> PlacedCall:
    return await exchange.place_call(number, user_id=1, channel=Channel.API)


async def test_call_is_told_from_its_beginning_to_its_end() -> None:
    told = Told()
    call = await place(watched(Story(), told))
    assert told.events == [
        ("begun", call.id, Outcome.PLACING),
        ("answered", ""),
        ("ended", call.id, Outcome.SENT),
    ]
    assert told.ids == {call.id}
    assert current_call.get() is None


async def test_link_begins_and_ends_at_once() -> None:
    told = Told()
    call = await place(watched(Story(), told, "tel:#"))
    kinds = [event[0] for event in told.events]
    assert (kinds, told.ids) == (["begun", "ended"], {call.id})


async def test_stopped_call_is_told_with_its_code_and_under_the_id_it_would_have_had() -> None:
    told = Told()
    with pytest.raises(WebdialError) as caught:
        await place(watched(Story(), told), "no number")
    assert told.events == [("stopped", Channel.API, caught.value.error_code)]
    assert None not in told.ids
    assert current_call.get() is None


async def test_call_that_could_not_be_written_down_is_stopped() -> None:
    told = Told()
    with pytest.raises(JournalError):
        await place(watched(Story(fails_at="begun"), told))
    assert told.events == [("stopped", Channel.API, "journal_unavailable")]


async def test_end_that_is_not_written_is_told_and_counted_until_it_is() -> None:
    told, story = Told(), Story(fails_at="ended")
    exchange = watched(story, told)
    call = await place(exchange)
    assert ("late", call.id) in told.events
    assert exchange.late_ends == 1
    story.fails_at = ""
    await asyncio.gather(*exchange._late)
    assert (story.events[-1], exchange.late_ends) == ("ended", 0)


async def test_call_that_the_end_of_the_program_cuts_short_is_told_as_interrupted() -> None:
    told, story = Told(), Story(gate=asyncio.Event())
    exchange = watched(story, told)
    call = await exchange.start_call("0123 456", user_id=1, channel=Channel.API)
    await story.was_sent.wait()
    await exchange.close(wait_s=0)
    assert told.events == [
        ("begun", call.id, Outcome.PLACING),
        ("ended", call.id, Outcome.INTERRUPTED),
    ]


async def test_journal_tells_how_long_entries_waited() -> None:
    told, store = Told(), Store()
    journal = GroupCommitJournal(store, watcher=told)
    assert journal.is_alive
    await journal.write(an_entry())
    journal.close()
    assert told.events == [("written", 1, True)]
    assert not journal.is_alive


async def test_journal_tells_of_entries_that_could_not_be_written() -> None:
    told, store = Told(), Store()
    store.is_broken = True
    journal = GroupCommitJournal(store, watcher=told)
    with pytest.raises(JournalError):
        await journal.write(an_entry())
    journal.close()
    assert told.events == [("failed", 1)]


async def test_journal_counts_what_waits() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    writings = [asyncio.create_task(journal.write(an_entry()))]
    await asyncio.to_thread(store.is_writing.wait, 10)
    writings += [asyncio.create_task(journal.write(an_entry())) for _ in range(3)]
    await asyncio.sleep(0)
    assert journal.waiting_count == 3
    store.may_write.set()
    await asyncio.gather(*writings)
    assert journal.waiting_count == 0
    journal.close()


WITH_LOG_IN = """
title = "Own"
vendor = "Own"
[log_in]
[[log_in.steps]]
request = "http://pbx.example/log-in"
success = "text contains welcome"
take = { token = "text" }
[dial]
request = "http://pbx.example/dial?to=#&by={token}"
"""


class Wire:
    """A Transport that answers everything alike."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate = VERIFY
    ) -> Answer | Verdict:
        return Answer(200, body=self._body)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"welcome", [("logged in", "HQ", True), ("answered", "HQ")]),
        (b"go away", [("logged in", "HQ", False)]),
    ],
)
async def test_phone_system_tells_log_ins_and_the_answer_to_the_dial_request_alone(
    body: bytes, events: list[tuple[object, ...]]
) -> None:
    told = Told()
    setup = SystemSetup(4, "HQ", read_phone_system(WITH_LOG_IN, id="own"))
    carl = Caller(1, "carl", "CO", "Carl", "203", None, "")
    configuration = Configuration(1, {1: carl}, {}, {}, {}, setups={"hq": setup})
    resolver = Resolver(configuration, carl, clean_number("0123"), show_nothing)
    caller = SystemCaller(Wire(body), watcher=told)
    await caller.place(resolver.for_system(setup), TimeLimits(5, 30))
    assert told.events == events


async def test_call_from_a_test_page_is_told_too() -> None:
    """It logs in for itself, shows each step, and is a request to the phone system like any other."""
    told, steps = Told(), []
    setup = SystemSetup(4, "HQ", read_phone_system(WITH_LOG_IN, id="own"))
    carl = Caller(1, "carl", "CO", "Carl", "203", None, "")
    configuration = Configuration(1, {1: carl}, {}, {}, {}, setups={"hq": setup})
    resolver = Resolver(configuration, carl, clean_number("0123"), show_nothing)
    caller = SystemCaller(Wire(b"welcome"), watcher=told)
    trial = caller.watched(lambda *step: steps.append(step))
    await trial.place(resolver.for_system(setup), TimeLimits(5, 30))
    assert told.events == [("logged in", "HQ", True), ("answered", "HQ")]
    assert len(steps) == 2


async def test_several_watchers_are_all_told_the_same() -> None:
    first, second = Told(), Told()
    several = Several([first, second])
    call = await place(watched(Story(), several))
    several.logged_in("HQ", is_success=True)
    several.function_ran("null", 0.1)
    several.end_not_written(call.id)
    several.entries_written([0.1])
    several.entries_failed(2)
    several.call_stopped(Channel.CLI, "not_found")
    kinds = [event[0] for event in first.events]
    assert kinds == [
        "begun", "answered", "ended", "logged in", "function", "late", "written", "failed", "stopped",
    ]  # fmt: skip
    assert first == second
