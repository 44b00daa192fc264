"""Log-ins of phone systems: made once for all who wait, made anew when what they are made with changes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from webdial.dialstring import HttpRequest
from webdial.errors import WebdialError
from webdial.exchange import Outcome, TimeLimits, Verdict
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.resolving import Resolver
from webdial.exchange.sign_ins import SignedIn
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import VERIFY, Certificate, StoredValue, SystemSetup
from webdial.numbers import clean_number
from webdial.phonesystems import Answer, PhoneSystem, PhoneSystemError, read_phone_system

LIMITS = TimeLimits(5, 5)
HEAD = 'title = "Own"\nvendor = "Own"\n'
LASTING = (
    HEAD
    + """
[log_in]
lasts_s = 600
expired = "text contains please log in"
[[log_in.steps]]
request = '{POST}http://pbx.example/login<&>user=^<&>key={secret pbx}<&>at={branch.agency_id}'
take.token = "json token"
[dial]
request = '{POST}{BEARER {token}}{JSON}http://pbx.example/dial<&>to=#'
"""
)
CARL = Caller(7, "carl", "CO", "Carl Osei", "203", 1, "Leeds")
Answers = Callable[[HttpRequest], Answer]


class Wire:
    """A Transport that keeps what was sent, and answers when `gate` is open."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.sent: list[HttpRequest] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate = VERIFY
    ) -> Answer | Verdict:
        self.sent.append(request)
        await self.gate.wait()
        return self.answers(request)

    @property
    def log_ins(self) -> int:
        return sum(request.url.endswith("/login") for request in self.sent)


class Phones:
    """One phone system, set up for Carl; `configuration` may be changed between calls."""

    def __init__(self, text: str, wire: Wire) -> None:
        self.system: PhoneSystem = read_phone_system(text, id="own")
        self.systems = SystemCaller(wire)
        self.configuration = Configuration(
            1, {7: CARL}, {}, {}, {},
            agency_ids={1: "LDS", 2: "YRK"},
            credentials={"pbx": StoredValue("first", "sealed")},
        )  # fmt: skip

    async def dial(self, number: str, caller: Caller = CARL) -> Verdict:
        setup = SystemSetup(4, "Own", self.system)
        resolver = Resolver(self.configuration, caller, clean_number(number), _open)
        call = resolver.for_system(setup)
        call.shown()
        return await self.systems.place(call, LIMITS)


def _open(stored: StoredValue) -> str:
    return f"opened-{stored.text}"


def willing(request: HttpRequest) -> Answer:
    if request.url.endswith("/login"):
        return Answer(200, (), b'{"token": "t-%d"}' % len(request.body or ""))
    return Answer(200, (), b"taken")


def refusing(request: HttpRequest) -> Answer:
    return Answer(403, (), b"wrong password")


def outdating(request: HttpRequest) -> Answer:
    return (
        willing(request)
        if request.url.endswith("/login")
        else Answer(200, (), b"<p>please log in</p>")
    )


async def test_callers_at_once_share_one_log_in() -> None:
    wire = Wire(willing)
    phones = Phones(LASTING, wire)
    wire.gate.clear()
    calls = [asyncio.create_task(phones.dial(f"0{number}")) for number in range(5)]
    await asyncio.sleep(0)
    wire.gate.set()
    verdicts = await asyncio.gather(*calls)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.SENT}
    assert wire.log_ins == 1
    assert sorted(request.body or "" for request in wire.sent[1:]) == [
        f'{{"to":"0{number}"}}' for number in range(5)
    ]


async def test_who_waits_for_a_log_in_that_fails_does_not_try_it_again() -> None:
    wire = Wire(refusing)
    phones = Phones(LASTING, wire)
    wire.gate.clear()
    calls = [asyncio.create_task(phones.dial("01")) for _ in range(5)]
    await asyncio.sleep(0)
    wire.gate.set()
    verdicts = await asyncio.gather(*calls)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.LOG_IN_FAILED}
    assert wire.log_ins == 1
    wire.answers = willing
    assert (await phones.dial("01")).outcome is Outcome.SENT
    assert wire.log_ins == 2


@pytest.mark.parametrize(
    ("credentials", "caller"),
    [
        ({"pbx": StoredValue("second", "sealed")}, CARL),
        ({"pbx": StoredValue("first", "sealed")}, replace(CARL, extension="204")),
        ({"pbx": StoredValue("first", "sealed")}, replace(CARL, branch_id=2)),
    ],
    ids=["secret", "extension", "branch"],
)
async def test_other_values_are_another_log_in(
    credentials: Mapping[str, StoredValue], caller: Caller
) -> None:
    wire = Wire(willing)
    phones = Phones(LASTING, wire)
    await phones.dial("01")
    await phones.dial("02")
    assert wire.log_ins == 1
    phones.configuration = replace(
        phones.configuration, credentials=credentials, bound={}, revision=2
    )
    await phones.dial("03", caller)
    assert wire.log_ins == 2


async def test_a_200_that_says_expired_is_no_sent_call() -> None:
    """Without a success rule: the log-in is renewed once, then the call is told as refused."""
    wire = Wire(outdating)
    verdict = await Phones(LASTING, wire).dial("01")
    assert verdict.outcome is Outcome.REJECTED
    assert [request.url.rpartition("/")[2] for request in wire.sent] == ["login", "dial"] * 2


@pytest.mark.parametrize(
    "header", ["{HEADER X-Until: {unix_time +300}}", "{BEARER {jwt_hs256 k | exp:={unix_time +9}}}"]
)
async def test_a_time_that_is_moved_is_another_in_each_call(header: str) -> None:
    text = f"{HEAD}[dial]\nrequest = '{{POST}}{header}{{JSON}}http://pbx.example/dial<&>to=#'\n"
    wire = Wire(willing)
    phones = Phones(text, wire)
    now = [1_000.0]
    resolver = Resolver(phones.configuration, CARL, clean_number("01"), _open)
    for _ in range(2):
        call = resolver.for_system(SystemSetup(4, "Own", phones.system))
        call = replace(call, values=replace(call.values, clock=lambda: now[0]))
        call.shown()
        await phones.systems.place(call, LIMITS)
        now[0] += 60
    first, second = (request.headers[-1][1] for request in wire.sent)
    assert first != second


async def test_half_a_character_in_a_token_is_a_log_in_that_failed() -> None:
    text = LASTING.replace("{BEARER {token}}", "{BASIC webdial:{token}}")
    wire = Wire(lambda _: Answer(200, (), b'{"token": "a\\ud800b"}'))
    verdict = await Phones(text, wire).dial("01")
    assert verdict.outcome is Outcome.LOG_IN_FAILED
    assert len(wire.sent) == 1


def test_a_log_in_that_lasts_takes_no_number() -> None:
    with pytest.raises(PhoneSystemError) as told:
        read_phone_system(LASTING.replace("user=^", "user=#"), id="own")
    assert "cannot take the number" in told.value.message
    read_phone_system(LASTING.replace("user=^", "user=#").replace("= 600", "= 0"), id="own")


class LostKey:
    """A SignInStore whose key is lost."""

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None:
        raise WebdialError("This secret cannot be read.")

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None:
        raise AssertionError("there is nothing to keep")


async def test_a_sign_in_that_cannot_be_read_stops_before_anything_leaves() -> None:
    text = (
        HEAD
        + """
[sign_in]
authorize = 'http://id.example/a?state={state}'
token = '{POST}http://id.example/t<&>code={code}'
access_token = "json access_token"
[dial]
request = '{BEARER {access_token}}http://pbx.example/dial?to=#'
"""
    )
    wire = Wire(willing)
    phones = Phones(text, wire)
    phones.systems = SystemCaller(wire, sign_ins=LostKey())
    verdict = await phones.dial("01")
    assert (verdict.outcome, verdict.message) == (
        Outcome.LOG_IN_FAILED,
        "This secret cannot be read.",
    )
    assert wire.sent == []
