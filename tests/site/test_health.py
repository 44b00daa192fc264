"""Whether the server is ready: each part that may fail, and how often the database is asked."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.site.conftest import opened_database
from webdial.site import health
from webdial.site.databases import SqliteDatabase
from webdial.site.health import Health, Migrations, known_migrations, probe

ALL_OK = {
    "database": "ok",
    "migrations": "ok",
    "journal": "ok",
    "configuration": "ok",
    "server": "ok",
}


@dataclass
class Parts:
    """A database, a journal and a clock that a test moves."""

    is_alive: bool = True
    is_configured: bool = True
    applied: Migrations = field(default_factory=known_migrations)
    error: Exception | None = None
    may_answer: threading.Event = field(default_factory=threading.Event)
    looks: int = 0
    now_s: float = 0.0

    def look(self) -> Migrations:
        self.looks += 1
        assert self.may_answer.wait(20)
        if self.error is not None:
            raise self.error
        return self.applied

    def health(self) -> Health:
        return Health(
            self.look, journal=self, is_configured=lambda: self.is_configured,
            clock=lambda: self.now_s,
        )  # fmt: skip


@pytest.fixture
def parts() -> Parts:
    made = Parts()
    made.may_answer.set()
    return made


async def test_server_is_ready_when_all_parts_are(parts: Parts) -> None:
    found = await parts.health().readiness()
    assert (found.is_ready, found.parts) == (True, ALL_OK)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"is_alive": False}, {"journal": "the thread that writes it has ended"}),
        ({"is_configured": False}, {"configuration": "not loaded"}),
        (
            {"error": OSError("s3cret-host is away")},
            {"database": "cannot be read and written", "migrations": "not known"},
        ),
        ({"applied": frozenset()}, {"migrations": f"{len(known_migrations())} to be done"}),
    ],
)
async def test_part_that_fails_is_told(
    parts: Parts, changes: dict[str, object], wrong: dict[str, str]
) -> None:
    for name, value in changes.items():
        setattr(parts, name, value)
    found = await parts.health().readiness()
    assert (found.is_ready, found.parts) == (False, {**ALL_OK, **wrong})


async def test_server_that_is_told_to_end_is_not_ready(parts: Parts) -> None:
    watched = parts.health()
    watched.is_stopping = True
    found = await watched.readiness()
    assert (found.is_ready, found.parts["server"]) == (False, "shutting down")


async def test_database_is_asked_once_for_all_who_ask_within_a_second(parts: Parts) -> None:
    watched = parts.health()
    await asyncio.gather(*(watched.readiness() for _ in range(20)))
    parts.now_s = 0.9
    await watched.readiness()
    assert parts.looks == 1
    parts.now_s = 1.0
    await watched.readiness()
    assert parts.looks == 2


async def test_database_that_hangs_is_told_within_a_second_and_not_asked_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 0.01)
    parts.may_answer.clear()
    watched = parts.health()
    for _ in range(3):
        assert (await watched.readiness()).parts["database"] == "no answer within a second"
        parts.now_s += 5
    assert parts.looks == 1
    parts.may_answer.set()
    monkeypatch.setattr(health, "LIMIT_S", 20)
    assert (await watched.readiness()).is_ready


async def test_change_is_one_line_of_the_log(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "webdial.health")
    watched = parts.health()
    for is_alive in (True, False, False, True):
        parts.is_alive = is_alive
        await watched.readiness()
    assert [record.getMessage() for record in caplog.records] == [
        "not ready: journal: the thread that writes it has ended",
        "ready",
    ]


@pytest.mark.django_db(transaction=True)
def test_probe_reads_which_migrations_were_done() -> None:
    assert known_migrations() <= probe(opened_database())


def test_probe_makes_no_database(tmp_path: Path) -> None:
    file = tmp_path / "gone.sqlite3"
    with pytest.raises(sqlite3.OperationalError):
        probe(SqliteDatabase(file))
    assert not file.exists()


def test_probe_of_a_database_that_takes_no_changes_fails(tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE django_migrations (app, name)")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            probe(SqliteDatabase(file))
