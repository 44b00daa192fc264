"""A phone system's file tried against its stand-in: what is tried, and the tests that all share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus

import trustme

from tests.phone_systems.caller import Caller, Outcome
from tests.phone_systems.standins.base import LOOPBACK, Dialled, Mood, Received, StandIn

NUMBER = "02079460123"
EXTENSION = "201"
PLAIN = Dialled(EXTENSION, NUMBER)


@dataclass(frozen=True, slots=True)
class Trial:
    """One file of the catalogue, its stand-in, and what is to come of a call.

    `values` are fields and secrets besides the address; `call` is what the phone system has to
    understand. `body_message` is the system's own message of a failure inside an answer of 200
    (None: the facts know none), `status_message` that of a failure by status.
    """

    system: str
    stand_in: Callable[[trustme.CA], StandIn]
    values: Mapping[str, str]
    call: Dialled = PLAIN
    outcome: Outcome = Outcome.ACCEPTED
    remote_id: str = ""
    body_message: str | None = None
    status_outcome: Outcome = Outcome.FAILED
    status_message: str = ""
    keeps_log_in: bool = False
    number: str = NUMBER
    more: Mapping[str, str] = field(default_factory=dict)
    refresh_token: str = ""

    def __str__(self) -> str:
        return self.system

    def caller(self, server: StandIn, authority: trustme.CA) -> Caller:
        """Somebody who has this phone system set up with `server` as its address."""
        address = {"host": LOOPBACK, "port": str(server.port)}
        values = {**address, **self.values}
        return Caller(self.system, values, EXTENSION, authority, refresh_token=self.refresh_token)


async def check_success(trial: Trial, authority: trustme.CA) -> None:
    """One request that the real one would take, one call, and the outcome that the rule says."""
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(trial.number)
        assert server.refusals == []
        assert server.calls == [trial.call]
        assert server.dial_requests == 1
    assert (verdict.outcome, verdict.message) == (trial.outcome, "")
    assert verdict.remote_id == trial.remote_id


async def check_failure_in_body(trial: Trial, authority: trustme.CA) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        server.mood = Mood.FAILS_IN_BODY
        verdict = await caller.dial(trial.number)
        assert (server.refusals, server.calls, server.dial_requests) == ([], [], 1)
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, trial.body_message)


async def check_failure_by_status(trial: Trial, authority: trustme.CA) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        server.mood = Mood.FAILS_BY_STATUS
        verdict = await caller.dial(trial.number)
        assert (server.refusals, server.calls, server.dial_requests) == ([], [], 1)
    assert (verdict.outcome, verdict.message) == (trial.status_outcome, trial.status_message)


async def check_lapsed_log_in(trial: Trial, authority: trustme.CA) -> None:
    """The log-in is kept between calls; when it has lapsed: logged in again, dialled once more."""
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(trial.number)).outcome is trial.outcome
        assert (await caller.dial(trial.number)).outcome is trial.outcome
        assert (server.log_ins, server.dial_requests) == (1, 2)
        server.forget_sessions()
        verdict = await caller.dial(trial.number)
        assert (verdict.outcome, verdict.remote_id) == (trial.outcome, trial.remote_id)
        assert (server.log_ins, server.dial_requests) == (2, 4)
        assert server.calls == [trial.call] * 3
        assert server.refusals == []


async def check_log_in_that_never_holds(trial: Trial, authority: trustme.CA) -> None:
    """A phone system that refuses even a new log-in is asked twice and no more."""
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        server.sessions.forgets_at_once = True
        verdict = await caller.dial(trial.number)
        assert (server.calls, server.dial_requests) == ([], 2)
    assert verdict.outcome in {Outcome.REJECTED, Outcome.LOG_IN_FAILED}


async def check_wrong_secret(trial: Trial, secret: str, authority: trustme.CA) -> None:
    """A wrong password or key: no call, an outcome that says so, and the secret nowhere in it."""
    wrong = replace(trial, values={**trial.values, secret: "Wr0ng-planted-s3cret"})
    async with wrong.stand_in(authority) as server, wrong.caller(server, authority) as caller:
        verdict = await caller.dial(trial.number)
        assert server.calls == []
    assert verdict.outcome in {Outcome.REJECTED, Outcome.LOG_IN_FAILED}
    assert "Wr0ng-planted-s3cret" not in f"{verdict!r} {verdict.sentence}"


async def check_number_arrives(trial: Trial, number: str, authority: trustme.CA) -> None:
    """Whatever stands in a number, the phone system reads just that number."""
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(number)
        assert server.refusals == []
        assert server.calls == [replace(trial.call, number=number)]


async def check_request_that_is_almost_right(trial: Trial, authority: trustme.CA) -> None:
    """The dial request again with one thing in it changed places no call: the stand-in looks."""
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(trial.number)
        good, calls = server.requests[-1], list(server.calls)
        for wrong in _almost_right(good):
            server.take(wrong)
            assert server.calls == calls, f"{wrong.method} {wrong.target} {wrong.body!r}"


def _almost_right(good: Received) -> list[Received]:
    method = "POST" if good.method == "GET" else "GET"
    path, mark, query = good.target.partition("?")
    wrong = [replace(good, method=method), replace(good, target=f"{path}/x{mark}{query}")]
    if query:
        wrong.append(replace(good, target=f"{path}?x{query}"))
    if good.body:
        wrong += [replace(good, body=good.body[:-2]), replace(good, body=b"")]
        headers = {n: v for n, v in good.headers.items() if n.lower() != "content-type"}
        wrong.append(replace(good, headers={**headers, "Content-Type": "text/csv"}))
    return wrong


async def check_secret_is_in_no_url(trial: Trial, secret: str, authority: trustme.CA) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(trial.number)
        text = trial.values[secret]
        for request in server.requests:
            assert not any(form in request.target for form in (text, quote(text), quote_plus(text)))
