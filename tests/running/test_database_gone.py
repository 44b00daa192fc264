"""The database is away, full or not what it was, and comes back: nothing is placed meanwhile, and calls go on by themselves."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.crash.campaign import Blow, Campaign, prepared
from tests.real.addresses import Slot
from tests.real.postgres import PostgresCluster
from tests.real.presence import require
from tests.running.kept import ask
from tests.running.test_nothing_lost import dialled_of, log_of, phone_system
from tests.server import Installation, Server, until
from webdial.simulator.faults import FaultServer

_HOST = 51
"""The last number of the cluster's address in its slot; the session's has 50."""


@pytest.fixture(scope="module")
def cluster(slot: Slot) -> Iterator[PostgresCluster]:
    """One that may be killed: what is committed is on disk."""
    require("postgresql")
    with PostgresCluster(slot.host(_HOST), is_safe=True) as cluster:
        cluster.wait_ready()
        yield cluster


@pytest.fixture
def on_postgres(cluster: PostgresCluster, tmp_path: Path) -> Iterator[Installation]:
    with cluster.fresh_database() as url:
        yield prepared(tmp_path / "webdial", url)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Installation:
    return prepared(tmp_path / "webdial", "")


@contextmanager
def served(installation: Installation) -> Iterator[tuple[Server, FaultServer]]:
    """A server that has placed a call."""
    with phone_system() as phones:
        installation.dial_by(phones.url("", "/?to=#"))
        with installation.serving() as server:
            assert server.place_call("01632960000").content["outcome"] == "sent"
            yield server, phones


def assert_stopped(server: Server, number: str) -> None:
    """The caller is told that nothing was placed."""
    reply = server.place_call(number)
    assert (reply.status, reply.content["code"]) == (503, "journal_unavailable")
    assert "was not placed" in reply.content["detail"]


def assert_goes_on(server: Server, phones: FaultServer, installation: Installation) -> None:
    """Calls are placed again, without a restart; both books agree and the chain is whole."""
    again = until(lambda: server.place_call("01632960009", Idempotency_Key='"again"'), status=201)
    assert again.content["outcome"] == "sent"
    reached = dialled_of(phones)
    assert reached == ["01632960000", "01632960009"]
    assert [number for number, outcome in log_of(installation) if outcome == "sent"] == reached
    done = installation.run("audit", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_postgresql_is_stopped_for_a_while(
    on_postgres: Installation, cluster: PostgresCluster
) -> None:
    with served(on_postgres) as (server, phones):
        cluster.stop()
        try:
            assert_stopped(server, "01632960001")
            assert_stopped(server, "01632960002")
            assert until(lambda: server.ask("/readyz"), status=503).status == 503
        finally:
            cluster.start()
        assert_goes_on(server, phones, on_postgres)


@pytest.mark.parametrize("blow", [Blow.SESSION, Blow.POSTGRESQL], ids=lambda blow: blow.name)
def test_postgresql_is_killed_under_load(
    on_postgres: Installation, cluster: PostgresCluster, blow: Blow
) -> None:
    figures = Campaign(on_postgres, blow, kills=1, seed=3, cluster=cluster).run()
    assert (figures.kills, figures.faults) == (1, [])
    assert figures.reached > 0


def test_file_of_the_database_is_moved_away_and_back(on_sqlite: Installation) -> None:
    file = on_sqlite.folder / "webdial.sqlite3"
    with served(on_sqlite) as (server, phones):
        file.rename(file.with_name("elsewhere"))
        assert_stopped(server, "01632960001")
        file.with_name("elsewhere").rename(file)
        assert_goes_on(server, phones, on_sqlite)


def test_another_file_is_put_in_place_of_the_database(on_sqlite: Installation) -> None:
    """As a back-up that somebody copies back under a running server: calls are in the file that is there."""
    file = on_sqlite.folder / "webdial.sqlite3"
    with served(on_sqlite) as (server, phones):
        other = file.with_name("other")
        with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(other)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=WAL")
        other.replace(file)
        assert_goes_on(server, phones, on_sqlite)
    assert ("01632960009", "sent") in log_of(on_sqlite)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts")
def test_disk_is_full(tmp_path: Path) -> None:
    """A file system of 16 MiB that something else fills up."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(tmp_path)], check=False
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        installation = prepared(tmp_path / "webdial", "")
        with served(installation) as (server, phones):
            filler = tmp_path / "filler"
            _fill(filler)
            # What SQLite has in its log already may be written once more; more than that has no room.
            stopped = until(lambda: server.place_call("0163296 0001"), status=503)
            assert stopped.content["code"] == "journal_unavailable"
            seen = phones.requests_seen
            assert_stopped(server, "01632960002")
            assert phones.requests_seen == seen
            filler.unlink()
            assert until(lambda: server.place_call("01632960003"), status=201).status == 201
            assert log_of(installation)[-1] == ("01632960003", "sent")
            assert {number for number, _ in log_of(installation)} == set(dialled_of(phones))
        assert installation.run("audit", "verify").returncode == 0
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            return


def test_end_of_the_log_of_changes_is_cut_off(on_sqlite: Installation) -> None:
    """As by a disk that said "written" too early: what is left is a log that ends earlier."""
    file = on_sqlite.folder / "webdial.sqlite3"
    with phone_system() as phones:
        on_sqlite.dial_by(phones.url("", "/?to=#"))
        ask(on_sqlite, "PRAGMA wal_checkpoint(TRUNCATE)")
        server = Server(on_sqlite)
        numbers = [f"0163296000{index}" for index in range(6)]
        for number in numbers:
            assert server.place_call(number).content["outcome"] == "sent"
        server.kill()
        wal = file.with_name("webdial.sqlite3-wal")
        size = wal.stat().st_size
        os.truncate(wal, size - size // 8 - 1)
        with on_sqlite.serving() as again:
            left = [number for number, _ in log_of(on_sqlite)]
            assert left
            assert left == numbers[: len(left)]
            assert {outcome for _, outcome in log_of(on_sqlite)} <= {"sent", "interrupted"}
            assert again.place_call("01632960009").content["outcome"] == "sent"
    assert ask(on_sqlite, "PRAGMA integrity_check") == [("ok",)]
    assert on_sqlite.run("audit", "verify").returncode == 0
