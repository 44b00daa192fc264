"""A running server watched from outside: its health, its figures, its log."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from tests.running.test_nothing_lost import phone_system
from tests.server import Installation, Reply, Server, until
from webdial.simulator.faults import FaultServer

TOKEN = "metrics-token-for-tests"
SLOW_S = 2


@contextmanager
def watched(installation: Installation, **environment: str) -> Iterator[Server]:
    installation.extra_environment.update(environment)
    try:
        with installation.serving() as server:
            yield server
    finally:
        for name in environment:
            del installation.extra_environment[name]


def figures(server: Server) -> dict[str, float]:
    """Every figure by its name with labels, as Prometheus writes both."""
    reply = server.ask("/metrics", Authorization=f"Bearer {TOKEN}")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in reply.content.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def settled_figures(server: Server) -> dict[str, float]:
    """The figures once the journal's thread has counted what it has let go."""
    deadline = time.monotonic() + 20
    while True:
        found = figures(server)
        ended = sum(
            value for name, value in found.items() if name.startswith("webdial_calls_total")
        )
        if found["webdial_journal_lag_seconds_count"] == 2 * ended or time.monotonic() > deadline:
            return found


def calls_total(outcome: str, phone_system: str = "") -> str:
    labels = f'channel="api",outcome="{outcome}",phone_system="{phone_system}"'
    return f"webdial_calls_total{{{labels}}}"


def set_up_phone_system(installation: Installation, phones: FaultServer, path: str) -> None:
    """A phone system “Head office” with a file of its own, for all branches."""
    file = installation.folder / "head-office.toml"
    url = phones.url(path, "?to=#&seconds=2")
    head = """
title = "Head office"
vendor = "Ours"
about = "For these tests"
kind = "pbx"
confidence = "own"
rings_first = "caller"
[dial]
"""
    file.write_text(f"{head}request = '{url}'\n", encoding="utf-8")
    installation.run_all(["system", "set-up", "Head office", "--file", str(file)])
    installation.dial_by("Head office")


def lines_of(server: Server) -> list[dict[str, Any]]:
    """The log of a server that has been stopped, a line each."""
    return [json.loads(line) for line in server.rest]


@contextmanager
def blocked(installation: Installation) -> Iterator[None]:
    """Nobody else can use the database: it is locked, or takes no connections."""
    url = installation.database_url
    if not url:
        file = installation.folder / "webdial.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_calls_are_counted_by_what_came_of_them(installation: Installation) -> None:
    with phone_system() as phones:
        installation.dial_by(phones.url("", "/?to=#"))
        with watched(installation, WEBDIAL_METRICS_TOKEN=TOKEN) as server:
            assert server.place_call("01632960000").content["outcome"] == "sent"
            installation.dial_by("http://127.0.0.1:9/?to=#")
            until(
                lambda: _as_status(server.place_call("01632960001"), "connection_refused"), status=1
            )
            assert server.place_call("not a number").status == 422
            found = settled_figures(server)
    assert found[calls_total("connection_refused")] == 1
    assert found[calls_total("sent")] >= 1
    stopped = [name for name in found if name.startswith("webdial_calls_stopped_total")]
    assert len(stopped) == 1
    assert 'channel="api"' in stopped[0]
    ended = sum(value for name, value in found.items() if name.startswith("webdial_calls_total"))
    assert found['webdial_call_seconds_count{phone_system=""}'] == ended
    assert found['webdial_phone_system_seconds_count{phone_system=""}'] == ended
    assert found['webdial_calls_in_flight{phone_system=""}'] == 0
    assert found["webdial_journal_lag_seconds_count"] == 2 * ended
    assert found["webdial_journal_failures_total"] == 0


def _as_status(reply: Reply, outcome: str) -> Reply:
    """1 for `until` when the call has this outcome."""
    return Reply(int(reply.content["outcome"] == outcome), reply.headers, reply.content)


def test_call_is_in_flight_while_its_phone_system_is_slow(
    sqlite_installation: Installation,
) -> None:
    name = 'webdial_calls_in_flight{phone_system="Head office"}'
    with phone_system() as phones:
        set_up_phone_system(sqlite_installation, phones, "slow")
        with watched(sqlite_installation, WEBDIAL_METRICS_TOKEN=TOKEN) as server:
            replies: list[Reply] = []
            waiting = threading.Thread(
                target=lambda: replies.append(server.place_call("01632960002"))
            )
            waiting.start()
            phones.wait(1)  # type: ignore[attr-defined]
            assert figures(server)[name] == 1
            waiting.join(20)
            found = figures(server)
    assert replies[0].content["outcome"] == "sent"
    assert found[name] == 0
    system = 'phone_system="Head office"'
    assert found[calls_total("sent", "Head office")] == 1
    assert found[f"webdial_phone_system_seconds_sum{{{system}}}"] >= SLOW_S
    assert found[f"webdial_call_seconds_sum{{{system}}}"] >= SLOW_S


def test_function_that_returns_nothing_is_counted(sqlite_installation: Installation) -> None:
    sqlite_installation.dial_by("FUNCTION")
    with watched(sqlite_installation, WEBDIAL_METRICS_TOKEN=TOKEN) as server:
        assert server.place_call("01632960003").content["code"] == "function_gave_nothing"
        found = figures(server)
    assert found['webdial_function_runs_total{result="null"}'] == 1
    stopped = 'webdial_calls_stopped_total{channel="api",code="function_gave_nothing"}'
    assert found[stopped] == 1


def test_metrics_want_their_token(sqlite_installation: Installation) -> None:
    with watched(sqlite_installation, WEBDIAL_METRICS_TOKEN=TOKEN) as server:
        assert server.ask("/metrics").status == 401  # the token of a user is another one
        assert server.ask("/metrics", Authorization=f"Basic {TOKEN}").status == 401
        assert server.ask("/metrics", body=b"", Authorization=f"Bearer {TOKEN}").status == 405


def test_there_are_no_metrics_without_a_token(sqlite_installation: Installation) -> None:
    with sqlite_installation.serving() as server:
        assert server.ask("/metrics", Authorization="Bearer ").status == 404


def test_server_is_ready_again_when_the_database_is(installation: Installation) -> None:
    ready = {"database": "ok", "migrations": "ok", "journal": "ok", "configuration": "ok",
             "server": "ok"}  # fmt: skip
    with installation.serving() as server:
        reply = server.ask("/readyz", Host="10.0.0.7")
        assert (reply.status, reply.content) == (200, {"ready": True, "parts": ready})
        with blocked(installation):
            gone = until(lambda: server.ask("/readyz"), status=503)
            assert gone.status == 503
            assert gone.content["parts"]["database"] != "ok"
            assert gone.content["parts"]["journal"] == "ok"
            assert server.ask("/healthz", Host="10.0.0.7").content == "ok\n"
        assert until(lambda: server.ask("/readyz"), status=200).content["ready"] is True


def test_every_line_of_a_call_bears_its_id(sqlite_installation: Installation) -> None:
    number = "01632960004"
    with phone_system() as phones:
        set_up_phone_system(sqlite_installation, phones, "slow")
        with watched(sqlite_installation, WEBDIAL_LOG_FORMAT="json") as server:
            call = server.place_call(number).content
    lines = lines_of(server)
    of_calls = [line for line in lines if line["logger"] == "webdial.calls"]
    assert [line["message"] for line in of_calls] == [
        "call begun", "phone system answered", "call ended",
    ]  # fmt: skip
    assert {line["call"] for line in of_calls} == {call["id"]}
    ended = of_calls[-1]
    assert (ended["outcome"], ended["phone_system"], ended["status"]) == (
        "sent",
        "Head office",
        200,
    )
    assert ended["duration_s"] >= SLOW_S
    assert number not in "".join(map(json.dumps, lines))
    assert all(line["level"] == "info" for line in lines)


def test_stopped_call_is_a_line_with_the_code_and_no_number(
    sqlite_installation: Installation,
) -> None:
    sqlite_installation.dial_by("FUNCTION")
    with watched(sqlite_installation, WEBDIAL_LOG_FORMAT="json") as server:
        server.place_call("01632960005")
    run, stopped = [line for line in lines_of(server) if line["logger"] == "webdial.calls"]
    assert run["call"] == stopped["call"]
    assert stopped["code"] == "function_gave_nothing"
    assert "01632960005" not in json.dumps([run, stopped])


def test_log_of_text_tells_of_calls_what_is_wrong_alone(sqlite_installation: Installation) -> None:
    with phone_system() as phones:
        sqlite_installation.dial_by(phones.url("", "/?to=#"))
        with sqlite_installation.serving() as server:
            assert server.place_call("01632960006").content["outcome"] == "sent"
    assert [line for line in server.rest if "call" in line] == []


def test_check_finds_nothing_wrong_in_what_tests_use(installation: Installation) -> None:
    installation.dial_by("http://127.0.0.1:9/?from=^&to=#")
    installation.run_all(
        ["setting", "set", "Allowed Hosts", "127.0.0.1:9"],
        ["setting", "set", "Number Country", "GB"],
    )
    done = installation.run("check", "--json")
    found = {each["id"] for each in json.loads(done.stdout)}
    # How full the disk is, and who may look into a folder of pytest's, is the machine's affair.
    assert found - {"webdial.W604", "webdial.W003", "webdial.W005"} == {"webdial.W503"}
    assert done.returncode == 0
    assert installation.run("check", "--strict").returncode == 1


def test_check_fails_for_what_stops_calls(installation: Installation) -> None:
    installation.execute(
        "from webdial.site.models import GeneralSetting\n"
        "GeneralSetting.objects.update(value='http://[/#')"
    )
    done = installation.run("check")
    assert done.returncode == 1
    assert "error webdial.E401" in done.stdout
