"""A phone system on a bare socket, for tests: does every fault, and remembers what it was sent.

    async with FaultServer() as server:
        await dial(server.url("nonsense"))
        assert server.requests[0].method == "GET"

Paths below /faults/ do the fault they name (`webdial.simulator.fault_scripts`); any other path
answers 200 "OK call 1", 2, 3 and so on.
"""

import asyncio
import socket
import ssl
import struct
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Self

from webdial.errors import InvalidValueError
from webdial.simulator.fault_scripts import (
    FAULTS,
    FAULTS_PATH,
    Body,
    BreakOff,
    FaultScript,
    Head,
    HoldOpen,
    Pause,
    Raw,
    Step,
    answer,
    asked_of,
)

MAX_REQUESTS = 200
"""Requests remembered; the oldest go first."""

_MAX_HEAD_BYTES = 64 * 1024
_MAX_BODY_BYTES = 1024 * 1024
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER on with no time: closing then sends RST and drops what was not sent yet."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it came: `target` is path and query as on the wire, header names as written."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name in any letter case, or None."""
        values = (value for known, value in self.headers if known.lower() == name.lower())
        return next(values, None)


class FaultServer:
    """Listens on a loopback address while its context is entered; `port` 0 takes a free one.

    With a server-side `tls` context it speaks HTTPS. `away` is where `redirect-away` points. Other
    `scripts` than those of the simulator may be played.
    Raises InvalidValueError for a host that is not loopback, OSError when it cannot listen.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        away: str = "http://elsewhere.invalid/",
        scripts: Mapping[str, FaultScript] = FAULTS,
    ) -> None:
        if not ip_address(host).is_loopback:
            raise InvalidValueError("A fault server listens on loopback only.", field="host")
        self.host = host
        self.port = port
        self.requests: deque[ReceivedRequest] = deque(maxlen=MAX_REQUESTS)
        self.requests_seen = 0
        self._tls = tls
        self._away = away
        self._scripts = scripts
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._meet, self.host, self.port, ssl=self._tls, limit=_MAX_HEAD_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for conversation in tuple(self._conversations):
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._conversations)

    def url(self, fault: str, tail: str = "") -> str:
        """The address of a fault, or of a working path for ""; `tail` is put behind as it is.

        Raises KeyError for an unknown fault: a test's slip, not the server's answer.
        """
        scheme = "https" if self._tls else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = f"{FAULTS_PATH}{self._scripts[fault].name}" if fault else ""
        return f"{scheme}://{host}:{self.port}{path}{tail}"

    async def wait_for_requests(self, count: int) -> None:
        """Return once `count` requests have been read whole since the server began."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.requests_seen >= count)

    async def wait_until_quiet(self) -> None:
        """Return once no connection is open."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._conversations)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        self._conversations.add(conversation)
        try:
            with suppress(OSError, EOFError, ValueError):
                await self._converse(reader, writer)
                writer.close()
                await writer.wait_closed()
        except asyncio.CancelledError:
            pass  # Only leaving the context cancels, and asyncio's streams log what passes here.
        finally:
            writer.transport.abort()
            self._conversations.discard(conversation)
            async with self._changed:
                self._changed.notify_all()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, remember it, answer it; every answer ends the connection."""
        request = await _read_request(reader)
        async with self._changed:
            self.requests.append(request)
            self.requests_seen += 1
            self._changed.notify_all()
        goodbye = asyncio.ensure_future(_wait_for_goodbye(reader))
        playing = asyncio.ensure_future(_play(self._steps_for(request), writer))
        try:
            done, _ = await asyncio.wait({goodbye, playing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            goodbye.cancel()
            playing.cancel()
            await asyncio.gather(goodbye, playing, return_exceptions=True)

    def _steps_for(self, request: ReceivedRequest) -> Iterator[Step]:
        path, _, query = request.target.partition("?")
        name, asked = asked_of(path, method=request.method, query=query, away=self._away)
        if not path.startswith(FAULTS_PATH):
            return answer(200, f"OK call {self.requests_seen}")
        if script := self._scripts.get(name):
            return script.steps(asked)
        return answer(404, "No such fault.")


async def _read_request(reader: asyncio.StreamReader) -> ReceivedRequest:
    """Raises EOFError when the client goes early, ValueError for what is no request."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise ValueError("The request's head is too large.") from None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name, value.strip()) for name, _, value in pairs)
    request = ReceivedRequest(method=method, target=target, headers=headers, body=b"")
    return ReceivedRequest(method, target, headers, await _read_body(reader, request))


async def _read_body(reader: asyncio.StreamReader, request: ReceivedRequest) -> bytes:
    """The body by Content-Length or in chunks (RFC 9112 section 7.1), at most 1 MiB."""
    if "chunked" in (request.header("Transfer-Encoding") or "").lower():
        return await _read_chunks(reader)
    return await reader.readexactly(_checked_size(int(request.header("Content-Length") or 0)))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        _checked_size(len(body) + size)
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body


def _checked_size(size: int) -> int:
    if not 0 <= size <= _MAX_BODY_BYTES:
        raise ValueError("The request's body is too large.")
    return size


async def _wait_for_goodbye(reader: asyncio.StreamReader) -> None:
    """Return when the client has closed its side; whatever else it sends is dropped."""
    while await reader.read(_MAX_HEAD_BYTES):
        pass


async def _play(steps: Iterable[Step], writer: asyncio.StreamWriter) -> None:
    for step in steps:
        match step:
            case Head(status, headers):
                writer.write(_head_bytes(status, headers))
            case Body(data) | Raw(data):
                writer.write(data)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case HoldOpen():
                await asyncio.Event().wait()
            case BreakOff(by_reset):
                _break_off(writer, by_reset=by_reset)
                return
        await writer.drain()


def _head_bytes(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {value}" for name, value in headers),
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("latin-1")


def _break_off(writer: asyncio.StreamWriter, *, by_reset: bool) -> None:
    if by_reset:
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        writer.transport.abort()
