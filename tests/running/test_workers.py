"""`webdial serve --workers`: one address, several processes; who dies is followed, figures are those of all."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask, lift_limits
from tests.running.nodes import Placing, placing_all_the_time, placing_until_refused, wait_until
from tests.running.test_nothing_lost import phone_system
from tests.running.test_watching import TOKEN, calls_total, figures
from tests.server import Installation, Server, until
from webdial.simulator.faults import FaultServer

WORKERS = 2


@pytest.fixture(scope="module")
def on_postgres(
    postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with postgres.fresh_database() as url:
        installation = Installation(tmp_path_factory.mktemp("webdial"), url)
        installation.extra_environment["WEBDIAL_METRICS_TOKEN"] = TOKEN
        installation.prepare()
        lift_limits(installation)
        yield installation


@pytest.fixture(scope="module")
def phones(on_postgres: Installation) -> Iterator[FaultServer]:
    """One for all tests, at the same address: a change of it takes each worker another moment to notice."""
    with phone_system() as phones:
        on_postgres.dial_by(phones.url("slow", "?seconds=0.05&to=#"))
        yield phones


@pytest.fixture
def server(on_postgres: Installation) -> Iterator[Server]:
    with on_postgres.serving("--workers", str(WORKERS)) as server:
        wait_until(lambda: len(serving_workers(server)) == WORKERS)
        yield server


def workers_of(server: Server) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


def serving_workers(server: Server) -> set[str]:
    """The numbers of those that tell figures, so that serve."""
    if server.ask("/healthz").status != 200:
        return set()
    name = "process_resident_memory_bytes"
    return {each for each in figures(server) if each.startswith(name)}


def calls_sent(server: Server) -> float:
    return figures(server).get(calls_total("sent"), 0.0)


def test_calls_of_all_workers_are_counted_together(
    server: Server, phones: FaultServer, on_postgres: Installation
) -> None:
    seen = phones.requests_seen
    before = calls_sent(server)
    with placing_all_the_time(server.place_call, clients=4) as replies:
        wait_until(lambda: len(replies) >= 40)
    assert {reply.content["outcome"] for reply in replies} == {"sent"}
    assert calls_sent(server) - before == len(replies)
    assert phones.requests_seen - seen == len(replies)
    runs = ask(on_postgres, "SELECT DISTINCT run_id FROM webdial_call")
    assert len(runs) >= WORKERS
    found = figures(server)
    assert found['webdial_calls_in_flight{phone_system=""}'] == 0
    assert not any("pid=" in name for name in found)


def test_worker_that_dies_is_followed_and_its_counts_stay(
    server: Server, phones: FaultServer
) -> None:
    with placing_all_the_time(server.place_call, clients=4) as replies:
        wait_until(lambda: len(replies) >= 20)
    before = calls_sent(server)
    first = workers_of(server)[0]
    first.send_signal(signal.SIGKILL)
    wait_until(lambda: first.pid not in {each.pid for each in workers_of(server)})
    assert server.place_call("01642960002").content["outcome"] == "sent"
    wait_until(
        lambda: len(workers_of(server)) == WORKERS and len(serving_workers(server)) == WORKERS
    )
    assert calls_sent(server) == before + 1


def test_workers_end_with_the_process_that_started_them(on_postgres: Installation) -> None:
    with on_postgres.serving("--workers", str(WORKERS)) as server:
        wait_until(lambda: len(serving_workers(server)) == WORKERS)
        workers = workers_of(server)
        server.process.kill()
        gone, alive = psutil.wait_procs(workers, timeout=60)
        assert (len(gone), alive) == (WORKERS, [])


def test_workers_finish_calls_in_flight(on_postgres: Installation, phones: FaultServer) -> None:
    with on_postgres.serving("--workers", str(WORKERS)) as server:
        seen = phones.requests_seen
        with Placing(server, 4) as outcomes:
            phones.wait(seen + 1)  # type: ignore[attr-defined]
            server.stop()
        assert outcomes == ["sent"] * 4
        assert server.process.returncode == 0


def test_no_call_is_lost_while_workers_end(on_postgres: Installation, phones: FaultServer) -> None:
    with on_postgres.serving("--workers", str(WORKERS)) as server:
        wait_until(lambda: len(serving_workers(server)) == WORKERS)
        seen = phones.requests_seen
        with placing_until_refused(server, clients=8) as replies:
            wait_until(lambda: len(replies) >= 20)
            server.process.terminate()
        assert {(reply.status, reply.content["outcome"]) for reply in replies} == {(201, "sent")}
        assert phones.requests_seen - seen == len(replies)


def test_workers_that_cannot_start_end_the_server(
    on_postgres: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(on_postgres.extra_environment, "WEBDIAL_SECRET_KEY", "short")
    assert on_postgres.run("serve", "--workers", "2", "--port", "0").returncode == 1


def test_several_workers_are_refused_on_sqlite(tmp_path: Path) -> None:
    refused = Installation(tmp_path).run("serve", "--workers", "2", "--port", "0")
    assert refused.returncode == 1
    assert "Several workers want PostgreSQL." in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_signal_to_the_whole_group_ends_it_once(on_postgres: Installation) -> None:
    """As a service manager does that sends SIGTERM to every process of the service."""
    with on_postgres.serving("--workers", str(WORKERS), "--drain", "1") as server:
        wait_until(lambda: len(serving_workers(server)) == WORKERS)
        for each in [*workers_of(server), psutil.Process(server.process.pid)]:
            os.kill(each.pid, signal.SIGTERM)
        assert until(lambda: server.ask("/readyz"), status=503).status == 503
        assert server.process.wait(60) == 0
