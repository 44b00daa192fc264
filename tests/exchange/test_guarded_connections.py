"""Requests under the network policy, against real sockets and names that lead where a test wants.

What is refused must not reach the door: it counts connections, not requests alone.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

import pytest
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.exchange.policies import allowing
from webdial.dialstring import HttpRequest
from webdial.exchange import HttpSender, Outcome, TimeLimits, Verdict
from webdial.exchange.guarded_connections import GuardedResolver, connect_plainly
from webdial.exchange.network_policy import AddressNotAllowedError, NetworkPolicy

PATIENT = TimeLimits(connect_s=5, total_s=20)
HERE = "pbx.example, 127.0.0.1"
METADATA = "169.254.169.254"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
LAST = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


class Names(AbstractResolver):
    """Each look-up of any name gives the next answer; the last one is given again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self._answers[min(len(self.asked), len(self._answers) - 1)]
        self.asked.append(host)
        await asyncio.sleep(0)  # as a look-up in a thread, it gives way
        if not answer:
            raise OSError("no such name")
        return [_result(host, address, port) for address in answer]

    async def close(self) -> None: ...


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0,
        flags=socket.AI_NUMERICHOST,
    )  # fmt: skip


class Door:
    """A server on loopback: every connection is counted, and every byte that came is kept."""

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        self._answers = answers or (OK,)
        self._tls = tls
        self.connections = 0
        self.closed = asyncio.Condition()
        self.heads: list[bytes] = []
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in tuple(self._open):
            writer.close()
        await self._server.wait_closed()
        await self.wait_until_empty()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self._answers[min(len(self.heads), len(self._answers)) - 1]
                writer.write(answer)
                await writer.drain()
                if b"Connection: close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                self.heads.append(error.partial)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._open.discard(writer)
            async with self.closed:
                self.closed.notify_all()

    async def wait_until_empty(self, *, after: int = 0) -> None:
        """Return when nobody is connected any more, and so many have been."""
        async with self.closed:
            await self.closed.wait_for(lambda: not self._open and self.connections >= after)


Send = Callable[[str], "asyncio.Future[Verdict]"]


@asynccontextmanager
async def sending(
    policy: Callable[[], NetworkPolicy], names: Names, context: ssl.SSLContext | None = None
) -> AsyncIterator[Send]:
    sender = HttpSender(policy=policy, resolver=names, ssl_context=context)

    def send(url: str) -> "asyncio.Future[Verdict]":
        return asyncio.ensure_future(sender.send(HttpRequest("GET", url), PATIENT))

    try:
        yield send
    finally:
        await sender.close()


async def test_name_is_looked_up_once_and_its_address_is_connected_to() -> None:
    names = Names(["127.0.0.1"], [METADATA])
    async with Door() as door, sending(allowing(HERE), names) as send:
        url = f"http://pbx.example:{door.port}/"
        assert [(await send(url)).outcome for _ in range(3)] == [Outcome.SENT] * 3
        assert (door.connections, names.asked) == (1, ["pbx.example"])
        assert f"Host: pbx.example:{door.port}".encode() in door.heads[0]


async def test_look_up_holds_for_some_seconds() -> None:
    names = Names(["127.0.0.1"], [METADATA])
    async with Door(LAST) as door, sending(allowing(HERE), names) as send:
        url = f"http://pbx.example:{door.port}/"
        assert [(await send(url)).outcome for _ in range(2)] == [Outcome.SENT] * 2
        assert (door.connections, names.asked) == (2, ["pbx.example"])


async def test_those_who_want_the_same_name_share_its_look_up() -> None:
    names = Names(["127.0.0.1"], [METADATA])
    async with Door(LAST) as door, sending(allowing(HERE), names) as send:
        verdicts = await asyncio.gather(
            *(send(f"http://pbx.example:{door.port}/") for _ in range(5))
        )
        assert {verdict.outcome for verdict in verdicts} == {Outcome.SENT}
        assert (door.connections, names.asked) == (5, ["pbx.example"])


async def test_failed_look_up_is_tried_again_by_the_next() -> None:
    names = Names([], ["127.0.0.1"])
    async with Door() as door, sending(allowing(HERE), names) as send:
        url = f"http://pbx.example:{door.port}/"
        assert (await send(url)).outcome is Outcome.HOST_UNKNOWN
        assert (await send(url)).outcome is Outcome.SENT


async def test_rebinding_is_seen_at_the_next_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webdial.exchange.guarded_connections.LOOK_UP_HOLDS_S", -1.0)
    names = Names(["127.0.0.1"], [METADATA], ["127.0.0.1"])
    async with Door(LAST) as door, sending(allowing(HERE), names) as send:
        url = f"http://pbx.example:{door.port}/"
        assert (await send(url)).outcome is Outcome.SENT
        assert await send(url) == Verdict(
            Outcome.ADDRESS_NOT_ALLOWED,
            answer="pbx.example leads to 169.254.169.254, where Webdial never sends requests: "
            "link-local, where clouds keep their metadata services.",
        )
        assert (await send(url)).outcome is Outcome.SENT
        assert (door.connections, len(door.heads)) == (2, 2)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1", METADATA],
        [METADATA, "127.0.0.1"],
        ["127.0.0.1", "fd00:ec2::254"],
        ["127.0.0.1", "::ffff:169.254.169.254"],
        ["127.0.0.1", "64:ff9b::a9fe:a9fe"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.1", "::1"],
        ["127.0.0.1", "0.0.0.0"],
        ["127.0.0.1", "9.9.9.9", "10.0.0.5"],
        ["127.0.0.1", "fe80::1%lo"],
        ["127.0.0.1", "localhost"],
    ],
)
async def test_one_forbidden_address_refuses_the_name_whole(addresses: list[str]) -> None:
    async with Door() as door, sending(allowing(HERE), Names(addresses)) as send:
        verdict = await send(f"http://pbx.example:{door.port}/")
        assert verdict.outcome is Outcome.ADDRESS_NOT_ALLOWED
        assert door.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"])
async def test_name_that_leads_to_the_own_machine_does_not_reach_it(address: str) -> None:
    async with Door() as door, sending(allowing("pbx.example"), Names([address])) as send:
        verdict = await send(f"http://pbx.example:{door.port}/")
        assert verdict.outcome is Outcome.ADDRESS_NOT_ALLOWED
        assert verdict.sentence == (
            "Webdial may not send requests to the phone system's address. Nothing was dialled."
        )
        assert verdict.answer.startswith("pbx.example leads to Webdial's own machine (")
        assert door.connections == 0


@pytest.mark.parametrize(
    "authority",
    [
        "127.0.0.1:{port}",
        "localhost:{port}",
        "LOCALHOST:{port}",
        "localhost.:{port}",
        "localhost..:{port}",
        "127.0.0.1.:{port}",
        "127.1:{port}",
        "127.0.1:{port}",
        "0177.0.0.1:{port}",
        "0x7f.0.0.1:{port}",
        "0x7f000001:{port}",
        "2130706433:{port}",
        "017700000001:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "[::ffff:7f00:1]:{port}",
        "0:{port}",
        "0.0.0.0:{port}",
        "pbx.example@127.0.0.1:{port}",
        "pbx.example:80@127.0.0.1:{port}",
        "pbx.example\\@127.0.0.1:{port}",
        "127.0.0.1:{port}\\@pbx.example",
        "127.0.0.1\\.pbx.example:{port}",
        "%31%32%37.0.0.1:{port}",
        "127%2e0%2e0%2e1:{port}",
        "127。0。0。1:{port}",
        "１２７.0.0.1:{port}",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "other.example:{port}",
    ],
)
async def test_disguised_address_is_not_reached(authority: str) -> None:
    """The name that is allowed leads to the door, so that nothing but the host decides."""
    names = Names(["127.0.0.1"])
    policy = allowing("pbx.example, 127.0.0.1:1")
    async with Door() as door, sending(policy, names) as send:
        verdict = await send(f"http://{authority.format(port=door.port)}/")
        assert verdict.outcome in {Outcome.ADDRESS_NOT_ALLOWED, Outcome.HOST_UNKNOWN}
        assert door.connections == 0


async def test_redirect_to_the_same_name_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name leads elsewhere by then. The first request was taken, so the phone may ring."""
    monkeypatch.setattr("webdial.exchange.guarded_connections.LOOK_UP_HOLDS_S", -1.0)
    moved = (
        b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    names = Names(["127.0.0.1"], ["10.0.0.5", "9.9.9.9"])
    async with Door(moved, OK) as door, sending(allowing(HERE), names) as send:
        assert await send(f"http://pbx.example:{door.port}/") == Verdict(
            Outcome.NOT_UNDERSTOOD, 302,
            "pbx.example has addresses of the internet and of a private network (10.0.0.5), "
            "so nothing was sent there.",
        )  # fmt: skip
        assert (door.connections, len(door.heads)) == (1, 1)


@pytest.mark.parametrize(
    "target",
    [f"http://{METADATA}/latest/meta-data/", "http://127.0.0.1:{port}/", "//other.example/"],
)
async def test_redirect_elsewhere_is_not_followed(target: str) -> None:
    async with Door() as forbidden:
        location = target.format(port=forbidden.port)
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
        names = Names(["127.0.0.1"])
        async with Door(moved) as door, sending(allowing(HERE), names) as send:
            verdict = await send(f"http://pbx.example:{door.port}/")
            assert verdict.outcome is Outcome.REDIRECTED_AWAY
            assert (forbidden.connections, names.asked) == (0, ["pbx.example"])


async def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Door() as proxy, Door() as door:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        async with sending(allowing(HERE), Names(["127.0.0.1"])) as send:
            assert (await send(f"http://pbx.example:{door.port}/")).outcome is Outcome.SENT
            assert (proxy.connections, door.connections) == (0, 1)


@pytest.mark.parametrize(
    ("afterwards", "why"),
    [
        ("other.example", "Webdial may not send requests to pbx.example"),
        ("pbx.example", "pbx.example leads to Webdial's own machine (127.0.0.1)"),
    ],
)
async def test_kept_connection_is_not_used_against_a_new_policy(afterwards: str, why: str) -> None:
    in_force = [allowing(HERE)()]
    names = Names(["127.0.0.1"])
    async with Door() as door, sending(lambda: in_force[0], names) as send:
        url = f"http://pbx.example:{door.port}/"
        assert (await send(url)).outcome is Outcome.SENT
        in_force[0] = allowing(afterwards)()
        verdict = await send(url)
        assert verdict.outcome is Outcome.ADDRESS_NOT_ALLOWED
        assert verdict.answer.startswith(why)
        in_force[0] = allowing(HERE)()
        assert (await send(url)).outcome is Outcome.SENT
        assert len(door.heads) == 2


async def test_connected_address_is_judged_before_anything_is_written() -> None:
    """The look-up is judged by a policy that allows it, the connection by the one before."""
    before, after = allowing("pbx.example")(), allowing(HERE)()
    turns = iter([before, after])
    async with Door() as door, sending(lambda: next(turns), Names(["127.0.0.1"])) as send:
        verdict = await send(f"http://pbx.example:{door.port}/")
        assert verdict.outcome is Outcome.ADDRESS_NOT_ALLOWED
        async with door.closed:
            await door.closed.wait_for(lambda: door.connections == 1)
        await door.wait_until_empty()
        assert door.heads == []


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("pbx.example", Outcome.SENT), ("other.example", Outcome.CERTIFICATE_BAD)],
)
async def test_tls_verifies_the_name_of_a_pinned_address(name: str, outcome: Outcome) -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with (
        Door(tls=serving) as door,
        sending(allowing(HERE), Names(["127.0.0.1"]), trusting) as send,
    ):
        assert (await send(f"https://pbx.example:{door.port}/")).outcome is outcome
        assert len(door.heads) == (1 if outcome is Outcome.SENT else 0)


async def test_old_look_ups_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webdial.exchange.guarded_connections.LOOK_UP_HOLDS_S", -1.0)
    monkeypatch.setattr("webdial.exchange.guarded_connections.MAX_LOOK_UPS", 2)
    names = Names(["9.9.9.9"])
    resolver = GuardedResolver(allowing("*.pbx.example"), names)
    for index in range(6):
        await resolver.resolve(f"a{index}.pbx.example", 80)
    assert len(names.asked) == 6
    assert len(resolver._found) <= 2
    await resolver.close()


async def test_bare_connection_is_under_the_policy_too() -> None:
    async with Door() as door:
        with pytest.raises(AddressNotAllowedError):
            await asyncio.to_thread(
                connect_plainly, allowing("pbx.example")(), "127.0.0.1", door.port, 5.0
            )
        assert door.connections == 0
        here = allowing("localhost")()
        plain = await asyncio.to_thread(connect_plainly, here, "localhost", door.port, 5.0)
        assert plain.getpeername() == ("127.0.0.1", door.port)
        plain.close()
        await door.wait_until_empty(after=1)  # it may not have been met yet
