"""GoTo Connect: a user signs in once in the browser, and calls are placed with what came of it."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.exchange.policies import THIS_MACHINE
from tests.phone_systems.caller import LIMITS, SETUP_ID, USER_ID, Caller, Outcome, Verdict
from tests.phone_systems.standins.base import LOOPBACK, StandIn
from tests.phone_systems.standins.goto import GoToConnect
from tests.phone_systems.test_hosted_one_calls import BY_ID, PASSWORD
from tests.phone_systems.trials import NUMBER, Trial
from webdial.exchange import HttpSender
from webdial.exchange.sign_ins import SignedIn, begin_sign_in, finish_sign_in

ANSWER_ADDRESS = "https://webdial.example/phones/signed-in"


async def test_new_refresh_token_is_the_next_one_that_is_used(
    authority: trustme.CA,
) -> None:
    trial = BY_ID["goto-connect"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        kept = caller.sign_ins.kept[SETUP_ID, USER_ID]
        assert isinstance(server, GoToConnect)
        assert {kept.refresh_token} == server.refresh_tokens
        assert kept.refresh_token != trial.refresh_token


async def test_access_token_lapses_when_goto_says_so(authority: trustme.CA) -> None:
    trial = BY_ID["goto-connect"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        began_at = datetime.now(UTC)
        await caller.dial(NUMBER)
        until = caller.sign_ins.kept[SETUP_ID, USER_ID].until
    assert until is not None
    hour = timedelta(hours=1)
    assert began_at + hour <= until <= datetime.now(UTC) + hour


async def test_old_refresh_token_is_kept_where_no_new_one_comes(
    authority: trustme.CA,
) -> None:
    trial = _goto(renews=False)
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
            server.forget_sessions()
        assert caller.sign_ins.kept[SETUP_ID, USER_ID].refresh_token == trial.refresh_token
        assert (server.log_ins, len(server.calls)) == (2, 2)


async def test_sign_in_was_taken_back(authority: trustme.CA) -> None:
    trial = replace(BY_ID["goto-connect"], refresh_token="taken-back")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert (server.refusals, server.dial_requests) == ([], 0)
    assert (verdict.outcome, verdict.message) == (
        Outcome.LOG_IN_FAILED,
        "Invalid refresh token",
    )


async def test_without_a_sign_in_sends_nothing(authority: trustme.CA) -> None:
    trial = replace(BY_ID["goto-connect"], refresh_token="")
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.requests == []
    assert verdict.outcome is Outcome.LOG_IN_FAILED


async def test_from_the_browser_s_sign_in_to_the_call(authority: trustme.CA) -> None:
    """The user comes back with a code; it becomes tokens, and these place a call."""
    trial = _goto(codes={"c0de+/&": ANSWER_ADDRESS})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        signed_in = await _sign_in(caller, server, "c0de+/&", authority)
        assert isinstance(signed_in, SignedIn)
        caller.sign_ins.kept[SETUP_ID, USER_ID] = signed_in
        assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert (server.refusals, server.calls, server.log_ins) == ([], [trial.call], 1)


async def test_refuses_a_code_that_it_has_not_given(authority: trustme.CA) -> None:
    trial = _goto(codes={})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await _sign_in(caller, server, "guessed", authority)
        assert server.refusals == []
    assert not isinstance(verdict, SignedIn)
    assert (verdict.outcome, verdict.message) == (Outcome.LOG_IN_FAILED, "Invalid code")


def _goto(*, renews: bool = True, codes: dict[str, str] | None = None) -> Trial:
    known = BY_ID["goto-connect"]
    return replace(
        known,
        stand_in=lambda authority: GoToConnect(
            client_id="client1",
            client_secret=PASSWORD,
            lines={"014ce388-da2c"},
            refresh_token=known.refresh_token,
            codes=codes,
            renews=renews,
            authority=authority,
        ),
    )


async def _sign_in(
    caller: Caller, server: StandIn, code: str, authority: trustme.CA
) -> SignedIn | Verdict:
    """Out to GoTo's page and back with `code`, as the site does it."""
    sign_in, values = caller.system.sign_in, caller.resolve(NUMBER).values
    assert sign_in is not None
    departure = begin_sign_in(sign_in, values, ANSWER_ADDRESS)
    page = urlsplit(departure.url)
    assert (page.scheme, page.netloc, page.path) == (
        "https",
        f"{LOOPBACK}:{server.port}",
        "/oauth/authorize",
    )
    assert parse_qs(page.query) == {
        "client_id": ["client1"],
        "response_type": ["code"],
        "redirect_uri": [ANSWER_ADDRESS],
        "scope": ["calls.v2.initiate"],
        "state": [departure.state],
    }
    context = ssl.create_default_context()
    authority.configure_trust(context)
    sender = HttpSender(policy=THIS_MACHINE, ssl_context=context)
    try:
        return await finish_sign_in(
            sign_in,
            values,
            code=code,
            verifier=departure.code_verifier,
            redirect_uri=ANSWER_ADDRESS,
            fetch=lambda request: sender.fetch(request, LIMITS),
        )
    finally:
        await sender.close()
