"""How a server ends: it says so first, serves on for a while, and lets what is under way finish."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.running.nodes import Placing, wait_until
from tests.running.test_nothing_lost import phone_system
from tests.server import Installation, until

LONG_S = "60"


@contextmanager
def service_manager(folder: Path) -> Iterator[list[str]]:
    """What systemd does: a socket of datagrams. The lines that it was told."""
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(folder / "notify"))

        def listen() -> None:
            while (line := listening.recv(4096).decode()) != "over":
                told.append(line)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield told
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"over", str(folder / "notify"))
            thread.join(20)


def test_draining_server_serves_and_says_that_it_ends(sqlite_installation: Installation) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("", "/?to=#"))
        with sqlite_installation.serving("--drain", LONG_S) as server:
            assert server.ask("/readyz").status == 200
            server.process.terminate()
            ending = until(lambda: server.ask("/readyz"), status=503)
            assert ending.content["parts"]["server"] == "shutting down"
            placed = server.place_call("01632960000")
            assert (placed.status, placed.content["outcome"]) == (201, "sent")
            assert placed.headers["connection"] == "close"
            server.process.send_signal(2)  # Ctrl+C: it need not take the whole minute
            server.stop()
            assert server.process.returncode == 0


def test_second_sigterm_does_not_hasten_the_end(sqlite_installation: Installation) -> None:
    with sqlite_installation.serving("--drain", LONG_S) as server:
        assert server.ask("/readyz").status == 200
        for _ in range(3):
            server.process.terminate()
            assert until(lambda: server.ask("/readyz"), status=503).status == 503
        server.process.send_signal(2)
        server.stop()


def test_drain_is_set_by_the_variable(
    sqlite_installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sqlite_installation.extra_environment, "WEBDIAL_DRAIN", "4")
    with sqlite_installation.serving() as server:
        assert server.ask("/readyz").status == 200
        server.process.terminate()
        assert until(lambda: server.ask("/readyz"), status=503).status == 503
        assert server.process.wait(60) == 0
    monkeypatch.setitem(sqlite_installation.extra_environment, "WEBDIAL_DRAIN", "soon")
    refused = sqlite_installation.run("serve", "--port", "0")
    assert (refused.returncode, "WEBDIAL_DRAIN is no number" in refused.stderr) == (1, True)


def test_slow_phone_system_is_waited_for(sqlite_installation: Installation) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("slow", "?seconds=2&to=#"))
        with sqlite_installation.serving("--drain", "0.5") as server:
            with Placing(server, 3) as outcomes:
                phones.wait(3)  # type: ignore[attr-defined]
                server.stop()
            assert outcomes == ["sent"] * 3


def test_systemd_is_told(tmp_path: Path, sqlite_installation: Installation) -> None:
    given = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
    with service_manager(tmp_path) as told:
        installation = Installation(
            sqlite_installation.folder, extra_environment=given, token=sqlite_installation.token
        )
        with installation.serving() as server:
            wait_until(lambda: told.count("WATCHDOG=1") >= 2)
            server.stop()
    assert set(told) == {"READY=1", "WATCHDOG=1", "STOPPING=1"}
    assert (told.count("READY=1"), told[-1]) == (1, "STOPPING=1")


def test_systemd_is_not_told_before_calls_can_be_placed(
    tmp_path: Path, sqlite_installation: Installation
) -> None:
    given = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    with service_manager(tmp_path) as told:
        installation = Installation(sqlite_installation.folder, extra_environment=given)
        with installation.serving() as server:
            wait_until(lambda: bool(told))
            assert server.ask("/readyz").status == 200
    assert told == ["READY=1", "STOPPING=1"]
