"""Calls under the network policy: stopped before they are written down, or told truthfully after."""

from collections.abc import AsyncIterator, Mapping

import pytest

from webdial.dialstring import HttpRequest
from webdial.exchange import (
    Caller,
    Channel,
    Configuration,
    Exchange,
    HttpSender,
    Outcome,
)
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.journal import Begun, Ended, Entry
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.network_policy import AddressNotAllowedError
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import StoredValue, SystemSetup
from webdial.phonesystems import catalogue_system, read_phone_system
from webdial.simulator.faults import FaultServer

SET = (key_of(MECHANISM.name), None)
ALLOWED = ("allowed hosts", None)
CARL = Caller(1, "carl", "CO", "Carl Osei", "203", None, "")

WITH_LOG_IN = """
title = "Own"
vendor = "Own"

[fields.log_in_host]
label = "Host"
kind = "host"
of = "user"

[[log_in.steps]]
request = '{POST}http://{log_in_host}:81<&>user=^'
success = "status = 2xx"
take.token = "text"

[dial]
request = '{BEARER {token}}http://pbx.example/#'
"""


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def write(self, entry: Entry) -> None:
        self.entries.append(entry)


class Business:
    """One caller, an exchange with a sender that really sends, and a journal in memory."""

    def __init__(
        self,
        values: Mapping[tuple[str, int | None], str],
        *setups: SystemSetup,
        own: Mapping[str, str] | None = None,
        returned: str = "",
    ) -> None:
        user_values = {
            (1, 1, None): {name: StoredValue(text) for name, text in (own or {}).items()}
        }
        self.current = Configuration(
            1, {1: CARL}, {}, {}, values, user_values=user_values,
            setups={key_of(setup.name): setup for setup in setups},
        )  # fmt: skip
        self.returned = returned
        self.journal = Journal()
        self.sender = HttpSender(policy=lambda: policy_of(self.current))
        self.exchange = Exchange(
            configuration=self, journal=self.journal, sender=self.sender, function=self,
            system_caller=SystemCaller(self.sender), run_id="run",
        )  # fmt: skip

    async def dial_string(self, number: str, caller: Caller, configuration: Configuration) -> str:
        return self.returned

    async def refusal(self) -> AddressNotAllowedError:
        """Of a call that is stopped: nothing is written down, since nothing was placed."""
        with pytest.raises(AddressNotAllowedError) as caught:
            await self.exchange.place_call("020", user_id=1, channel=Channel.API)
        assert self.journal.entries == []
        assert caught.value.error_code == "address_not_allowed"
        return caught.value


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


async def test_own_machine_written_into_the_setting_is_meant(server: FaultServer) -> None:
    business = Business({SET: server.url("", "/?to=#")})
    call = await business.exchange.place_call("020", user_id=1, channel=Channel.API)
    assert call.outcome is Outcome.SENT
    await business.sender.close()


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "0.0.0.0"]
)
async def test_administrator_cannot_name_what_is_never_asked(address: str) -> None:
    business = Business({SET: f"http://{address}/#", ALLOWED: "0.0.0.0/0, ::/0"})
    assert (await business.refusal()).message.startswith("Webdial never sends requests to ")


async def test_result_of_a_function_goes_where_it_is_allowed(server: FaultServer) -> None:
    returned = server.url("", "/?to=020")
    told = await Business({SET: "FUNCTION"}, returned=returned).refusal()
    assert told.message == (
        "Webdial may not send requests to its own machine (127.0.0.1), so nothing was sent there."
    )
    assert "add 127.0.0.1 to Allowed Hosts" in told.hint
    assert server.requests_seen == 0
    for allowed in ("127.0.0.1", "localhost", f"127.0.0.1:{server.port}"):
        business = Business({SET: "FUNCTION", ALLOWED: allowed}, returned=returned)
        call = await business.exchange.place_call("020", user_id=1, channel=Channel.API)
        assert call.outcome is Outcome.SENT
        await business.sender.close()


async def test_result_of_a_function_may_go_where_a_branch_goes() -> None:
    values = {SET: "FUNCTION", (SET[0], 10): "http://pbx.example/#"}
    prepared = await Business(values, returned="http://pbx.example/x").exchange.prepare_call(
        "020", user_id=1
    )
    assert prepared.plan == HttpRequest("GET", "http://pbx.example/x")
    await Business(values, returned="http://pbx.example.evil.example/x").refusal()


async def test_phone_that_a_user_fills_in_must_be_allowed() -> None:
    setup = SystemSetup(1, "Snom", catalogue_system("snom-command"))
    own = {"host": "192.168.7.41"}
    told = await Business({SET: "Snom"}, setup, own=own).refusal()
    assert "add 192.168.7.41 to Allowed Hosts" in told.hint
    allowed = Business({SET: "Snom", ALLOWED: "192.168.7.0/24"}, setup, own=own)
    await allowed.exchange.prepare_call("020", user_id=1)
    for_site = SystemSetup(
        1, "Snom", catalogue_system("snom-command"), values={"host": StoredValue("192.168.7.41")}
    )
    await Business({SET: "Snom"}, for_site).exchange.prepare_call("020", user_id=1)


async def test_name_is_judged_when_it_is_known_where_it_leads() -> None:
    """The call is on disk by then, so its end says what became of it."""
    business = Business({SET: "http://localhost:9/#", ALLOWED: "localhost"})
    business.sender = HttpSender(policy=lambda: policy_of(Business({SET: "tel:#"}).current))
    business.exchange = Exchange(
        configuration=business, journal=business.journal, sender=business.sender, run_id="run"
    )
    call = await business.exchange.place_call("020", user_id=1, channel=Channel.API)
    assert call.outcome is Outcome.ADDRESS_NOT_ALLOWED
    assert not call.outcome.may_have_rung
    begun, ended = business.journal.entries
    assert isinstance(begun, Begun)
    assert isinstance(ended, Ended)
    assert ended.verdict.answer == (
        "Webdial may not send requests to its own machine (localhost), so nothing was sent there."
    )
    await business.sender.close()


async def test_log_in_is_under_the_policy_too() -> None:
    setup = SystemSetup(1, "Own", read_phone_system(WITH_LOG_IN, id="own"))
    business = Business({SET: "Own"}, setup, own={"log_in_host": "127.0.0.1"})
    call = await business.exchange.place_call("020", user_id=1, channel=Channel.API)
    assert call.outcome is Outcome.ADDRESS_NOT_ALLOWED
    assert call.verdict is not None
    assert call.verdict.answer.startswith("Webdial may not send requests to its own machine")
    await business.sender.close()
