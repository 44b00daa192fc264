"""Trials: what would be sent, in order, and what each rule of the file read in a real answer."""

import json
import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from tests.exchange.policies import THIS_MACHINE
from tests.phone_systems.caller import Caller
from tests.phone_systems.standins.base import LOOPBACK, Mood, Received, Reply, StandIn, reply_json
from tests.phone_systems.standins.signed_in import Webex
from tests.phone_systems.standins.yeastar import GrandstreamUcm, PSeries
from webdial.dialstring import DialStringError, HttpRequest, Link
from webdial.exchange import HttpSender, Outcome, TimeLimits
from webdial.exchange.configuration import Caller as Person
from webdial.exchange.configuration import Configuration
from webdial.exchange.redaction import redacted
from webdial.exchange.resolving import Resolver, open_nothing
from webdial.exchange.systems import StoredValue, SystemCall, SystemSetup
from webdial.exchange.trials import (
    PartKind,
    RuleRead,
    SentTrial,
    TriedStep,
    dry_run,
    send_trial,
)
from webdial.numbers import clean_number
from webdial.phonesystems import read_phone_system

SECRET = "pl4nted+/&s3cret"
LIMITS = TimeLimits(connect_s=5, total_s=10)
ADDRESS = {"host": "pbx.example"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def sender(authority: trustme.CA) -> AsyncIterator[HttpSender]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    sender = HttpSender(policy=THIS_MACHINE, ssl_context=context)
    yield sender
    await sender.close()


def call_of(source: str, number: str = "020 7946 0123", **values: str) -> SystemCall:
    """A call through a file of one's own; the caller's extension is 201."""
    system = read_phone_system(f'title = "Own"\nvendor = "Own"\n{source}', id="own")
    stored = {name: StoredValue(text) for name, text in values.items()}
    setup = SystemSetup(1, "Own", system, values=stored)
    person = Person(7, "carl", "CO", "Carl", "201", None, "")
    configuration = Configuration(1, {7: person}, {}, {}, {})
    return Resolver(configuration, person, clean_number(number), open_nothing).for_system(setup)


def p_series(authority: trustme.CA) -> PSeries:
    return PSeries(client_id="webdial", client_secret=SECRET, authority=authority)


def client_of(server: StandIn) -> dict[str, str]:
    """Address and client of a stand-in whose client is webdial."""
    address = {"host": LOOPBACK, "port": str(server.port)}
    return {**address, "client_id": "webdial", "client_secret": SECRET}


def p_series_call(server: StandIn, authority: trustme.CA) -> SystemCall:
    return Caller("yeastar-p-series", client_of(server), "201", authority).resolve("020 7946 0123")


def read_by(step: TriedStep) -> dict[str, RuleRead]:
    return {read.use: read for read in step.read}


# What would be sent


def test_requests_come_in_order_with_the_names_of_what_answers_give(authority: trustme.CA) -> None:
    caller = Caller(
        "grandstream-ucm", {**ADDRESS, "user": "api", "password": SECRET}, "201", authority
    )
    steps = dry_run(caller.resolve("020 7946 0123"))
    assert [(step.part.title, step.takes) for step in steps] == [
        ("Log-in, step 1 of 2", ("challenge",)),
        ("Log-in, step 2 of 2", ("cookie",)),
        ("Dial", ()),
    ]
    bodies = [step.plan.body for step in steps if isinstance(step.plan, HttpRequest)]
    assert [json.loads(body or "")["request"] for body in bodies] == [
        {"action": "challenge", "user": "api", "version": "1.0"},
        {"action": "login", "user": "api", "token": "{md5 {challenge}{password}}"},
        {
            "action": "dialOutbound",
            "cookie": "{cookie}",
            "caller": "201",
            "outbound": "02079460123",
        },
    ]


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        ("{BEARER {token}}http://h.example/#", ("http://h.example/02079460123", "Bearer {token}")),
        (
            "{HEADER Authorization: Key {password}-{token}}http://h.example/#",
            ("http://h.example/02079460123", "Key ••••-{token}"),
        ),
        ("http://{token}:8080/#", ("http://{token}:8080/02079460123", None)),
        ("http://h.example/{token}?t={token}&n=#", ("http://h.example/{token}?t={token}&n=02079460123", None)),
        ("{BASIC {user}:{token}}http://h.example/#", ("http://h.example/02079460123", "Basic ••••")),
    ],
)  # fmt: skip
def test_awaited_value_stands_by_its_name(request_: str, shown: tuple[str, str | None]) -> None:
    call = call_of(
        f"""
[fields.user]
label = "User"
[secrets.password]
label = "Password"
[[log_in.steps]]
request = '{{POST}}http://h.example/in<&>p={{password}}'
take = {{ token = "json token" }}
[dial]
request = '{request_}'
""",
        user="api",
    )
    plan = dry_run(call)[-1].plan
    assert isinstance(plan, HttpRequest)
    assert (plan.url, dict(plan.headers).get("Authorization")) == shown


def test_secrets_need_not_be_known_and_are_not_shown(authority: trustme.CA) -> None:
    values = {**ADDRESS, "client_id": "webdial"}
    without = dry_run(Caller("yeastar-p-series", values, "201", authority).resolve("0207"))
    with_secret = {**values, "client_secret": SECRET}
    known = dry_run(Caller("yeastar-p-series", with_secret, "201", authority).resolve("0207"))
    assert without == known
    first = known[0].plan
    assert isinstance(first, HttpRequest)
    assert json.loads(first.body or "")["password"] == "••••"


def test_renewal_of_a_sign_in_comes_first(authority: trustme.CA) -> None:
    caller = Caller("webex-calling", {"client_id": "webdial"}, "201", authority)
    renewal, dial = dry_run(caller.resolve("020 7946 0123"))
    assert (renewal.part.kind, renewal.takes) == (PartKind.SIGN_IN, ("access_token",))
    assert isinstance(dial.plan, HttpRequest)
    assert ("Authorization", "Bearer {access_token}") in dial.plan.headers


def test_link_is_all_there_is() -> None:
    (step,) = dry_run(call_of("[dial]\nrequest = 'tel:#'"))
    assert step.plan == Link("tel:02079460123")


def test_missing_field_stops_it() -> None:
    source = "[fields.host]\nlabel = 'Host'\n[dial]\nrequest = 'http://h.example/{host}/#'"
    with pytest.raises(DialStringError) as caught:
        dry_run(call_of(source))
    assert caught.value.error_code == "value_missing"


# What was sent


async def test_success_is_told_rule_by_rule(authority: trustme.CA, sender: HttpSender) -> None:
    async with p_series(authority) as server:
        sent = await send_trial(p_series_call(server, authority), sender, LIMITS)
        assert (server.refusals, server.dial_requests) == ([], 1)
    log_in, dial = sent.steps
    assert (log_in.part.title, log_in.status) == ("Log-in", 200)
    assert read_by(log_in)["success"].holds
    assert read_by(log_in)["take token"].found == "••••"
    assert '"refresh_token": "••••"' in log_in.answer
    assert read_by(dial)["success"] == RuleRead(
        "success", "json errcode = 0", is_rule=True, holds=True, found="json errcode is 0"
    )
    assert read_by(dial)["call_id"].found == "1632985346.11"
    assert (sent.verdict.outcome, sent.verdict.remote_id) == (Outcome.ACCEPTED, "1632985346.11")


@pytest.mark.parametrize(
    ("mood", "status", "found"),
    [
        (Mood.FAILS_IN_BODY, 200, "json errcode is 60002"),
        (Mood.FAILS_BY_STATUS, 502, "status is 502, json errcode is missing"),
    ],
)
async def test_rule_that_does_not_hold_tells_what_it_found(
    authority: trustme.CA, sender: HttpSender, mood: Mood, status: int, found: str
) -> None:
    async with p_series(authority) as server:
        server.mood = mood
        sent = await send_trial(p_series_call(server, authority), sender, LIMITS)
    dial = sent.steps[-1]
    assert dial.status == status
    read = read_by(dial)["success"]
    assert (read.holds, read.found) == (False, found)


async def test_log_in_that_fails_is_the_last_step(
    authority: trustme.CA, sender: HttpSender
) -> None:
    async with GrandstreamUcm(user="api", password="other", authority=authority) as server:
        values = {
            "host": "127.0.0.1", "port": str(server.port), "user": "api", "password": SECRET,
        }  # fmt: skip
        call = Caller("grandstream-ucm", values, "201", authority).resolve("020 7946 0123")
        sent = await send_trial(call, sender, LIMITS)
        assert server.dial_requests == 0
    assert [step.part.number for step in sent.steps] == [1, 2]
    assert not read_by(sent.steps[-1])["take cookie"].holds
    assert sent.verdict.outcome is Outcome.LOG_IN_FAILED


async def test_lapsed_log_in_is_seen_twice(authority: trustme.CA, sender: HttpSender) -> None:
    async with p_series(authority) as server:
        server.sessions.forgets_at_once = True
        sent = await send_trial(p_series_call(server, authority), sender, LIMITS)
    kinds = [step.part.kind for step in sent.steps]
    assert kinds == [PartKind.LOG_IN, PartKind.DIAL] * 2
    assert read_by(sent.steps[1])["expired"].holds


async def test_renewed_sign_in_is_told_without_its_tokens(
    authority: trustme.CA, sender: HttpSender
) -> None:
    async with Webex(
        client_id="webdial",
        client_secret=SECRET,
        users={"r3fresh-token": "carl"},
        authority=authority,
    ) as server:
        caller = Caller(
            "webex-calling", client_of(server), "201", authority, refresh_token="r3fresh-token"
        )
        sent = await send_trial(
            caller.resolve("020 7946 0123"), sender, LIMITS, sign_ins=caller.sign_ins
        )
        new = next(iter(server.refresh_tokens))
    renewal, dial = sent.steps
    assert read_by(renewal)["access_token"].holds
    assert dial.part.kind is PartKind.DIAL
    assert sent.verdict.outcome is Outcome.ACCEPTED
    check_nowhere(sent, SECRET, "r3fresh-token", new)


async def test_no_answer_is_told_with_its_reason(sender: HttpSender) -> None:
    call = call_of("[dial]\nrequest = 'http://127.0.0.1:9/#'")
    sent = await send_trial(call, sender, LIMITS)
    (dial,) = sent.steps
    assert (dial.status, dial.failure, dial.read) == (None, "Not listening", ())
    assert sent.verdict.outcome is Outcome.CONNECTION_REFUSED


class Echo(StandIn):
    """Answers with everything that it was sent, and with a token of its own."""

    token = "t0ken-of-the-log-in"

    def answer(self, request: Received) -> Reply:
        padding = "x" * 380
        content = {
            "padding": padding,
            "error": f"{SECRET} {self.token}",
            "sent": [request.target, *request.headers.values(), request.body.decode()],
            "given": self.token,
        }
        return reply_json(content)


async def test_planted_secrets_are_nowhere(sender: HttpSender) -> None:
    async with Echo() as server:
        call = call_of(
            f"""
[secrets.password]
label = "Password"
[[log_in.steps]]
request = '{{POST}}{{BASIC api:{{password}}}}http://127.0.0.1:{server.port}/in?p={{password}}<&>p={{password}}'
message = "json error"
take = {{ token = "json given" }}
[dial]
request = '{{POST}}{{JSON}}{{BEARER {{token}}}}http://127.0.0.1:{server.port}/dial/#?t={{token}}<&>p={{password}}'
success = "json error = wrong"
message = "json error"
call_id = "json sent[0]"
""",
            password=SECRET,
        )
        sent = await send_trial(call, sender, LIMITS)
        assert len(server.requests) == 2
        basic = server.requests[0].headers["Authorization"].removeprefix("Basic ")
    assert sent.verdict.message == "•••• ••••"
    check_nowhere(sent, SECRET, Echo.token, basic, "pl4nted")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("error: pl4nted+/…", "error: ••••…"),
        ("error: pl4nted+/&s3cret…", "error: ••••…"),
        ("error: pl4nt", "error: pl4nt"),
        ("error: pl4…", "error: pl4…"),
    ],
)
def test_beginning_of_a_secret_that_a_cut_left_is_masked(text: str, shown: str) -> None:
    assert redacted(text, [SECRET]) == shown


def check_nowhere(sent: SentTrial, *secrets: str) -> None:
    """Neither in what is shown of requests, nor in answers, readings or the verdict."""
    shown = [repr(sent.verdict), sent.verdict.sentence]
    for step in sent.steps:
        request = step.request
        shown += [
            request.url,
            repr(request.headers),
            request.body or "",
            step.answer,
            repr(step.read),
        ]
    text = "\n".join(shown)
    assert [secret for secret in secrets if secret in text] == []
