"""What single phone systems do that no other does."""

import pytest
import trustme

from tests.phone_systems.caller import Caller, Outcome
from tests.phone_systems.standins.asterisk import AsteriskManager, AsteriskRest, Kamailio
from tests.phone_systems.standins.base import LOOPBACK, Dialled
from tests.phone_systems.standins.small_pbx import MakecallPath, PhoneAsmx, Teleforge
from tests.phone_systems.standins.three_cx import HttpApi
from tests.phone_systems.standins.xml_systems import FritzBox, Innovaphone, Starface
from tests.phone_systems.standins.yeastar import GrandstreamUcm, PSeries, SSeries
from tests.phone_systems.trials import EXTENSION, NUMBER, Trial


async def test_3cx_redirects_to_a_session_first(authority: trustme.CA) -> None:
    trial = Trial("3cx-http-api-v12", lambda _: HttpApi(pins={EXTENSION: "1"}), {"pin": "1"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        first, second = server.requests
    assert first.path == "/ivr/PbxAPI.aspx"
    assert second.path.startswith("/ivr/(S(")
    assert second.query_text == first.query_text == f"func=make_call&from=201&to={NUMBER}&pin=1"


async def test_yeastar_s_calls_an_extension_by_its_other_request(authority: trustme.CA) -> None:
    trial = Trial(
        "yeastar-s-series",
        lambda ca: SSeries(user="api", password="secret", authority=ca),
        {"user": "api", "password": "secret"},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial("305")
        assert server.refusals == []
        assert server.calls == [Dialled(EXTENSION, "305", "extension/dial_extension")]
    assert (verdict.outcome, verdict.remote_id) == (Outcome.ACCEPTED, "1632985346.12")


async def test_yeastar_p_is_told_a_user_agent(authority: trustme.CA) -> None:
    trial = Trial(
        "yeastar-p-series",
        lambda ca: PSeries(client_id="a", client_secret="secret", authority=ca),
        {"client_id": "a", "client_secret": "secret"},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert [request.headers["User-Agent"] for request in server.requests] == ["OpenAPI"] * 2


@pytest.mark.parametrize("system", ["grandstream-ucm", "innovaphone-soap", "starface-uci"])
async def test_log_in_of_minutes_is_made_for_every_call(system: str, authority: trustme.CA) -> None:
    """Whatever the phone system forgets between two calls, each is dialled once."""
    trial = _LOGGING_IN[system]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
            server.forget_sessions()
        assert server.refusals == []
        assert (server.log_ins, server.dial_requests, len(server.calls)) == (2, 2, 2)


_LOGGING_IN = {
    trial.system: trial
    for trial in (
        Trial(
            "grandstream-ucm",
            lambda ca: GrandstreamUcm(user="api", password="secret", authority=ca),
            {"user": "api", "password": "secret"},
        ),
        Trial(
            "innovaphone-soap",
            lambda _: Innovaphone(
                user="admin", password="secret", session_user="SOAP", names={"Carl Diaz"}
            ),
            {
                "scheme": "http",
                "password": "secret",
                "session_user": "SOAP",
                "long_name": "Carl Diaz",
            },
        ),
        Trial(
            "starface-uci",
            lambda ca: Starface(login_id="0001", password="secret", authority=ca),
            {"login_id": "0001", "password": "secret"},
        ),
    )
}


async def test_starface_rings_the_phone_that_is_named(authority: trustme.CA) -> None:
    trial = _LOGGING_IN["starface-uci"]
    chosen = Trial(trial.system, trial.stand_in, {**trial.values, "phone_id": "SIP/<desk>&1"})
    async with chosen.stand_in(authority) as server, chosen.caller(server, authority) as caller:
        await caller.dial("+442079460123")
        assert server.calls == [Dialled("0001", "+442079460123", "SIP/<desk>&1")]


async def test_innovaphone_names_a_caller_whom_the_pbx_has_not(authority: trustme.CA) -> None:
    trial = _LOGGING_IN["innovaphone-soap"]
    stranger = Trial(trial.system, trial.stand_in, {**trial.values, "long_name": "Eve"})
    async with stranger.stand_in(authority) as server:
        async with stranger.caller(server, authority) as caller:
            verdict = await caller.dial(NUMBER)
        assert (server.dial_requests, server.calls) == (0, [])
    assert verdict.outcome is Outcome.LOG_IN_FAILED


async def test_fritzbox_by_plain_http(authority: trustme.CA) -> None:
    trial = Trial(
        "fritzbox-tr064",
        lambda _: FritzBox(user="webdial", password="secret"),
        {"scheme": "http", "user": "webdial", "password": "secret"},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial("**62*1#")).outcome is Outcome.ACCEPTED
        assert server.calls == [Dialled("", "**62*1#")]


@pytest.mark.parametrize("system", ["asterisk-ami-http", "fritzbox-tr064"])
async def test_stale_nonce_is_no_second_call(system: str, authority: trustme.CA) -> None:
    stand_in = {
        "asterisk-ami-http": lambda _: AsteriskManager(user="webdial", password="secret"),
        "fritzbox-tr064": lambda ca: FritzBox(user="webdial", password="secret", authority=ca),
    }[system]
    trial = Trial(system, stand_in, {"user": "webdial", "password": "secret"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        server.forget_sessions()
        await caller.dial(NUMBER)
        assert server.refusals == []
        assert (server.dial_requests, len(server.calls)) == (2, 2)


async def test_asterisk_with_chan_sip_and_a_context_with_a_blank(authority: trustme.CA) -> None:
    trial = Trial(
        "asterisk-ari",
        lambda _: AsteriskRest(user="webdial", password="secret", context="home office"),
        {
            "user": "webdial",
            "password": "secret",
            "technology": "SIP",
            "context": "home office",
        },
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.refusals == []
        (request,) = server.requests
    assert request.target == (
        f"/ari/channels?endpoint=SIP/201&extension={NUMBER}&context=home%20office"
        "&priority=1&callerId=201&timeout=30"
    )


async def test_kamailio_reads_one_address_whatever_the_extension(authority: trustme.CA) -> None:
    """An extension cannot end the text that it stands in."""
    extension = '1","x'
    async with Kamailio(domain="a.example") as server:
        values = {"host": LOOPBACK, "port": str(server.port), "domain": "a.example"}
        async with Caller("kamailio-jsonrpcs", values, extension, authority) as caller:
            await caller.dial(NUMBER)
        assert server.refusals == []
        assert server.calls == [Dialled(extension, NUMBER)]


@pytest.mark.parametrize(
    ("system", "stand_in", "name"),
    [
        ("seed-avaya-phone-asmx", PhoneAsmx, "open_line"),
        ("seed-makecall-path", MakecallPath, "after_number"),
        ("teleforge-click2dial", Teleforge, "caller_id"),
    ],
)
async def test_optional_field_may_be_empty(
    system: str,
    stand_in: type[PhoneAsmx | MakecallPath | Teleforge],
    name: str,
    authority: trustme.CA,
) -> None:
    trial = Trial(system, lambda _: stand_in(), {name: ""})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(NUMBER)).outcome is Outcome.SENT
        assert server.refusals == []
        assert server.calls == [Dialled(EXTENSION, NUMBER)]
