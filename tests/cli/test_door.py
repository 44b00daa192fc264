"""A listening socket whose door is closed."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable

import pytest

from webdial.cli.door import empty, keep_out, let_in
from webdial.cli.serve import listen


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux keeps them out")
def test_nobody_new_gets_in_and_whoever_is_there_does() -> None:
    with listen("127.0.0.1", 0) as listening:
        address = listening.getsockname()
        with socket.create_connection(address, timeout=20) as early, socket.socket() as late:
            keep_out(listening)
            late.settimeout(0.2)
            with pytest.raises(TimeoutError):
                late.connect(address)
            taken, _ = listening.accept()
            with taken:
                early.sendall(b"still here")
                assert taken.recv(99) == b"still here"
            listening.setblocking(False)
            with pytest.raises(BlockingIOError):
                listening.accept()


@pytest.mark.parametrize("let", [let_in, empty])
async def test_all_who_wait_are_let_in(let: Callable[[socket.socket], Awaitable[None]]) -> None:
    listening = listen("127.0.0.1", 0)
    waiting = [socket.create_connection(listening.getsockname(), timeout=20) for _ in range(100)]
    count = 0

    def count_one(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.close()

    server = await asyncio.start_server(count_one, sock=listening, backlog=1)
    await let(listening)
    server.close()
    await server.wait_closed()
    ends = [await asyncio.to_thread(connection.recv, 1) for connection in waiting]
    assert ends == [b""] * 100
    for connection in waiting:
        connection.close()
    assert count == 100
