"""The sample of the old system's manual, word for word, from a click's number to ringing phones.

Its phone systems (sys1, phones2, myphones, main.intra.com) are stood for by one door that takes the
sample's paths and has the SIP server ring; names are looked up by a resolver of the test's own.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.real.fixtures import Softphones
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer
from tests.server import MECHANISM, Installation
from webdial.dialstring import HttpRequest
from webdial.environment import Environment
from webdial.errors import CallNotPlacedError
from webdial.exchange import Caller, Channel, Configuration, Exchange, HttpSender, Outcome
from webdial.exchange.general_settings import key_of
from webdial.exchange.journal import Entry
from webdial.exchange.named_hosts import policy_of
from webdial.site.databases import chosen_database
from webdial.site.function_runner import DatabaseFunction

SAMPLE = (Path(__file__).parent / "sample.sql").read_text(encoding="utf-8")
NUMBER = "02079460123"
ALLOWED = "sys1, phones2, myphones, main.intra.com, pbx.example, localhost"
BRANCHES = {
    "MAIN": f"http://sys1:82/api/call/makecall/1001/{NUMBER}/9",
    "ALSR": f"http://phones2:81/api/call/makecall1001/{NUMBER}",
    "ABSA": f"http://myphones:8180/api/call/makecall1001/{NUMBER}",
    "AVYIA": "http://main.intra.com:55340/phone.asmx/MakeCall"
    f"?originatorExtension=1001&destinationPhoneNumber={NUMBER}&openLineCharacter=9",
}


class OneHost(AbstractResolver):
    """Every name and port is the door's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked: list[tuple[str, int]] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append((host, port))
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self._port, family=family, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]  # fmt: skip

    async def close(self) -> None: ...


@asynccontextmanager
async def door(sip_server: SipServer) -> AsyncIterator[int]:
    """A phone system's own door: the sample's paths, each ringing by the SIP server. Gives its port."""

    async def ring(request: web.Request) -> web.Response:
        found = re.fullmatch(r"/api/call/makecall/?(\d{4})/(\d+)(?:/9)?", request.path)
        if found:
            extension, number = found.groups()
        else:
            query = parse_qs(urlsplit(str(request.rel_url)).query)
            extension, number = query["originatorExtension"][0], query["destinationPhoneNumber"][0]
        async with aiohttp.ClientSession() as session:
            answer = await session.get(sip_server.dial_url(extension, number))
            return web.Response(status=answer.status, text=await answer.text())

    application = web.Application()
    application.router.add_get("/{path:.*}", ring)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class Memory:
    """A Journal that keeps its entries in memory: what is on disk is told by other tests."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def write(self, entry: Entry) -> None:
        self.entries.append(entry)


class Fixed:
    """A ConfigurationSource of one picture: Carl of London, by FUNCTION and this phone system."""

    def __init__(self, phone_system: str | None, source: str = SAMPLE) -> None:
        carl = Caller(1, "carl", "CO", "Carl Osei", "1001", 1, "London")
        values: dict[tuple[str, int | None], str] = {(key_of(MECHANISM), None): "FUNCTION"}
        values[key_of("Allowed Hosts"), None] = ALLOWED
        if phone_system is not None:
            values[key_of("SYNETY"), 1] = phone_system
        self.current = Configuration(1, {1: carl}, {}, {1: "London"}, values, {"lon": 1}, source)


@pytest.fixture(scope="module")
def function(installation: Installation) -> Iterator[DatabaseFunction]:
    runner = DatabaseFunction(chosen_database(Environment(installation.environment)))
    yield runner
    runner.close()


def exchange_for(
    configured: Fixed, function: DatabaseFunction, sender: HttpSender | None = None
) -> Exchange:
    return Exchange(
        configuration=configured,
        journal=Memory(),
        sender=sender or HttpSender(policy=lambda: policy_of(configured.current)),
        function=function,
        run_id="run",
    )


@pytest.mark.parametrize("phone_system", list(BRANCHES))
async def test_sample_makes_exactly_its_urls(phone_system: str, function: DatabaseFunction) -> None:
    for written in (phone_system, phone_system.lower()):
        exchange = exchange_for(Fixed(written), function)
        prepared = await exchange.prepare_call("020 7946 0123", user_id=1)
        assert prepared.plan == HttpRequest("GET", BRANCHES[phone_system])


@pytest.mark.parametrize("phone_system", [None, "", "OTHER"])
async def test_sample_gives_none_for_other_phone_systems(
    phone_system: str | None, function: DatabaseFunction
) -> None:
    with pytest.raises(CallNotPlacedError) as caught:
        await exchange_for(Fixed(phone_system), function).prepare_call("020", user_id=1)
    assert caught.value.error_code == "function_gave_nothing"


@pytest.mark.parametrize("phone_system", list(BRANCHES))
async def test_sample_rings_real_phones(
    phone_system: str, function: DatabaseFunction, sip_server: SipServer, softphones: Softphones
) -> None:
    sip_server.assign_number(NUMBER, "1009")
    desk = await asyncio.to_thread(softphones, "1001", tone_hz=440)
    outside = await asyncio.to_thread(softphones, "1009", tone_hz=880)
    async with door(sip_server) as port:
        resolver = OneHost(port)
        configured = Fixed(phone_system)
        sender = HttpSender(policy=lambda: policy_of(configured.current), resolver=resolver)
        exchange = exchange_for(configured, function, sender)
        call = await exchange.place_call("020 7946 0123", user_id=1, channel=Channel.API)
        assert call.outcome is Outcome.SENT
        await asyncio.to_thread(desk.wait, Happening.RINGS)
        await asyncio.to_thread(outside.wait, Happening.RINGS)
        await asyncio.to_thread(outside.wait_tone, 440)
        url = urlsplit(BRANCHES[phone_system])
        assert resolver.asked == [(url.hostname, url.port)]
        await sender.close()


HEAD = 'ALTER FUNCTION f( in "Number" char(100) ) returns long varchar\nbegin\n'


@pytest.mark.parametrize(
    ("result", "method", "url", "body"),
    [
        ("'{POST}http://pbx.example/d<&>to='||Number", "POST", "http://pbx.example/d", "to=020"),
        ("'{PUT}http://pbx.example/d<&>to='||Number", "PUT", "http://pbx.example/d", "to=020"),
        (
            "'{GET}http://pbx.example/^/#?to='||Number",
            "GET",
            "http://pbx.example/%5E/%23?to=020",
            None,
        ),
    ],
)
async def test_directives_work_in_a_result_and_signs_are_not_replaced(
    function: DatabaseFunction, result: str, method: str, url: str, body: str | None
) -> None:
    exchange = exchange_for(Fixed("MAIN", f"{HEAD}return {result}\nend"), function)
    plan = (await exchange.prepare_call("020", user_id=1)).plan
    assert isinstance(plan, HttpRequest)
    assert (plan.method, plan.url, plan.body) == (method, url, body)


async def test_link_from_a_function(function: DatabaseFunction) -> None:
    exchange = exchange_for(Fixed("MAIN", f"{HEAD}return 'tel:'||Number\nend"), function)
    call = await exchange.place_call("020", user_id=1, channel=Channel.PAGE)
    assert (call.link, call.outcome) == ("tel:020", Outcome.HANDED_OVER)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return 'pbx.example/'||Number", "function_result_faulty"),
        ("return 'javascript:alert(1)'", "function_result_faulty"),
        ("return ''", "function_gave_nothing"),
        ("return null", "function_gave_nothing"),
        ("return 1/0", "function_failed"),
        ("l: loop set Number = Number end loop", "function_failed"),
    ],
)
async def test_what_is_no_dial_string_stops_the_call(
    function: DatabaseFunction, body: str, code: str
) -> None:
    exchange = exchange_for(Fixed("MAIN", f"{HEAD}{body}\nend"), function)
    with pytest.raises(CallNotPlacedError) as caught:
        await exchange.prepare_call("020", user_id=1)
    assert caught.value.error_code == code


async def test_hostile_functions_harm_no_other_call(function: DatabaseFunction) -> None:
    """An endless loop and a text that doubles are stopped while calls by dial string go on."""
    loop = asyncio.get_running_loop()
    endless = exchange_for(Fixed("MAIN", f"{HEAD}l: loop set Number = '1' end loop\nend"), function)
    doubling = "declare s long varchar; set s = 'x'; l: loop set s = s || s end loop"
    growing = exchange_for(Fixed("MAIN", f"{HEAD}{doubling}\nend"), function)
    plain = Fixed("MAIN")
    plain.current = Configuration(
        1, plain.current.callers, {}, {1: "London"}, {(key_of(MECHANISM), None): "tel:#"}
    )
    other = exchange_for(plain, function)
    hostile = [
        asyncio.create_task(exchange.prepare_call("020", user_id=1))
        for exchange in (endless, growing)
    ]
    placed = 0
    while not all(task.done() for task in hostile):
        await other.place_call("020", user_id=1, channel=Channel.API)
        placed += 1
        await asyncio.sleep(0)
    assert placed > 2
    for task in hostile:
        error = task.exception()
        assert isinstance(error, CallNotPlacedError)
        assert error.error_code == "function_failed"
    assert loop.is_running()
