"""How a server's door is closed: whoever stands in it is still let in, and whoever has a connection can tell that it ends.

To close a listening socket is to reset every connection that waits in its queue, and those who wait there
have sent their request. So nobody new may get into the queue first, and it has to be empty.
"""

import array
import asyncio
import selectors
import socket
import struct
import sys
from contextlib import suppress
from typing import Final, Protocol

HANDSHAKE_S: Final = 0.1
"""From the first packet of a client to its place in the queue: one way there and back."""

MAX_ROUNDS: Final = 4096
"""Of the loop, each of which takes at least one connection: the queue may be filled anew where nobody is kept out of it."""

ROUNDS_TO_SERVE: Final = 3
"""From the queue to a protocol: asyncio takes a connection in one round of the loop and attaches it to the server in the
next, which fails once that is closed. uvloop does it at once.
"""

LINGER_S: Final = 0.5
"""For a client to hear that its connection ends."""

_SO_ATTACH_FILTER: Final = 26
"""socket(7) of Linux; Python does not name it."""

_LOAD, _AND, _IS, _RETURN = 0x30, 0x54, 0x15, 0x06
_NOBODY_NEW: Final = (
    (_LOAD, 0, 0, 13),  # the flags of TCP
    (_AND, 0, 0, 0x12),  # SYN and ACK
    (_IS, 0, 1, 0x02),  # SYN alone begins a connection
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFF_FFFF),
)


def keep_out(listening: socket.socket) -> None:
    """Nobody new gets into the queue. Whoever begins a connection is not heard, tries again a second later, and is
    refused by then or served by whoever listens there next.

    In the kernel of Linux; elsewhere this does nothing.
    """
    if sys.platform != "linux":
        return
    packed = array.array("B", b"".join(struct.pack("HBBI", *each) for each in _NOBODY_NEW))
    address, _ = packed.buffer_info()
    program = struct.pack("HP", len(_NOBODY_NEW), address)
    with suppress(OSError):  # where a sandbox forbids it; the server ends all the same
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


async def let_in(listening: socket.socket) -> None:
    """Until the loop, which takes connections from the queue, has taken all of them."""
    await asyncio.sleep(HANDSHAKE_S)
    await empty(listening)


async def empty(listening: socket.socket) -> None:
    """Until nobody waits in the queue, and who was taken from it has a protocol that serves them."""
    with selectors.DefaultSelector() as queue:
        queue.register(listening, selectors.EVENT_READ)
        for _ in range(MAX_ROUNDS):
            if not queue.select(0):
                break
            await asyncio.sleep(0)
    for _ in range(ROUNDS_TO_SERVE):
        await asyncio.sleep(0)


class _Served(Protocol):
    """A protocol that served the connection up to now."""

    def connection_lost(self, exc: Exception | None) -> None: ...


class Leaving(asyncio.Protocol):
    """Closes a connection in two steps (RFC 9112 section 9.6): what comes too late is not answered, and resets nothing.

    At once its client would lose an answer that it has not read yet, and could not tell a server that ends from one
    that has died.
    """

    def __init__(self, transport: asyncio.Transport, served: _Served) -> None:
        self._served = served
        transport.set_protocol(self)
        transport.write_eof()
        loop = asyncio.get_running_loop()
        self._at_last = loop.call_later(LINGER_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._at_last.cancel()
        self._served.connection_lost(exc)
