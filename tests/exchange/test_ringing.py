"""Who may ring what, where calls are placed: what is looked at, sent, written down and counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.exchange.test_exchange import Story
from webdial.errors import WebdialError
from webdial.exchange import Caller, Channel, Configuration, Exchange, Outcome
from webdial.exchange.calls import PlacedCall
from webdial.exchange.general_settings import (
    ALLOWED_HOSTS,
    MECHANISM,
    NUMBER_COUNTRY,
    NUMBER_RULES,
    OUTSIDE_LINE,
    SettingDefinition,
    key_of,
)
from webdial.exchange.journal import Begun, Entry
from webdial.exchange.ringing import MAX_LOGGED, BlockedTooOftenError, UnconfirmedError
from webdial.exchange.ringing_settings import NEVER_RUNG, QUIET_HOURS, TIME_ZONE, USER_MINUTE
from webdial.exchange.terms import TallyFullError
from webdial.exchange.watching import Watcher
from webdial.numbers import StepKind

CARL = Caller(1, "carl", "CO", "Carl", "203", None, "")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Counting(Story):
    """A journal with tallies, as the database has them, and the sender."""

    counts: dict[tuple[str, int, int], int] = field(default_factory=dict)

    async def write(self, entry: Entry) -> None:
        if isinstance(entry, Begun):
            keys = [
                (
                    tally,
                    (
                        tally.key,
                        tally.window_s,
                        int(entry.call.placed_at.timestamp()) // tally.window_s,
                    ),
                )
                for tally in entry.terms.tallies
            ]
            for tally, key in keys:
                if self.counts.get(key, 0) >= tally.limit:
                    raise TallyFullError(tally)
            for _, key in keys:
                self.counts[key] = self.counts.get(key, 0) + 1
        await super().write(entry)


@dataclass
class Blocks(Watcher):
    seen: list[tuple[Channel, str]] = field(default_factory=list)
    ended: list[Outcome] = field(default_factory=list)

    def call_blocked(self, channel: Channel, reason: str) -> None:
        self.seen.append((channel, reason))

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        self.ended.append(call.outcome)


class Returns:
    """A database function that returns one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def dial_string(self, number: str, caller: Caller, configuration: Configuration) -> str:
        return self.text


@dataclass
class Site:
    """An exchange with all that it works with."""

    values: Mapping[SettingDefinition, str]
    caller: Caller = CARL
    function: str = ""
    story: Counting = field(default_factory=Counting)
    watcher: Blocks = field(default_factory=Blocks)
    now: datetime = NOON

    def __post_init__(self) -> None:
        values: dict[tuple[str, int | None], str] = {
            (key_of(ALLOWED_HOSTS.name), None): "pbx.example, 192.0.2.7:5060",
            (key_of(MECHANISM.name), None): "FUNCTION"
            if self.function
            else "http://pbx.example/?to=#",
        }
        values |= {(key_of(setting.name), None): value for setting, value in self.values.items()}
        self.current = Configuration(1, {1: self.caller}, {}, {}, values)
        self.exchange = Exchange(
            configuration=self, journal=self.story, sender=self.story, run_id="run",
            function=Returns(self.function), watcher=self.watcher, clock=lambda: self.now,
        )  # fmt: skip

    async def place(self, number: str, *, is_confirmed: bool = False) -> PlacedCall:
        return await self.exchange.place_call(
            number, user_id=1, channel=Channel.API, is_confirmed=is_confirmed
        )

    def sent(self) -> list[str]:
        return [request.url for request, _ in self.story.requests]


async def test_blocked_call_is_in_the_log_with_its_rule_and_nothing_is_sent() -> None:
    site = Site({NUMBER_COUNTRY: "GB"})
    call = await site.place("+49 30 1234567")
    assert call.outcome is Outcome.BLOCKED
    assert call.sentence == (
        "You may not ring numbers abroad. Nothing was dialled. An administrator can give you the right "
        "to ring abroad, in Maintenance | Users."
    )
    (entry,) = site.story.entries
    assert isinstance(entry, Begun)
    assert entry.call == call
    step = call.prepared.steps[-1]
    assert (step.kind, step.setting, step.why, step.where) == (
        StepKind.RINGING,
        "Numbers That Need a Right",
        "You may not ring numbers abroad.",
        "the default; nothing is set",
    )
    assert site.sent() == []
    assert site.watcher.seen == [(Channel.API, "abroad")]
    assert site.watcher.ended == [Outcome.BLOCKED]


async def test_blocked_call_may_be_tried_again_at_once() -> None:
    site = Site({NUMBER_COUNTRY: "GB"})
    first, second = await site.place("+49 30 1234567"), await site.place("+49 30 1234567")
    assert first.id != second.id
    assert second.repeats is None


async def test_emergency_number_is_rung_when_it_is_confirmed() -> None:
    site = Site({NUMBER_COUNTRY: "GB", QUIET_HOURS: "Mon-Sun", USER_MINUTE: "1"})
    with pytest.raises(UnconfirmedError) as caught:
        await site.place("999")
    assert caught.value.message == "This is an emergency number. Ring 999?"
    assert site.story.entries == []
    for number in ("999", "112", "9,999"):
        call = await site.place(number, is_confirmed=True)
        assert call.outcome is Outcome.SENT
    assert site.story.counts == {}
    assert len(site.sent()) == 3


async def test_link_to_an_emergency_number_is_confirmed_as_well() -> None:
    site = Site({MECHANISM: "tel:#"})
    with pytest.raises(UnconfirmedError):
        await site.place("999")
    call = await site.place("999", is_confirmed=True)
    assert call.link == "tel:999"


async def test_link_to_a_number_that_is_never_rung_is_not_handed_out() -> None:
    site = Site({MECHANISM: "tel:#", NEVER_RUNG: "0871"})
    call = await site.place("0871 123 4567")
    assert (call.outcome, call.link) == (Outcome.BLOCKED, None)


async def test_number_is_looked_at_as_it_is_dialled() -> None:
    site = Site({NUMBER_COUNTRY: "GB", NUMBER_RULES: r"555(\d+) => 0906\1"})
    assert (await site.place("5551234567")).outcome is Outcome.BLOCKED
    assert site.watcher.seen == [(Channel.API, "premium")]


async def test_number_is_looked_at_as_it_was_typed() -> None:
    site = Site({NUMBER_COUNTRY: "GB", NUMBER_RULES: r"0906(\d+) => 555\1"})
    assert (await site.place("0906 123 4567")).outcome is Outcome.BLOCKED


async def test_prefix_that_a_setting_puts_is_no_part_of_the_number() -> None:
    site = Site({NUMBER_COUNTRY: "DE", OUTSIDE_LINE: "0"})
    assert (await site.place("030 1234567")).outcome is Outcome.SENT
    assert site.sent() == ["http://pbx.example/?to=00301234567"]
    assert (await site.place("0900 1234567")).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "text",
    [
        "http://pbx.example/?to=09061234567&ext=203",
        "http://pbx.example/dial/%2B449061234567",
        "{POST}http://pbx.example/<&>to=09061234567",
        "sip:09061234567@pbx.example",
    ],
)
async def test_function_puts_no_barred_number_in_the_place_of_another(text: str) -> None:
    site = Site({NUMBER_COUNTRY: "GB"}, function=text)
    assert (await site.place("5")).outcome is Outcome.BLOCKED
    assert site.sent() == []


async def test_function_may_change_a_number_that_may_be_rung() -> None:
    site = Site(
        {NUMBER_COUNTRY: "GB"}, function="http://192.0.2.7:5060/?to=02079460123&at=1772452800"
    )
    assert (await site.place("5")).outcome is Outcome.SENT


async def test_number_given_to_a_function_is_under_the_rules() -> None:
    site = Site({NUMBER_COUNTRY: "GB"}, function="http://pbx.example/?to=1")
    assert (await site.place("0906 123 4567")).outcome is Outcome.BLOCKED


async def test_call_beyond_a_limit_is_blocked_and_not_counted() -> None:
    site = Site({USER_MINUTE: "2"})
    outcomes = [(await site.place(f"020 7946 012{digit}")).outcome for digit in range(4)]
    assert outcomes == [Outcome.SENT, Outcome.SENT, Outcome.BLOCKED, Outcome.BLOCKED]
    assert site.watcher.seen == [(Channel.API, "user_minute")] * 2
    assert sorted(site.story.counts.values()) == [2, 2]
    assert len(site.sent()) == 2
    site.now += timedelta(minutes=1)
    assert (await site.place("020 7946 0123")).outcome is Outcome.SENT


async def test_flood_of_blocks_is_told_and_counted_and_does_not_fill_the_log() -> None:
    site = Site({NUMBER_COUNTRY: "GB"})
    for digit in range(MAX_LOGGED):
        assert (await site.place(f"+49 30 123456{digit}")).outcome is Outcome.BLOCKED
    for _ in range(3):
        with pytest.raises(BlockedTooOftenError) as caught:
            await site.place("+49 30 1234567")
        assert caught.value.error_code == "blocked_too_often"
        assert caught.value.message == "You may not ring numbers abroad."
    assert len(site.story.entries) == MAX_LOGGED
    assert len(site.watcher.seen) == MAX_LOGGED + 3
    site.now += timedelta(minutes=1)
    assert (await site.place("+49 30 1234567")).outcome is Outcome.BLOCKED


async def test_what_is_told_beforehand_is_what_happens() -> None:
    site = Site({NUMBER_COUNTRY: "GB", QUIET_HOURS: "12:00-13:00", TIME_ZONE: "Europe/London"})
    for number in ("+49 30 1234567", "020 7946 0123", "0906 123 4567"):
        prepared = await site.exchange.prepare_call(number, user_id=1)
        told = site.exchange.tell_ringing(prepared)
        call = await site.place(number)
        assert not told.is_let_through
        assert call.verdict is not None
        assert (told.sentence, told.hint) == (call.verdict.message, call.verdict.next_step)
        assert told.setting == call.prepared.steps[-1].setting


async def test_right_of_the_user_lets_through() -> None:
    site = Site({NUMBER_COUNTRY: "GB"}, caller=replace(CARL, may_ring_abroad=True))
    assert (await site.place("+49 30 1234567")).outcome is Outcome.SENT
    prepared = await site.exchange.prepare_call("+49 30 1234567", user_id=1)
    told = site.exchange.tell_ringing(prepared)
    assert told.is_let_through
    assert told.limits == ("Calls per Minute for a User: 30", "Calls per Day for a User: 1000")


async def test_setting_at_fault_stops_calls_with_its_name() -> None:
    site = Site({QUIET_HOURS: "late"})
    with pytest.raises(WebdialError) as caught:
        await site.place("020 7946 0123")
    assert caught.value.error_code == "ringing_setting_faulty"
