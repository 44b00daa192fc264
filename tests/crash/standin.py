"""A phone system that counts how often each number reaches it. It answers late at random."""

import asyncio
import random
import re
import threading
from collections import Counter
from typing import Final, Self

_DELAYS_S: Final = (0.0, 0.0, 0.005, 0.05, 0.3)
"""From at once to longer than most kills take to come: so there are calls in every state."""

_NUMBER: Final = re.compile(rb"^GET /\?to=(\d+) ")
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class CountingStandin:
    """Listens on loopback while its context is entered, in a thread of its own."""

    def __init__(self, seed: int) -> None:
        self.reached: Counter[str] = Counter()
        self.random = random.Random(seed)
        self.open: set[asyncio.Transport] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def dial_string(self) -> str:
        return f"http://127.0.0.1:{self._port}/?to=#"

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self._server = listening
        self._port = listening.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(20)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0)

    def _end(self) -> None:
        self._server.close()
        for transport in tuple(self.open):
            transport.abort()
        self._loop.call_soon(self._loop.stop)


class _Conversation(asyncio.Protocol):
    """One connection; the client may keep it for several requests."""

    def __init__(self, standin: CountingStandin) -> None:
        self._standin = standin
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._standin.open.add(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._standin.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            found = _NUMBER.match(head)
            self._standin.reached[found[1].decode() if found else repr(head)] += 1
            delay_s = self._standin.random.choice(_DELAYS_S)
            asyncio.get_running_loop().call_later(delay_s, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)
