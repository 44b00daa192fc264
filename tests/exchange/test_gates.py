"""Gates: what is held back, what goes through, and what one phone system's trouble is to the others."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from tests.exchange.test_breaker import HandClock
from webdial.dialstring import HttpRequest
from webdial.errors import JournalError
from webdial.exchange import Caller, Channel, Configuration, Exchange, Outcome, TimeLimits, Verdict
from webdial.exchange.breaker import FIRST_PAUSE_S, Held
from webdial.exchange.calls import PlacedCall
from webdial.exchange.gates import MAX_GATES, GateKey, Gates, is_gone, place_of
from webdial.exchange.general_settings import (
    ALLOWED_HOSTS,
    LONGEST_PAUSE,
    MECHANISM,
    MOST_FAILURES,
    MOST_IN_FLIGHT,
    SettingDefinition,
    key_of,
)
from webdial.exchange.journal import Begun, Entry
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import Certificate, StoredValue, SystemSetup
from webdial.exchange.watching import Watcher
from webdial.phonesystems import Answer, read_phone_system

GLASGOW, LEEDS = 10, 20
ADA = Caller(1, "ada", "AL", "Ada", "201", GLASGOW, "Glasgow")
BEA = Caller(2, "bea", "BB", "Bea", "202", LEEDS, "Leeds")
GONE = Verdict(Outcome.CONNECTION_REFUSED)
SENT = Verdict(Outcome.SENT, 200, "OK")

HANDSETS = """
title = "Handsets"
vendor = "Acme"
kind = "phone"
confidence = "own"

[fields.host]
label = "Address of the phone"
of = "user"

[dial]
request = "http://{host}/dial?to=#"
"""


@dataclass
class World(Watcher):
    """Configuration, journal, sender and watcher in one: phone systems are well or gone, by their place."""

    settings: Mapping[SettingDefinition, str] = field(default_factory=dict)
    setups: Mapping[str, SystemSetup] = field(default_factory=dict)
    hosts: Mapping[int, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    told: list[tuple[str, int]] = field(default_factory=list)
    fails: bool = False
    silence: asyncio.Event | None = None

    @property
    def current(self) -> Configuration:
        values: dict[tuple[str, int | None], str] = {
            (key_of(MECHANISM.name), GLASGOW): "http://glasgow.example:8080/dial?from=^&to=#",
            (key_of(MECHANISM.name), LEEDS): "http://leeds.example/dial?from=^&to=#",
            (key_of(ALLOWED_HOSTS.name), None): "10.0.0.0/24",
        }
        if self.setups:
            values = {key: value for key, value in values.items() if key[1] is None}
            values |= {(key_of(MECHANISM.name), None): name for name in self.setups}
        values |= {(key_of(each.name), None): value for each, value in self.settings.items()}
        user_values = {
            (setup.id, user, None): {"host": StoredValue(host)}
            for setup in self.setups.values()
            for user, host in self.hosts.items()
        }
        return Configuration(
            1, {1: ADA, 2: BEA}, {}, {GLASGOW: "Glasgow", LEEDS: "Leeds"}, values,
            setups={key_of(name): setup for name, setup in self.setups.items()},
            user_values=user_values,
        )  # fmt: skip

    async def write(self, entry: Entry) -> None:
        if self.fails:
            raise JournalError("The disk is full.")
        self.entries.append(entry)

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        self.sent.append(place_of(request.url))
        if self.silence is not None:
            await self.silence.wait()
        return GONE if place_of(request.url) in self.gone else SENT

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate
    ) -> Answer | Verdict:
        verdict = await self.send(request, limits)
        return verdict if verdict is GONE else Answer(200, (), b"OK", "utf-8")

    def held_back(self, phone_system: str, *, addresses: int) -> None:
        self.told.append((phone_system, addresses))


pytestmark = pytest.mark.timeout(10)


async def until_sent(world: "World", count: int) -> None:
    """Let tasks run until so many requests have left. A call takes a handful of turns of the loop."""
    for _ in range(200):
        if len(world.sent) >= count:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{len(world.sent)} requests have left")


@dataclass
class Business:
    """An exchange over a world, and the clock of its gates."""

    world: World
    clock: HandClock = field(default_factory=HandClock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7001))

    def __post_init__(self) -> None:
        self.gates = Gates(self.world, watcher=self.world, clock=self.clock)
        self.exchange = Exchange(
            configuration=self.world,
            journal=self.world,
            sender=self.world,
            system_caller=SystemCaller(self.world),
            run_id="r",
            watcher=self.world,
            gates=self.gates,
        )

    async def call(self, user_id: int = 1) -> PlacedCall:
        """Place a call, each to another number: a second one to the same is the first one's double click."""
        number = str(next(self.numbers))
        return await self.exchange.place_call(number, user_id=user_id, channel=Channel.API)

    async def outcomes(self, count: int, user_id: int = 1) -> list[Outcome]:
        return [(await self.call(user_id)).outcome for _ in range(count)]


def handsets(**more: int) -> dict[str, SystemSetup]:
    system = read_phone_system(HANDSETS, id="handsets")
    return {"Handsets": SystemSetup(7, "Handsets", system, **more)}


async def test_phone_system_that_is_gone_is_left_alone_and_no_other_is() -> None:
    business = Business(World(gone={"glasgow.example:8080"}))
    outcomes = await business.outcomes(7)
    assert outcomes == [Outcome.CONNECTION_REFUSED] * 5 + [Outcome.HELD_BACK] * 2
    assert business.world.sent == ["glasgow.example:8080"] * 5
    assert await business.outcomes(2, user_id=2) == [Outcome.SENT] * 2


async def test_call_that_is_held_back_is_in_the_log_at_once_and_says_when() -> None:
    business = Business(World(gone={"glasgow.example:8080"}))
    await business.outcomes(5)
    business.world.entries.clear()
    business.clock.now += 2
    call = await business.call()
    (entry,) = business.world.entries
    assert isinstance(entry, Begun)
    assert entry.call == call
    assert call.sentence == (
        "The call was held back: the phone system does not answer. Nothing was dialled. "
        "It is tried again in 3 seconds."
    )
    assert not call.outcome.may_have_rung
    assert not call.outcome.is_success


async def test_it_is_tried_again_by_itself_with_one_call() -> None:
    business = Business(World(gone={"glasgow.example:8080"}))
    await business.outcomes(5)
    business.clock.now += FIRST_PAUSE_S
    business.world.silence = asyncio.Event()
    trial = asyncio.create_task(business.call())
    await until_sent(business.world, 6)
    meanwhile = await business.call()
    assert meanwhile.sentence.endswith("It is being tried now; dial again in a moment.")
    business.world.gone.clear()
    business.world.silence.set()
    assert (await trial).outcome is Outcome.SENT
    assert await business.outcomes(2) == [Outcome.SENT] * 2


async def test_refusals_and_errors_are_answers() -> None:
    for verdict in (
        Verdict(Outcome.REJECTED, 403),
        Verdict(Outcome.REJECTED, 503),
        Verdict(Outcome.FAILED, 500),
        Verdict(Outcome.LOG_IN_FAILED, 401),
        Verdict(Outcome.NOT_UNDERSTOOD),
        Verdict(Outcome.CUT_OFF, 200),
        Verdict(Outcome.REDIRECTED_AWAY, 302),
    ):
        assert not is_gone(verdict), verdict
    for verdict in (
        GONE,
        Verdict(Outcome.TIMED_OUT),
        Verdict(Outcome.CERTIFICATE_BAD),
        Verdict(Outcome.FAILED, 502),
        Verdict(Outcome.FAILED, 504),
        Verdict(Outcome.CUT_OFF),
        Verdict(Outcome.LOG_IN_FAILED, beneath=Outcome.TIMED_OUT),
    ):
        assert is_gone(verdict), verdict


async def test_one_handset_that_is_unplugged_stops_no_other() -> None:
    world = World(setups=handsets(), hosts={1: "10.0.0.1", 2: "10.0.0.2"}, gone={"10.0.0.1:80"})
    business = Business(world)
    assert (await business.outcomes(6))[-1] is Outcome.HELD_BACK
    assert await business.outcomes(2, user_id=2) == [Outcome.SENT] * 2
    assert world.told == [("Handsets", 1)]


async def test_sign_in_that_is_missing_says_nothing_of_the_phone_system() -> None:
    business = Business(World(gone={"glasgow.example:8080"}))
    await business.outcomes(5)
    business.clock.now += FIRST_PAUSE_S
    prepared = await business.exchange.prepare_call("123", user_id=1)
    assert isinstance(prepared.plan, HttpRequest)
    trial = business.gates.enter(prepared, prepared.plan)
    assert not isinstance(trial, Verdict)
    business.gates.leave(trial, Verdict(Outcome.LOG_IN_FAILED, message="you are not signed in"))
    assert list(business.gates.moved().values()) != [None]


async def test_administrator_tries_it_whenever_they_like_and_success_lets_calls_through() -> None:
    world = World(setups=handsets(), hosts={1: "10.0.0.1"}, gone={"10.0.0.1:80"})
    business = Business(world)
    await business.outcomes(5)
    exchange = business.exchange

    async def trial() -> Outcome:
        prepared = exchange.prepare_trial(str(next(business.numbers)), user_id=1, setup_id=7)
        call = await exchange.place_trial(
            prepared, channel=Channel.PAGE, system_caller=SystemCaller(world)
        )
        return call.outcome

    assert await trial() is Outcome.CONNECTION_REFUSED
    assert await business.outcomes(1) == [Outcome.HELD_BACK]
    world.gone.clear()
    assert await trial() is Outcome.SENT
    assert await business.outcomes(1) == [Outcome.SENT]
    assert world.told == [("Handsets", 1), ("Handsets", 0)]


async def test_calls_beyond_the_limit_are_held_back_at_once() -> None:
    business = Business(World({MOST_IN_FLIGHT: "3"}))
    business.world.silence = asyncio.Event()
    waiting = [asyncio.create_task(business.call()) for _ in range(3)]
    await until_sent(business.world, 3)
    refused = await business.call()
    assert refused.sentence == (
        "The call was held back: the phone system has as many calls in progress as it may have. "
        "Nothing was dialled. Dial again in a moment."
    )
    business.world.silence.set()
    assert [call.outcome for call in await asyncio.gather(*waiting)] == [Outcome.SENT] * 3
    assert (await business.call()).outcome is Outcome.SENT
    assert business.gates.in_flight("", "glasgow.example:8080").here == 0


async def test_limit_of_its_own_goes_before_the_general_one_and_holds_for_all_its_addresses() -> (
    None
):
    world = World({MOST_IN_FLIGHT: "1"}, handsets(most_in_flight=2), {1: "10.0.0.1", 2: "10.0.0.2"})
    business = Business(world)
    world.silence = asyncio.Event()
    waiting = [asyncio.create_task(business.call(user)) for user in (1, 2)]
    await until_sent(world, 2)
    assert await business.outcomes(1) == [Outcome.HELD_BACK]
    world.silence.set()
    await asyncio.gather(*waiting)


async def test_calls_of_other_nodes_count() -> None:
    business = Business(World({MOST_IN_FLIGHT: "3"}))
    business.gates.adopt({}, told={}, elsewhere={"glasgow.example:8080": 3})
    assert await business.outcomes(1) == [Outcome.HELD_BACK]
    assert await business.outcomes(1, user_id=2) == [Outcome.SENT]
    business.gates.adopt({}, told={}, elsewhere={})
    assert await business.outcomes(1) == [Outcome.SENT]


async def test_call_that_could_not_be_written_leaves_its_place() -> None:
    business = Business(World({MOST_IN_FLIGHT: "1"}))
    business.world.fails = True
    for _ in range(3):
        with pytest.raises(JournalError):
            await business.call()
    business.world.fails = False
    assert await business.outcomes(1) == [Outcome.SENT]


async def test_empty_settings_hold_nothing_back() -> None:
    settings = {MOST_IN_FLIGHT: "", MOST_FAILURES: ""}
    business = Business(World(settings, gone={"glasgow.example:8080"}))
    business.gates.adopt({}, told={}, elsewhere={"glasgow.example:8080": 5000})
    assert await business.outcomes(20) == [Outcome.CONNECTION_REFUSED] * 20


async def test_switched_off_while_it_holds_back_it_lets_through() -> None:
    business = Business(World({MOST_FAILURES: "1"}, gone={"glasgow.example:8080"}))
    await business.outcomes(1)
    business.world.settings = {MOST_FAILURES: ""}
    assert await business.outcomes(1) == [Outcome.CONNECTION_REFUSED]


async def test_longest_pause_is_kept_to() -> None:
    settings = {MOST_FAILURES: "1", LONGEST_PAUSE: "2"}
    business = Business(World(settings, gone={"glasgow.example:8080"}))
    await business.outcomes(1)
    business.clock.now += 2
    assert await business.outcomes(2) == [Outcome.CONNECTION_REFUSED, Outcome.HELD_BACK]


def shared(of: Business, others: dict[GateKey, Held]) -> None:
    """One round of the upkeep: what moved is written, everything is read."""
    told = of.gates.moved()
    for key, held in told.items():
        if held is None:
            others.pop(key, None)
        else:
            others[key] = held
    of.gates.adopt(others, told=told, elsewhere={})


async def test_what_one_node_finds_out_holds_on_the_other() -> None:
    table: dict[GateKey, Held] = {}
    clock = HandClock()
    one = Business(World(gone={"glasgow.example:8080"}), clock)
    two = Business(World(gone={"glasgow.example:8080"}), clock)
    await one.outcomes(5)
    shared(one, table)
    shared(two, table)
    assert await two.outcomes(1) == [Outcome.HELD_BACK]
    assert two.world.sent == []
    clock.now += FIRST_PAUSE_S
    two.world.gone.clear()
    assert await two.outcomes(1) == [Outcome.SENT]
    shared(two, table)
    shared(one, table)
    one.world.gone.clear()
    assert await one.outcomes(1) == [Outcome.SENT]
    assert table == {}


async def test_trial_of_one_node_is_the_only_one() -> None:
    table: dict[GateKey, Held] = {}
    clock = HandClock()
    one = Business(World(gone={"glasgow.example:8080"}), clock)
    two = Business(World(), clock)
    await one.outcomes(5)
    clock.now += FIRST_PAUSE_S
    one.world.silence = asyncio.Event()
    trial = asyncio.create_task(one.call())
    await until_sent(one.world, 6)
    shared(one, table)
    shared(two, table)
    assert await two.outcomes(1) == [Outcome.HELD_BACK]
    one.world.silence.set()
    await trial
    shared(one, table)
    shared(two, table)
    (held,) = table.values()
    assert (held.pause_s, held.is_trying) == (2 * FIRST_PAUSE_S, False)
    assert await two.outcomes(1) == [Outcome.HELD_BACK]


async def test_what_was_found_out_while_it_was_written_is_not_lost() -> None:
    business = Business(World(gone={"glasgow.example:8080"}))
    await business.outcomes(5)
    told = business.gates.moved()
    business.clock.now += FIRST_PAUSE_S
    business.world.gone.clear()
    await business.outcomes(1)
    written = {key: held for key, held in told.items() if held is not None}
    business.gates.adopt(written, told=told, elsewhere={})
    assert await business.outcomes(1) == [Outcome.SENT]
    assert list(business.gates.moved().values()) == [None]


async def test_addresses_without_number_do_not_fill_the_memory() -> None:
    business = Business(World())
    prepared = await business.exchange.prepare_call("123", user_id=1)
    for index in range(MAX_GATES + 50):
        admission = business.gates.enter(prepared, HttpRequest("GET", f"http://h{index}/"))
        assert not isinstance(admission, Verdict)
        business.gates.leave(admission, SENT)
    assert business.gates.count <= MAX_GATES


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://pbx.example/dial?x=a:b", "pbx.example:80"),
        ("HTTPS://user:word@PBX.example:8443", "pbx.example:8443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://[::1]", "[::1]:443"),
        ("http://12345/", "12345:80"),
        ("http://pbx?at=//x", "pbx:80"),
        ("tel:123", ""),
    ],
)
def test_place_of_a_url(url: str, place: str) -> None:
    assert place_of(url) == place
