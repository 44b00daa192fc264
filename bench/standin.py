"""The phone system that is dialled: answers a dial with 200 `OK` and counts it.

A raw protocol instead of a web framework, so that the stand-in costs far less than whatever is
measured through it. It knows these requests and nothing else: any other method is refused with 405
and not counted, since what it does not understand it must not count as a call.

    GET /dial...                200 "OK", counted, after `--delay-s` seconds
    GET /api/call/makecall/...  the same: where the sample function dials
    POST /dial                  the same, with a form that has a number in `to`
    POST /json/token            200 and a token, for whatever log-in
    POST /json/call             200 and the id of a call as JSON, counted; with the token and a number in it
    GET /count                  200 and the number of dials counted so far, at once

Run it with `python -m bench.standin --port 8099`; `dial_count` reads the counter.
"""

import argparse
import asyncio
import contextlib
import json
import re
import signal
import sys
import urllib.request
from typing import cast

from bench import sample
from bench.loop import new_loop
from bench.servers import HOST, Command

_DIALS = (b"GET /dial", b"GET " + sample.DIAL_PATH.encode())
_FORM = b"POST /dial "
_CALL = b"POST /json/call "
_LOG_IN = b"POST /json/token "
TOKEN = "8d2c1f6e0b7a4935"
_BEARER = f"\r\nauthorization: bearer {TOKEN}\r\n".encode()
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_MAX_HEAD_BYTES = 16_384
"""What a request head may take before the connection is dropped: a client out of step."""


def _answer(
    status: str, body: bytes, *, closes: bool = False, media_type: str = "text/plain"
) -> bytes:
    connection = "close" if closes else "keep-alive"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: {connection}\r\n\r\n"
    )
    return head.encode() + body


_DIALLED = _answer("200 OK", b"OK")
_UNKNOWN = _answer("404 Not Found", b"nothing here")
_REFUSED = _answer("405 Method Not Allowed", b"not this method, or not in this way", closes=True)


def _json(content: dict[str, object]) -> bytes:
    return _answer("200 OK", json.dumps(content).encode(), media_type="application/json")


_LOGGED_IN = _json({"errcode": 0, "errmsg": "SUCCESS", "access_token": TOKEN, "expires_in": 1800})
_CALLED = _json({"errcode": 0, "errmsg": "SUCCESS", "call_id": "1632985346.11"})
_LAPSED = _json({"errcode": 10004, "errmsg": "TOKEN EXPIRED"})


class Standin:
    """What all connections share: the delay in seconds and the count of dials."""

    __slots__ = ("delay_s", "dials")

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.dials = 0

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """A server that accepts already; port 0 lets the system choose one."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _Line(self), host, port, backlog=4096)


class _Line(asyncio.Protocol):
    """One kept-alive connection."""

    __slots__ = ("_partial", "_standin", "_transport")

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._partial = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._partial:
            data = self._partial + data
        while True:
            head, end, rest = data.partition(_END_OF_HEAD)
            if not end:
                break
            body_bytes = _body_bytes(head) if head.startswith(b"POST ") else 0
            if len(rest) < body_bytes:
                break
            self._take(head, rest[:body_bytes])
            data = rest[body_bytes:]
        self._partial = data
        if len(self._partial) > _MAX_HEAD_BYTES:
            self._transport.abort()

    def _take(self, head: bytes, body: bytes) -> None:
        if head.startswith(_CALL):
            self._call(head, body)
        elif head.startswith(_FORM) and b"to=0207" in body:
            self._standin.dials += 1
            self._reply_in_time()
        elif head.startswith(_LOG_IN):
            self._transport.write(_LOGGED_IN)
        elif head.startswith(_DIALS):
            self._standin.dials += 1
            self._reply_in_time()
        elif not head.startswith(b"GET "):
            self._transport.write(_REFUSED)
            self._transport.close()
        elif head.startswith(b"GET /count "):
            self._transport.write(_answer("200 OK", str(self._standin.dials).encode()))
        else:
            self._transport.write(_UNKNOWN)

    def _call(self, head: bytes, body: bytes) -> None:
        if _BEARER not in head.lower() + b"\r\n":
            self._transport.write(_LAPSED)
        elif b'"callee":"0207' in body.replace(b" ", b""):
            self._standin.dials += 1
            self._reply_in_time(_CALLED)
        else:
            self._transport.write(_UNKNOWN)

    def _reply_in_time(self, reply: bytes = _DIALLED) -> None:
        if not self._standin.delay_s:
            self._transport.write(reply)
            return
        loop = asyncio.get_running_loop()
        loop.call_later(self._standin.delay_s, self._reply_if_open, reply)

    def _reply_if_open(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply)


def _body_bytes(head: bytes) -> int:
    found = _LENGTH.search(head)
    return 0 if found is None else int(found[1])


def serve_command(port: int, *, delay_s: float = 0.0) -> Command:
    """How the stand-in is started as a process of its own."""
    delay = ("--delay-s", str(delay_s))
    return Command(
        name="stand-in",
        argv=(sys.executable, "-m", "bench.standin", "--host", HOST, "--port", str(port), *delay),
        port=port,
        ready_path="/count",
    )


def dial_url(authority: str) -> str:
    """What to dial at the stand-in; a query may follow."""
    return f"http://{authority}/dial"


def dial_count(authority: str) -> int:
    """How many dials the stand-in at `authority` has counted.

    Raises OSError when nothing listens there.
    """
    with urllib.request.urlopen(f"http://{authority}/count", timeout=10) as answer:
        return int(answer.read())


async def _serve(host: str, port: int, delay_s: float) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Windows has no signal handlers on the loop; there the process is simply ended.
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        loop.add_signal_handler(signal.SIGINT, stopped.set)
    server = await Standin(delay_s=delay_s).listen(host, port)
    await stopped.wait()
    server.close()


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser(prog="python -m bench.standin", description=__doc__)
    options.add_argument("--host", default=HOST)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--delay-s", type=float, default=0.0)
    chosen = options.parse_args()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(chosen.host, chosen.port, chosen.delay_s))


if __name__ == "__main__":
    main()
