"""What single hosted phone systems from P to W do that no other does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from yarl import URL

from tests.phone_systems.caller import SETUP_ID, USER_ID, Caller, Outcome
from tests.phone_systems.standins.base import LOOPBACK, Dialled, Received
from tests.phone_systems.standins.number_services import Telnyx, Twilio, VonageVoice
from tests.phone_systems.standins.signed_in import REDIRECT_URI, SignedIn
from tests.phone_systems.test_hosted_two_calls import BY_ID, E164, LINE, NUMBER, OWN, PAGE
from tests.phone_systems.trials import EXTENSION, Trial
from webdial.dialstring import HttpRequest
from webdial.exchange.sign_ins import begin_sign_in, finish_sign_in
from webdial.phonesystems import Answer, Owner, catalogue_system

BROWSER = ("vonage-business", "webex-calling")


def _with(system: str, **values: str) -> Trial:
    trial = BY_ID[system]
    return replace(trial, values={**trial.values, **values})


@pytest.mark.parametrize(
    ("system", "url"),
    [
        ("placetel-calls", "https://api.placetel.de/v2/calls"),
        ("plivo-call", "https://api.plivo.com/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/"),
        (
            "ringcentral-ringout",
            "https://platform.ringcentral.com/restapi/v1.0/account/~/extension/~/ring-out",
        ),
        ("ringover-callback", "https://public-api.ringover.com/v2/callback"),
        ("sipgate-sessions-calls", "https://api.sipgate.com/v2/sessions/calls"),
        ("telavox-dial", f"https://api.telavox.se/dial/{NUMBER}?autoanswer=false"),
        ("telnyx-calls", "https://api.telnyx.com/v2/texml/calls/1494404757140276705"),
        (
            "twilio-calls",
            "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef/Calls.json",
        ),
        ("voipgrid-clicktodial", "https://api.voipgrid.nl/api/clicktodial/"),
        (
            "vonage-business",
            "https://api.vonage.com/t/vbc.prod/telephony/v3/cc/accounts/123456/calls",
        ),
        ("vonage-voice", "https://api.nexmo.com/v1/calls"),
        ("webex-calling", "https://webexapis.com/v1/telephony/calls/dial"),
    ],
)
async def test_address_is_the_vendors_unless_changed(
    system: str, url: str, authority: trustme.CA
) -> None:
    async with Caller(system, BY_ID[system].values, EXTENSION, authority) as caller:
        call = caller.resolve(NUMBER)
    tokens = {"token": "t", **call.values.more, "access_token": "t"}
    assert URL(call.request.plan(replace(call.values, more=tokens)).url) == URL(url)


@pytest.mark.parametrize(
    ("system", "own"),
    [
        ("placetel-calls", {"sip_user"}),
        ("plivo-call", {"own_number"}),
        ("ringcentral-ringout", {"own_number", "jwt"}),
        ("ringover-callback", {"from_number", "device", "api_key"}),
        ("sipgate-sessions-calls", {"token_id", "device", "caller_id", "token"}),
        ("telavox-dial", {"token"}),
        ("telnyx-calls", {"own_number"}),
        ("twilio-calls", {"own_number"}),
        ("voipgrid-clicktodial", {"email", "token"}),
        ("vonage-business", set()),
        ("vonage-voice", {"own_number"}),
        ("webex-calling", set()),
    ],
)
def test_what_says_whose_phone_rings_is_each_callers_own(system: str, own: set[str]) -> None:
    """Were it the site's, everybody would ring one phone."""
    values = catalogue_system(system).values
    assert {name for name, each in values.items() if each.of is not Owner.SITE} == own


@pytest.mark.parametrize("trial", BY_ID.values(), ids=str)
async def test_caller_is_told_to_pick_up(trial: Trial, authority: trustme.CA) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
    assert verdict.sentence.endswith("Pick up your phone when it rings.")


async def test_ringcentral_calls_as_the_user_whose_jwt_it_is(authority: trustme.CA) -> None:
    trial = _with("ringcentral-ringout", jwt="eyJh.dora+/=")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.calls == [Dialled(OWN, E164, "dora")]


async def test_ringcentral_tells_why_a_jwt_is_refused(authority: trustme.CA) -> None:
    trial = _with("ringcentral-ringout", jwt="revoked")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.dial_requests == 0
    assert (verdict.outcome, verdict.message) == (Outcome.LOG_IN_FAILED, "Invalid assertion")


async def test_telavox_calls_as_the_user_whose_token_it_is(authority: trustme.CA) -> None:
    trial = _with("telavox-dial", token="d0ra")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("*21#")
        assert server.calls == [Dialled("dora", "*21#")]
        assert server.requests[0].target == "/dial/%2A21%23?autoanswer=false"


async def test_sipgate_refuses_a_device_that_is_not_the_tokens(authority: trustme.CA) -> None:
    trial = _with("sipgate-sessions-calls", device="e7")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert (server.refusals, server.calls) == ([], [])
    assert (verdict.outcome, verdict.status) == (Outcome.REJECTED, 403)


async def test_ringover_rings_the_phone_that_is_chosen(authority: trustme.CA) -> None:
    trial = _with("ringover-callback", device="MOB")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("305")
        assert server.refusals == []
        assert server.calls == [Dialled("442079460201", "305", "MOB")]


@pytest.mark.parametrize("number", ["*21#", "0805"])
async def test_ringover_is_sent_nothing_that_is_no_number(
    number: str, authority: trustme.CA
) -> None:
    """Its numbers are JSON numbers: codes and leading zeros have no such form."""
    trial = BY_ID["ringover-callback"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(number)
        assert server.requests == []
    assert not verdict.outcome.is_success


async def test_plivo_is_pointed_to_the_page_with_the_number(authority: trustme.CA) -> None:
    trial = BY_ID["plivo-call"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        (request,) = server.requests
    assert f'"answer_url":"{PAGE}?number=%2B442079460123"'.encode() in request.body


@pytest.mark.parametrize("system", ["telnyx-calls", "twilio-calls", "plivo-call"])
async def test_sip_address_may_ring_first(system: str, authority: trustme.CA) -> None:
    phone = "sip:carl+201@pbx.example;transport=tls?x=%22&y='<"
    trial = _with(system, own_number=phone)
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.refusals == []
        assert server.calls == [Dialled(phone, E164, LINE)]


@pytest.mark.parametrize("system", ["telnyx-calls", "twilio-calls"])
async def test_field_cannot_end_the_instruction_that_it_stands_in(
    system: str, authority: trustme.CA
) -> None:
    """Quotation marks and brackets in a field are data in XML within JSON or a form."""
    number = """+1"><Sip>&amp;\\{'x'}"""
    field, stand_in = {
        "telnyx-calls": (
            "telnyx_number",
            lambda ca: Telnyx(
                application="1494404757140276705", key="k3y", number=number, authority=ca
            ),
        ),
        "twilio-calls": (
            "twilio_number",
            lambda ca: Twilio(
                account="AC0123456789abcdef", token="k3y", number=number, authority=ca
            ),
        ),
    }[system]
    secret = {"telnyx-calls": "api_key", "twilio-calls": "auth_token"}[system]
    trial = replace(_with(system, **{field: number, secret: "k3y"}), stand_in=stand_in)
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.refusals == []
        assert server.calls == [Dialled(OWN, E164, number)]


async def test_vonage_voice_signs_a_token_for_each_call(authority: trustme.CA) -> None:
    trial = BY_ID["vonage-voice"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            await caller.dial(NUMBER)
        assert isinstance(server, VonageVoice)
        first, second = server.tokens
    assert first["jti"] != second["jti"]
    assert [token["exp"] - token["iat"] for token in (first, second)] == [300, 300]


async def test_vonage_voice_refuses_the_key_of_another_application(authority: trustme.CA) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    trial = _with("vonage-voice", private_key=other.decode())
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert (server.dial_requests, server.calls) == (1, [])
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, "Unauthorized")


async def test_vonage_business_is_told_what_kind_of_number_it_is(authority: trustme.CA) -> None:
    trial = BY_ID["vonage-business"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("305")
        await caller.dial(NUMBER)
        assert server.refusals == []
        assert server.calls == [
            Dialled(EXTENSION, "305", "extension by carl"),
            Dialled(EXTENSION, NUMBER, "pstn by carl"),
        ]


@pytest.mark.parametrize("system", BROWSER)
async def test_refresh_token_is_kept_as_it_is_given(system: str, authority: trustme.CA) -> None:
    """Vonage's holds once, Webex's goes on: the next renewal works with either."""
    trial = BY_ID[system]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert isinstance(server, SignedIn)
        for renewals in (1, 2, 3):
            server.forget_sessions()
            assert (await caller.dial(NUMBER)).outcome is trial.outcome
            kept = caller.sign_ins.kept[SETUP_ID, USER_ID]
            assert list(server.refresh_tokens) == [kept.refresh_token]
            assert (server.log_ins, len(server.calls)) == (renewals, renewals)
            assert kept.until is not None
            lasts = kept.until - datetime.now(UTC)
            assert timedelta(hours=23) < lasts <= timedelta(hours=24)
    assert (kept.refresh_token == trial.refresh_token) is (system == "webex-calling")


@pytest.mark.parametrize("system", BROWSER)
async def test_sign_in_that_was_taken_back_dials_nothing(
    system: str, authority: trustme.CA
) -> None:
    trial = replace(BY_ID[system], refresh_token="t4ken-back")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert (server.dial_requests, server.calls) == (0, [])
    assert verdict.outcome is Outcome.LOG_IN_FAILED
    assert verdict.message == "The refresh token is invalid"


@pytest.mark.parametrize("system", BROWSER)
async def test_caller_who_never_signed_in_sends_nothing(system: str, authority: trustme.CA) -> None:
    trial = replace(BY_ID[system], refresh_token="")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.requests == []
    assert verdict.outcome is Outcome.LOG_IN_FAILED


@pytest.mark.parametrize("system", BROWSER)
async def test_user_signs_in_by_browser(system: str, authority: trustme.CA) -> None:
    """From the page of the phone system back with a code, which is changed for tokens."""
    trial = BY_ID[system]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert isinstance(server, SignedIn)
        server.at_browser = "dora"
        sign_in, values = caller.system.sign_in, caller.resolve(NUMBER).values
        assert sign_in is not None
        departure = begin_sign_in(sign_in, values, REDIRECT_URI)
        page = urlsplit(departure.url)
        assert (page.scheme, page.netloc) == ("https", f"{LOOPBACK}:{server.port}")
        came_back = server.take(Received("GET", f"{page.path}?{page.query}", {}, b""))
        answer = parse_qs(urlsplit(came_back.headers["Location"]).query)
        assert answer["state"] == [departure.state]

        async def fetch(request: HttpRequest) -> Answer:
            target = urlsplit(request.url).path
            reply = server.take(
                Received(
                    request.method, target, dict(request.headers), (request.body or "").encode()
                )
            )
            return Answer(reply.status, body=str(reply.body).encode())

        signed_in = await finish_sign_in(
            sign_in,
            values,
            code=answer["code"][0],
            verifier=departure.code_verifier,
            redirect_uri=REDIRECT_URI,
            fetch=fetch,
        )
        assert server.refusals == []
        assert server.refresh_tokens[signed_in.refresh_token] == "dora"
        assert server.sessions.knows(signed_in.access_token)
