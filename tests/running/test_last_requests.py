"""The last requests that reach a server which ends: each is answered, or its client can tell that it was not.

A server of this program in front of an application that halts it where it closes, so that what else
happens within a thousandth of a second happens in order.
"""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked import ForkedProcess

SERVER = """
import asyncio, sys, types
from webdial.cli.serve import listen
from webdial.cli.server import run_server

class Application:
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            scope["state"]["health"] = types.SimpleNamespace()
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            print("ended in order", flush=True)
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/never":
            print("never", flush=True)
            await asyncio.Event().wait()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})

    def let_go(self):
        print("closing", flush=True)
        open(sys.argv[1]).read()

listening = listen("127.0.0.1", 0)
print(listening.getsockname()[1], flush=True)
run_server(Application(), listening)
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
SHORT_S = 20.0


class Ending:
    """Such a server: `begin_to_end` halts it, `go_on` has it close."""

    def __init__(self, folder: Path) -> None:
        self._gate = folder / "gate"
        os.mkfifo(self._gate)
        self.process = ForkedProcess(["-c", SERVER, str(self._gate)], dict(os.environ))
        self.port = int(self.process.stdout.readline())
        with self.ask() as connection:  # so it serves, and a signal is its to hear
            answer_of(connection)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SHORT_S)

    def ask(self) -> socket.socket:
        connection = self.connect()
        connection.sendall(REQUEST)
        return connection

    def begin_to_end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        assert self.process.stdout.readline() == "closing\n"

    def go_on(self) -> None:
        self._gate.write_text("")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Ending]:
    ending = Ending(tmp_path)
    try:
        yield ending
        assert ending.process.wait(SHORT_S) == 0
    finally:
        ending.process.kill()
        ending.process.stdout.close()


def answer_of(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"ok") and (more := connection.recv(4096)):
        said += more
    return said


def test_whoever_waits_at_the_door_is_let_in(server: Ending) -> None:
    server.begin_to_end()
    waiting = [server.ask() for _ in range(50)]
    server.go_on()
    for connection in waiting:
        with connection:
            assert b"\r\nconnection: close\r\n" in answer_of(connection)
    server.process.wait(SHORT_S)
    with pytest.raises(ConnectionRefusedError):
        server.connect()


def test_request_over_a_kept_connection_is_answered(server: Ending) -> None:
    with server.ask() as connection:
        assert b"connection: close" not in answer_of(connection)
        server.begin_to_end()
        connection.sendall(REQUEST)
        server.go_on()
        assert b"\r\nconnection: close\r\n" in answer_of(connection)
        assert connection.recv(1) == b""


def test_first_request_of_a_connection_is_awaited(server: Ending) -> None:
    with server.connect() as connection, server.ask() as later:
        answer_of(later)  # so the one before it has been let in
        server.begin_to_end()
        connection.sendall(REQUEST)
        server.go_on()
        assert b"\r\nconnection: close\r\n" in answer_of(connection)


def test_request_that_comes_too_late_is_told_by_the_end_of_the_connection(server: Ending) -> None:
    """And not by a reset, which could take an answer with it that the client has not read yet."""
    with server.ask() as connection:
        answer_of(connection)
        server.begin_to_end()
        server.go_on()
        assert connection.recv(1) == b""
        connection.sendall(REQUEST)
        server.process.wait(SHORT_S)
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        assert connection.recv(1) == b""


def test_ctrl_c_once_more_waits_for_nobody(server: Ending) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /never HTTP/1.1\r\nHost: here\r\n\r\n")
        assert server.process.stdout.readline() == "never\n"
        server.begin_to_end(signal.SIGINT)
        server.process.send_signal(signal.SIGINT)
        server.go_on()
        assert server.process.wait(SHORT_S) == 0
        assert "ended in order" not in server.process.stdout.read()
