"""The program killed, its disk full, its database locked: nothing is lost, nothing is sent twice."""

import asyncio
import sqlite3
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import RemoteDisconnected
from pathlib import Path
from urllib.error import URLError

import psycopg
import pytest

from tests.crash.campaign import Blow, Campaign, prepared
from tests.server import Installation, Reply, Server
from webdial.simulator.fault_scripts import FAULTS, FaultScript
from webdial.simulator.faults import FaultServer

resource = pytest.importorskip("resource", reason="limits of a process are set by POSIX")


@contextmanager
def phone_system(
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    scripts: Mapping[str, FaultScript] = FAULTS,
) -> Iterator[FaultServer]:
    """A FaultServer on a loop of its own, for tests that block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: object) -> object:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(20)  # type: ignore[arg-type]

    server = FaultServer(port=port, tls=tls, scripts=scripts)
    run(server.__aenter__())
    try:
        server.wait = lambda count: run(server.wait_for_requests(count))  # type: ignore[attr-defined]
        yield server
    finally:
        run(server.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def log_of(installation: Installation) -> list[tuple[str, str]]:
    """Dialled number and outcome of every call on disk, oldest first."""
    query = "SELECT dialled, outcome FROM webdial_call ORDER BY id"
    if installation.database_url:
        with psycopg.connect(installation.database_url) as connection:
            return [(row[0], row[1]) for row in connection.execute(query).fetchall()]
    connection = sqlite3.connect(installation.folder / "webdial.sqlite3")
    try:
        return [(row[0], row[1]) for row in connection.execute(query).fetchall()]
    finally:
        connection.close()


def dialled_of(server: FaultServer) -> list[str]:
    return [request.target.partition("to=")[2] for request in server.requests]


def place_and_lose(server: Server, number: str) -> None:
    """Place a call whose server dies before it answers."""
    with pytest.raises((RemoteDisconnected, ConnectionError, URLError)):
        server.place_call(number)


def test_killed_while_the_phone_system_is_silent(installation: Installation) -> None:
    with phone_system() as phones:
        installation.dial_by(phones.url("never", "?from=^&to=#"))
        server = Server(installation)
        waiting = [
            threading.Thread(target=place_and_lose, args=(server, f"0163296000{index}"))
            for index in range(5)
        ]
        before = len(log_of(installation))
        for thread in waiting:
            thread.start()
        phones.wait(5)  # type: ignore[attr-defined]
        assert log_of(installation)[before:].count(("01632960000", "placing")) == 1
        server.kill()
        for thread in waiting:
            thread.join(20)
        assert sorted(number for number, _ in log_of(installation)[before:]) == sorted(
            dialled_of(phones)
        )

        with installation.serving() as again:
            assert again.ask("/api/v1/openapi.json").status == 200
            left = log_of(installation)[before:]
            assert {outcome for _, outcome in left} == {"interrupted"}
        assert phones.requests_seen == 5


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_again_and_again(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A few kills of the crash test; `python3 dev.py crash` deals hundreds."""
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    installation = prepared(tmp_path / "webdial", url)
    figures = Campaign(installation, Blow.SERVER, kills=3, seed=11).run()
    assert figures.faults == []
    assert (figures.kills, figures.count("lost"), figures.count("twice")) == (3, 0, 0)
    assert figures.placed >= figures.reached > 0


def test_ended_politely_while_a_call_is_in_flight(sqlite_installation: Installation) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("slow", "?seconds=1&to=#"))
        server = Server(sqlite_installation)
        replies: list[Reply] = []
        waiting = threading.Thread(target=lambda: replies.append(server.place_call("01632960007")))
        waiting.start()
        phones.wait(1)  # type: ignore[attr-defined]
        server.stop()
        waiting.join(20)
        assert replies[0].content["outcome"] == "sent"
        assert log_of(sqlite_installation)[-1] == ("01632960007", "sent")


def test_full_disk_stops_the_call_before_it_is_sent(sqlite_installation: Installation) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("", "/?to=#"))
        with sqlite_installation.serving() as server:
            assert server.place_call("01632960000").content["outcome"] == "sent"
            whole = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, whole[1]))
            reply = server.place_call("01632960001")
            assert (reply.status, reply.content["code"]) == (503, "journal_unavailable")
            assert "was not placed" in reply.content["detail"]
            assert phones.requests_seen == 1
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, whole)
            assert server.place_call("01632960002").content["outcome"] == "sent"
            assert phones.requests_seen == 2
    assert "01632960001" not in [number for number, _ in log_of(sqlite_installation)]


def test_locked_database_stops_the_call_before_it_is_sent(
    sqlite_installation: Installation,
) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("", "/?to=#"))
        with sqlite_installation.serving() as server:
            assert server.place_call("01632960000").content["outcome"] == "sent"
            holder = sqlite3.connect(
                sqlite_installation.folder / "webdial.sqlite3", isolation_level=None
            )
            holder.execute("BEGIN IMMEDIATE")
            reply = server.place_call("01632960003")
            assert (reply.status, reply.content["code"]) == (503, "journal_unavailable")
            assert phones.requests_seen == 1
            holder.execute("ROLLBACK")
            holder.close()
            assert server.place_call("01632960004").content["outcome"] == "sent"


def test_call_of_a_run_that_lives_is_not_marked(installation: Installation) -> None:
    with phone_system() as phones:
        installation.dial_by(phones.url("never", "?to=#"))
        with installation.serving() as first:
            before = len(log_of(installation))
            waiting = threading.Thread(target=lambda: _ignore_end(first))
            waiting.start()
            phones.wait(1)  # type: ignore[attr-defined]
            with installation.serving() as second:
                assert second.ask("/api/v1/openapi.json").status == 200
                assert [outcome for _, outcome in log_of(installation)[before:]] == ["placing"]
            first.kill()
            waiting.join(20)


def _ignore_end(server: Server) -> None:
    with suppress(RemoteDisconnected, ConnectionError, URLError):
        server.place_call("01632960005")
