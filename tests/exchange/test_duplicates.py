"""Nothing twice: requests that are known by their key, and second clicks."""

import asyncio
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.ledger import Ledger
from tests.exchange.test_exchange import FOR_ALL, MECHANISM_KEY, Configured
from webdial.dialstring import HttpRequest, Link
from webdial.errors import JournalError
from webdial.exchange import Channel, Exchange, Outcome, PlacedCall, TimeLimits, Verdict
from webdial.exchange.calls import Repeat
from webdial.exchange.clicks import Clicks
from webdial.exchange.duplicates import (
    AnsweredBeforeError,
    Duplicates,
    KeyReusedError,
    Once,
    once_by_form,
    once_by_key,
)
from webdial.exchange.general_settings import SAME_CALL_WITHIN, key_of
from webdial.exchange.ringing_settings import NEVER_RUNG
from webdial.numbers import NumberError

SENT = Verdict(Outcome.SENT, 200, "OK")
REFUSED = Verdict(Outcome.CONNECTION_REFUSED)
WITHIN = key_of(SAME_CALL_WITHIN.name)
BLOCKED_KEY = (key_of(NEVER_RUNG.name), None)


@dataclass
class Wire:
    """A Sender that gives the verdicts in turn, the last one for ever."""

    verdicts: list[Verdict] = field(default_factory=lambda: [SENT])
    sent: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, request: HttpRequest, _limits: TimeLimits) -> Verdict:
        self.sent.append(request.url)
        self.was_asked.set()
        if self.gate is not None:
            await self.gate.wait()
        return self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]


@dataclass
class SlowLedger(Ledger):
    """Says when it is asked for the last call, and answers when it is let."""

    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def latest(self, user_id: int, dialled: str, *, within_s: float) -> PlacedCall | None:
        self.was_asked.set()
        await self.answers.wait()
        return await super().latest(user_id, dialled, within_s=within_s)


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Office:
    """One ledger and one wire, and as many nodes as a test wants."""

    ledger: Ledger = field(default_factory=Ledger)
    wire: Wire = field(default_factory=Wire)
    clock: Clock = field(default_factory=Clock)
    values: dict[tuple[str, int | None], str] = field(
        default_factory=lambda: {(MECHANISM_KEY, None): FOR_ALL}
    )

    def node(self, *, has_company: bool = False) -> Exchange:
        return Exchange(
            configuration=Configured(self.values),
            journal=self.ledger,
            sender=self.wire,
            run_id="run",
            duplicates=Duplicates(
                records=self.ledger, has_company=lambda: has_company, clicks=Clicks(self.clock)
            ),
        )


async def place(
    exchange: Exchange,
    number: str = "020 7946 0123",
    *,
    user_id: int = 1,
    once: Once | None = None,
    again: UUID | None = None,
) -> PlacedCall:
    return await exchange.place_call(
        number, user_id=user_id, channel=Channel.API, once=once, again=again
    )


def key(text: str = "k", number: str = "020 7946 0123", *, user_id: int = 1) -> Once:
    return once_by_key(user_id, text, (number, None))


async def test_second_click_gives_the_first_call() -> None:
    office = Office()
    node = office.node()
    first = await place(node)
    second = await place(node, "020-7946-0123")
    assert second == replace(first, repeats=Repeat.CLICK)
    assert len(office.wire.sent) == 1


async def test_second_click_waits_for_the_first_ones_outcome() -> None:
    office = Office(wire=Wire(gate=asyncio.Event()))
    node = office.node()
    both = [asyncio.create_task(place(node)) for _ in range(2)]
    await office.wire.was_asked.wait()
    assert office.wire.gate is not None
    office.wire.gate.set()
    first, second = await asyncio.gather(*both)
    assert (first.repeats, second.repeats) == (None, Repeat.CLICK)
    assert (second.id, second.verdict) == (first.id, SENT)
    assert len(office.wire.sent) == 1


async def test_another_number_or_another_user_is_another_call() -> None:
    office = Office(values={(MECHANISM_KEY, None): "http://pbx.example/#"})
    node = office.node()
    await place(node)
    await place(node, "020 7946 0124")
    await place(node, user_id=2)
    assert len(office.wire.sent) == 3


async def test_click_after_the_time_is_a_new_call() -> None:
    office = Office(values={(MECHANISM_KEY, None): FOR_ALL, (WITHIN, 10): "7.5"})
    node = office.node()
    first = await place(node)
    office.clock.now_s = 7.4
    assert (await place(node)).id == first.id
    office.clock.now_s = 7.5
    assert (await place(node)).id != first.id


@pytest.mark.parametrize("off", ["", "0"])
async def test_switched_off_every_click_is_a_call(off: str) -> None:
    office = Office(values={(MECHANISM_KEY, None): FOR_ALL, (WITHIN, None): off})
    node = office.node()
    assert (await place(node)).id != (await place(node)).id


@pytest.mark.parametrize("outcome", [each for each in Outcome if each.is_final])
@pytest.mark.parametrize("has_company", [False, True])
async def test_what_cannot_have_rung_may_be_tried_again_at_once(
    outcome: Outcome, has_company: bool
) -> None:
    office = Office(wire=Wire([Verdict(outcome), SENT]))
    nodes = [office.node(has_company=has_company) for _ in range(2)]
    first = await place(nodes[0])
    second = await place(nodes[1 if has_company else 0])
    assert (second.id == first.id) is (outcome.is_success or outcome.may_have_rung)
    third = await place(nodes[0])
    assert third.id == second.id, "the one that was tried again stands for the next click"


async def test_call_that_was_stopped_may_be_tried_again_at_once() -> None:
    office = Office(ledger=Ledger(full_for=1))
    node = office.node()
    with pytest.raises(JournalError):
        await place(node)
    assert (await place(node)).repeats is None
    assert len(office.wire.sent) == 1


async def test_second_click_places_the_call_when_the_first_could_not_be_written() -> None:
    office = Office(ledger=Ledger(full_for=1))
    node = office.node()
    told = await asyncio.gather(place(node), place(node), place(node), return_exceptions=True)
    assert isinstance(told[0], JournalError)
    placed = [each for each in told if isinstance(each, PlacedCall)]
    assert {each.id for each in placed} == set(office.ledger.calls)
    assert len(office.wire.sent) == len(office.ledger.calls) == 1


async def test_second_click_after_the_first_client_went_away_is_the_same_call() -> None:
    office = Office(ledger=Ledger(gate=asyncio.Event()))
    node = office.node()
    first = asyncio.create_task(place(node))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(place(node))
    with pytest.raises(asyncio.CancelledError):
        await first
    assert office.ledger.gate is not None
    office.ledger.gate.set()
    assert (await second).id in office.ledger.calls
    assert len(office.wire.sent) == 1


async def test_link_is_not_handed_over_for_a_second_click() -> None:
    office = Office(values={})
    node = office.node()
    first = await place(node)
    second = await place(node)
    assert (first.outcome, second.id) == (Outcome.HANDED_OVER, first.id)
    assert len(office.ledger.calls) == 1


async def test_second_click_on_a_link_is_given_it_as_it_is() -> None:
    """The log has it with its secrets masked, and cut where it is long."""
    office = Office(values={(MECHANISM_KEY, None): f"dial:#?{'x' * 3000}"})
    node = office.node()
    first = await place(node)
    office.ledger.calls[first.id] = replace(
        first, prepared=replace(first.prepared, plan=Link("dial:"))
    )
    second = await place(node)
    assert (second.repeats, second.link) == (Repeat.CLICK, first.link)


@pytest.mark.parametrize("values", [{}, {(MECHANISM_KEY, None): FOR_ALL, BLOCKED_KEY: "020"}])
async def test_click_of_whoever_went_away_holds_up_nobody(
    values: dict[tuple[str, int | None], str],
) -> None:
    """A link, or a blocked call, that was being written: nobody was given it, so the next click is the first."""
    office = Office(ledger=Ledger(gate=asyncio.Event()), values=values)
    node = office.node()
    first = asyncio.create_task(place(node))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = asyncio.create_task(place(node))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert office.ledger.gate is not None
    office.ledger.gate.set()
    assert (await asyncio.wait_for(waiting, 10)).repeats is None


async def test_click_of_whoever_went_away_in_company_holds_up_nobody() -> None:
    """Gone while the database was asked for another process's call."""
    ledger = SlowLedger()
    office = Office(ledger=ledger)
    node = office.node(has_company=True)
    first = asyncio.create_task(place(node))
    await ledger.was_asked.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    ledger.answers.set()
    assert (await asyncio.wait_for(place(node), 10)).repeats is None
    assert len(office.wire.sent) == 1


@pytest.mark.parametrize("has_company", [False, True])
async def test_again_on_purpose_dials_and_a_double_click_on_it_does_not(has_company: bool) -> None:
    office = Office()
    nodes = [office.node(has_company=has_company) for _ in range(2 if has_company else 1)]
    first = await place(nodes[0])
    again = await place(nodes[-1], again=first.id)
    double = await place(nodes[0], again=first.id)
    assert (again.repeats, double.repeats) == (None, Repeat.CLICK)
    assert first.id != again.id == double.id


async def test_old_clicks_are_forgotten() -> None:
    office = Office()
    node = office.node()
    for minute in range(20):
        office.clock.now_s = minute * 60.0
        await place(node)
        await place(node, "020 7946 0124")
    clicks = node.duplicates.clicks
    assert len(clicks._by_key) == len(clicks._in_order) == 2


async def test_of_a_call_that_has_ended_only_its_outcome_stays_in_memory() -> None:
    office = Office()
    node = office.node()
    call = await place(node)
    (click,) = node.duplicates.clicks._in_order
    assert (click.outcome, click.call) == (Outcome.SENT, None)
    assert (await place(node)).id == call.id


async def test_second_click_is_told_an_end_that_could_not_be_written() -> None:
    office = Office(wire=Wire(gate=asyncio.Event()))
    node = office.node()
    first = asyncio.create_task(place(node))
    await office.wire.was_asked.wait()
    office.ledger.full_for = 1
    assert office.wire.gate is not None
    office.wire.gate.set()
    assert (await first).verdict == SENT
    assert office.ledger.calls[(await first).id].verdict is None
    second = await place(node)
    assert (second.id, second.verdict) == ((await first).id, SENT)
    await node.close(wait_s=0)


async def test_call_that_was_taken_out_of_the_log_stands_for_nothing() -> None:
    office = Office()
    node = office.node()
    first = await place(node)
    office.ledger.calls.clear()
    second = await place(node)
    assert (second.repeats, second.id == first.id) == (None, False)
    assert (await place(node)).id == second.id


async def test_key_gives_the_same_call_long_after_and_on_another_node() -> None:
    office = Office()
    first = await place(office.node(), once=key())
    office.clock.now_s = 3600
    second = await place(office.node(), once=key())
    assert second == replace(first, repeats=Repeat.KEY)
    assert len(office.wire.sent) == 1


async def test_key_gives_the_same_call_although_the_number_could_no_longer_be_dialled() -> None:
    office = Office()
    node = office.node()
    first = await place(node, once=key())
    office.values[(MECHANISM_KEY, None)] = "http://pbx:546342/#"
    office.clock.now_s = 3600
    assert (await place(node, once=key())).id == first.id


async def test_key_of_a_call_with_any_outcome_gives_that_call() -> None:
    office = Office(wire=Wire([REFUSED, SENT]))
    node = office.node()
    first = await place(node, once=key())
    assert await place(node, once=key()) == replace(first, repeats=Repeat.KEY)
    assert len(office.wire.sent) == 1


async def test_key_of_a_call_that_was_stopped_may_be_used_again() -> None:
    office = Office(ledger=Ledger(full_for=1))
    node = office.node()
    with pytest.raises(JournalError):
        await place(node, once=key())
    with pytest.raises(NumberError):
        await place(node, "not a number", once=key("n", "not a number"))
    assert (await place(node, once=key())).repeats is None


@pytest.mark.parametrize("has_company", [False, True])
async def test_call_that_was_blocked_may_be_asked_for_again_by_key_and_by_click(
    has_company: bool,
) -> None:
    office = Office()
    node = office.node(has_company=has_company)
    office.values[(key_of(NEVER_RUNG.name), None)] = "020 7946"
    assert (await place(node, once=key())).outcome is Outcome.BLOCKED
    del office.values[(key_of(NEVER_RUNG.name), None)]
    second = await place(node, once=key())
    assert (second.outcome, second.repeats) == (Outcome.SENT, None)
    office.values[(key_of(NEVER_RUNG.name), None)] = "020 7946"
    office.clock.now_s = 3600
    assert (await place(node, once=key())).id == second.id, "not blocked, but that call"


async def test_key_with_another_payload_is_refused() -> None:
    office = Office()
    node = office.node()
    await place(node, once=key())
    with pytest.raises(KeyReusedError):
        await place(node, "020 7946 0124", once=key("k", "020 7946 0124"))
    assert len(office.wire.sent) == 1


async def test_key_is_the_users_own() -> None:
    office = Office(values={(MECHANISM_KEY, None): "http://pbx.example/#"})
    node = office.node()
    first = await place(node, once=key())
    assert (await place(node, user_id=2, once=key(user_id=2))).id != first.id


async def test_key_of_a_second_click_is_the_first_calls_from_then_on() -> None:
    office = Office()
    node = office.node()
    first = await place(node, once=key("a"))
    assert (await place(node, once=key("b"))).repeats is Repeat.CLICK
    office.clock.now_s = 3600
    assert (await place(node, once=key("b"))).id == first.id
    assert len(office.wire.sent) == 1


async def test_old_key_within_the_time_of_a_newer_call_gives_its_own_call() -> None:
    office = Office()
    node = office.node()
    old = await place(node, once=key("old"))
    office.clock.now_s = 3600
    new = await place(node, once=key("new"))
    assert new.id != old.id
    assert (await place(node, once=key("old"))).id == old.id


async def test_form_dials_each_number_once() -> None:
    office = Office()
    node = office.node()
    numbers = ["020 7946 0123", "020 7946 0124"] * 2
    calls = []
    for number in numbers:
        office.clock.now_s += 60
        calls.append(await place(node, number, once=once_by_form(1, "form", (number, None))))
    assert [call.repeats for call in calls] == [None, None, Repeat.KEY, Repeat.KEY]
    assert len(office.wire.sent) == 2


async def test_form_that_was_answered_without_a_call_does_not_dial_when_sent_once_more() -> None:
    office = Office()
    node = office.node()
    once = once_by_form(1, "form", ("020 7946 0123", None))
    await node.duplicates.spend(once)
    with pytest.raises(AnsweredBeforeError):
        await place(node, once=once)
    assert office.wire.sent == []


async def test_nothing_personal_stands_in_a_claim() -> None:
    office = Office()
    await place(office.node(has_company=True), once=key())
    assert len(office.ledger.held) == 3
    assert not [held for held in office.ledger.held if "7946" in held or len(held) > 100]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),  # the node
            st.integers(0, 2),  # how many turns of the loop it waits before
            st.booleans(),  # whether its client goes away at once
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)
def test_whatever_the_order_requests_come_in_they_are_one_call(
    requests: list[tuple[int, int, bool]], is_by_key: bool, is_alone: bool, full_for: int
) -> None:
    """By key with the double click switched off, or as clicks alone; on one node or on three."""

    async def one(nodes: list[Exchange], node: int, turns: int, goes_away: bool) -> object:
        for _ in range(turns):
            await asyncio.sleep(0)
        task = asyncio.create_task(place(nodes[node], once=key() if is_by_key else None))
        if goes_away:
            await asyncio.sleep(0)
            task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    async def run() -> None:
        office = Office(ledger=Ledger(full_for=full_for))
        if is_by_key:
            office.values[(WITHIN, None)] = ""
        nodes = (
            [office.node()] * 3 if is_alone else [office.node(has_company=True) for _ in range(3)]
        )
        told = await asyncio.gather(*(one(nodes, *request) for request in requests))
        for node in nodes:
            await node.close(wait_s=5)
        placed = [each for each in told if isinstance(each, PlacedCall)]
        assert len(office.wire.sent) == len(office.ledger.calls) <= 1
        assert {each.id for each in placed} <= set(office.ledger.calls)
        assert len([each for each in placed if each.repeats is None]) <= 1
        if not full_for and not any(goes_away for _, _, goes_away in requests):
            assert len(placed) == len(requests)
        others = [each for each in told if not isinstance(each, PlacedCall)]
        assert all(isinstance(each, JournalError | asyncio.CancelledError) for each in others)

    asyncio.run(run())
