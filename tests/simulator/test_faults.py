"""Every fault on the bare socket, as an HTTP client sees it, and what the server remembers."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from webdial.errors import InvalidValueError
from webdial.simulator import FaultServer, ReceivedRequest
from webdial.simulator.fault_scripts import FAULTS

QUERY = "?func=make_call&from=201&to=02079460123"


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as client:
        yield client


Check = Callable[[FaultServer, aiohttp.ClientSession], Awaitable[None]]


async def get(client: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with client.get(url) as answer:
        return answer.status, await answer.text()


async def raw_answer(server: FaultServer, fault: str) -> bytes:
    """All that the fault sends, read from the socket without any HTTP."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(f"GET /faults/{fault} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    try:
        return await reader.read(-1)
    finally:
        writer.close()


async def check_refuse(server: FaultServer, client: aiohttp.ClientSession) -> None:
    expected = (403, "This extension may not ring outside numbers.")
    assert await get(client, server.url("refuse", QUERY)) == expected


async def check_error(server: FaultServer, client: aiohttp.ClientSession) -> None:
    expected = (500, "The telephony service has stopped.")
    assert await get(client, server.url("error", QUERY)) == expected


async def check_busy(server: FaultServer, client: aiohttp.ClientSession) -> None:
    expected = (200, "ERROR 486 The extension is busy.")
    assert await get(client, server.url("busy", QUERY)) == expected


async def check_slow(server: FaultServer, client: aiohttp.ClientSession) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await get(client, server.url("slow", f"{QUERY}&seconds=0.2"))
    assert answer == (200, "OK call 1")
    assert loop.time() - began >= 0.19


async def check_never(server: FaultServer, client: aiohttp.ClientSession) -> None:
    asked = asyncio.ensure_future(client.get(server.url("never", QUERY)))
    await server.wait_for_requests(1)
    done, _ = await asyncio.wait({asked}, timeout=0.1)
    assert done == set()
    asked.cancel()
    await asyncio.wait_for(server.wait_until_quiet(), 5)


async def check_closes(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("closes", QUERY)) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def check_hangs_up(server: FaultServer, client: aiohttp.ClientSession) -> None:
    assert await raw_answer(server, "hangs-up") == b""
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.get(server.url("hangs-up", QUERY))


async def check_resets(server: FaultServer, client: aiohttp.ClientSession) -> None:
    with pytest.raises(ConnectionResetError):
        await raw_answer(server, "resets")
    with pytest.raises(aiohttp.ClientOSError):
        await client.get(server.url("resets", QUERY))


async def check_nonsense(server: FaultServer, client: aiohttp.ClientSession) -> None:
    assert b"HTTP/" not in await raw_answer(server, "nonsense")
    with pytest.raises(aiohttp.ClientResponseError):
        await client.get(server.url("nonsense", QUERY))


async def check_endless(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("endless", QUERY)) as answer:
        assert len(await answer.content.readexactly(300_000)) == 300_000
    await asyncio.wait_for(server.wait_until_quiet(), 5)


async def check_endless_headers(server: FaultServer, client: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.ClientResponseError):
        await client.get(server.url("endless-headers", QUERY))
    await asyncio.wait_for(server.wait_until_quiet(), 5)


async def check_drips(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("drips", QUERY)) as answer:
        assert await answer.content.readexactly(2) == b".."


async def check_garbled(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("garbled", QUERY)) as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def check_bomb(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("bomb", QUERY)) as answer:
        assert int(answer.headers["Content-Length"]) < 70_000
        assert await answer.content.readexactly(2_000_000) == bytes(2_000_000)


async def check_redirect(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url("redirect", f"/{QUERY}")) as answer:
        assert (answer.status, await answer.text()) == (200, "OK call 2")
    assert server.requests[-1].target == f"/ivr/PbxAPI.aspx{QUERY}"
    async with client.post(server.url("redirect", "/a/b?c=1"), data={"to": "1"}) as answer:
        assert answer.status == 200
    last = server.requests[-1]
    assert (last.method, last.target, last.body) == ("POST", "/a/b?c=1", b"to=1")


async def check_redirect_away(server: FaultServer, client: aiohttp.ClientSession) -> None:
    async with FaultServer(host="127.0.0.2", away=server.url("", "/elsewhere")) as other:
        assert await get(client, other.url("redirect-away", QUERY)) == (200, "OK call 1")
    assert [request.target for request in server.requests] == ["/elsewhere"]


CHECKS: dict[str, Check] = {
    "bomb": check_bomb,
    "busy": check_busy,
    "closes": check_closes,
    "drips": check_drips,
    "endless": check_endless,
    "endless-headers": check_endless_headers,
    "error": check_error,
    "garbled": check_garbled,
    "hangs-up": check_hangs_up,
    "never": check_never,
    "nonsense": check_nonsense,
    "redirect": check_redirect,
    "redirect-away": check_redirect_away,
    "refuse": check_refuse,
    "resets": check_resets,
    "slow": check_slow,
}


def test_every_fault_is_tried() -> None:
    assert set(CHECKS) == set(FAULTS)


@pytest.mark.parametrize("fault", CHECKS)
async def test_fault_does_what_it_says(
    server: FaultServer, client: aiohttp.ClientSession, fault: str
) -> None:
    await asyncio.wait_for(CHECKS[fault](server, client), 15)


async def test_request_is_remembered_as_it_came(
    server: FaultServer, client: aiohttp.ClientSession
) -> None:
    headers = {"X-Api-Key": "k1", "User-Agent": "OpenAPI"}
    url = server.url("", "/dial?x=%2B1")
    async with client.put(url, data=b"from=201", headers=headers) as answer:
        assert await answer.text() == "OK call 1"
    (request,) = server.requests
    assert (request.method, request.target, request.body) == ("PUT", "/dial?x=%2B1", b"from=201")
    assert (request.header("x-api-key"), request.header("none")) == ("k1", None)
    assert ("User-Agent", "OpenAPI") in request.headers


async def test_chunked_body_is_put_together(
    server: FaultServer, client: aiohttp.ClientSession
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"from=201"
        yield b"&to=1"

    async with client.post(server.url(""), data=pieces()) as answer:
        assert answer.status == 200
    assert server.requests[0].body == b"from=201&to=1"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"x" * 200_000,
    ],
)
async def test_what_is_no_request_is_dropped(server: FaultServer, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(sent)
    writer.write_eof()
    try:
        received = await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        received = b""
    writer.close()
    assert (received, list(server.requests)) == (b"", [])


async def test_waiting_for_several_requests(
    server: FaultServer, client: aiohttp.ClientSession
) -> None:
    waiting = asyncio.ensure_future(server.wait_for_requests(2))
    await get(client, server.url(""))
    assert not waiting.done()
    await get(client, server.url(""))
    await asyncio.wait_for(waiting, 5)


async def test_server_leaves_at_once_whoever_is_still_there(client: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(5):
        async with FaultServer() as server:
            deaf_reader, deaf_writer = await asyncio.open_connection(server.host, server.port)
            deaf_writer.write(b"GET /faults/endless HTTP/1.1\r\n\r\n")
            never = asyncio.ensure_future(client.get(server.url("never")))
            await server.wait_for_requests(2)
        with pytest.raises(aiohttp.ClientError):
            await never
    deaf_writer.close()
    assert deaf_reader.exception() is None or isinstance(deaf_reader.exception(), OSError)


async def test_old_requests_are_forgotten(
    server: FaultServer, client: aiohttp.ClientSession
) -> None:
    for _ in range(203):
        await get(client, server.url(""))
    assert (len(server.requests), server.requests_seen) == (200, 203)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.7.231", "::"])
def test_server_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(InvalidValueError):
        FaultServer(host=host)


def test_unknown_fault_is_the_tests_own_slip() -> None:
    with pytest.raises(KeyError):
        FaultServer().url("explode")


def test_header_is_found_in_any_letter_case() -> None:
    request = ReceivedRequest("GET", "/", (("A", "1"), ("a", "2")), b"")
    assert request.header("a") == "1"


def anonymous(purpose: int) -> ssl.SSLContext:
    """TLS with a key exchange that needs no certificate: the server's side of it is not tested."""
    context = ssl.SSLContext(purpose)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context


@pytest.mark.parametrize("fault", ["refuse", "closes", "resets"])
async def test_faults_can_be_had_over_tls(client: aiohttp.ClientSession, fault: str) -> None:
    to_server = anonymous(ssl.PROTOCOL_TLS_CLIENT)
    async with FaultServer(tls=anonymous(ssl.PROTOCOL_TLS_SERVER)) as server:
        assert server.url(fault).startswith("https://127.0.0.1:")
        try:
            async with client.get(server.url(fault), ssl=to_server) as answer:
                outcome: object = (answer.status, await answer.text())
        except aiohttp.ClientError as error:
            outcome = type(error)
        # aiohttp sends a GET again when the line breaks before an answer.
        assert {request.method for request in server.requests} == {"GET"}
    expected = {
        "refuse": (403, "This extension may not ring outside numbers."),
        "closes": aiohttp.ClientPayloadError,
        "resets": aiohttp.ClientOSError,
    }
    assert outcome == expected[fault]
