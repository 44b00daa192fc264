"""`webdial database move`: everything goes over, each row the same, or nothing does."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask, fill, many_calls, started
from tests.server import Installation

TABLES_OF_POSTGRES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """On SQLite; nothing changes it."""
    installation = Installation(tmp_path_factory.mktemp("filled"))
    installation.prepare()
    fill(installation)
    return installation


@pytest.fixture
def empty_url(postgres: PostgresCluster) -> Iterator[str]:
    with postgres.fresh_database() as url:
        yield url


def tables_at(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(TABLES_OF_POSTGRES).fetchone()
    assert row is not None
    return int(row[0])


def counts_told(printed: str) -> dict[str, tuple[int, int]]:
    """Rows here and there by table, from what the command printed."""
    lines = [line.split() for line in printed.splitlines() if line.startswith("  ")]
    return {
        table: (int(here.replace(",", "")), int(there.replace(",", "")))
        for here, there, table in lines[1:]
    }


def test_everything_goes_to_postgresql_and_back(
    filled: Installation, empty_url: str, tmp_path: Path
) -> None:
    there = Installation(filled.folder, empty_url, token=filled.token)
    moved = filled.run("database", "move", "--to", empty_url)
    assert moved.returncode == 0, moved.stderr
    counts = counts_told(moved.stdout)
    assert counts["webdial_user"] == (2, 2)
    assert {table for table, (here, found) in counts.items() if here != found} == set()
    with there.serving() as server:
        assert server.place_call("01632 960123").content["outcome"] == "connection_refused"

    back = tmp_path / "back.sqlite3"
    again = there.run("database", "move", "--to", f"sqlite:///{back}")
    assert again.returncode == 0, again.stderr
    with closing(sqlite3.connect(back)) as connection:
        found = connection.execute("SELECT p.name, p.notes, n.number FROM webdial_person p JOIN "
                                   "webdial_phone n ON n.person_id = p.id").fetchall()  # fmt: skip
        assert found == [("Zoë", "a\nb", "+44 1632 960123")]
        assert connection.execute("SELECT outcome FROM webdial_call").fetchall() == [
            ("connection_refused",)
        ]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_table_that_is_new_is_moved_too(filled: Installation, empty_url: str) -> None:
    """Every table of the database but Django's own list of migrations."""
    moved = counts_told(filled.run("database", "move", "--to", empty_url).stdout)
    tables = {
        name for (name,) in ask(filled, "SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    assert tables - {"sqlite_sequence", "sqlite_stat1", "django_migrations"} == set(moved)


def test_number_of_a_removed_user_is_given_to_nobody(filled: Installation, empty_url: str) -> None:
    highest = ask(filled, "SELECT max(id) FROM webdial_user")[0][0]
    filled.run("database", "move", "--to", empty_url)
    there = Installation(filled.folder, empty_url)
    there.run_all(["user", "add", "new", "--staff-id", "N", "--name", "New"])
    assert ask(there, "SELECT id FROM webdial_user WHERE login = 'new'") == [(highest + 2,)]


def test_secret_is_read_in_the_new_database(filled: Installation, empty_url: str) -> None:
    filled.run("database", "move", "--to", empty_url)
    Installation(filled.folder, empty_url).execute(
        "from webdial.site.domain.configuration import load_configuration\n"
        "from webdial.site.domain.credentials import opener\n"
        "[kept] = load_configuration().credentials.values()\n"
        "assert opener()(kept) == 'hunter2'\n"
    )


def test_target_that_is_not_empty_is_refused(filled: Installation, empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TABLE somebodys (id integer)")
    refused = filled.run("database", "move", "--to", empty_url)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert tables_at(empty_url) == 1


def test_file_that_is_there_is_refused(filled: Installation, tmp_path: Path) -> None:
    file = tmp_path / "there.sqlite3"
    file.write_text("mine", encoding="ascii")
    refused = filled.run("database", "move", "--to", f"sqlite:///{file}")
    assert (refused.returncode, file.read_text(encoding="ascii")) == (1, "mine")
    assert [each.name for each in tmp_path.iterdir()] == ["there.sqlite3"]


def test_server_that_runs_is_not_moved_away_from(
    installation: Installation, empty_url: str
) -> None:
    with installation.serving():
        refused = installation.run("database", "move", "--to", empty_url)
    assert refused.returncode == 1
    assert "A server is running on this database." in refused.stderr
    assert tables_at(empty_url) == 0
    moved = installation.run("database", "move", "--to", empty_url)
    assert moved.returncode == 0, moved.stderr


def test_row_that_the_target_refuses_leaves_it_empty(tmp_path: Path, empty_url: str) -> None:
    installation = Installation(tmp_path)
    installation.prepare()
    with closing(sqlite3.connect(tmp_path / "webdial.sqlite3")) as connection:
        connection.execute("UPDATE webdial_branch SET name = 'Lon' || char(0) || 'don'")
        connection.commit()
    refused = installation.run("database", "move", "--to", empty_url)
    assert refused.returncode == 1
    assert "The target does not take webdial_branch" in refused.stderr
    assert tables_at(empty_url) == 0


@pytest.mark.parametrize("kind", ["postgresql", pytest.param("sqlite", marks=pytest.mark.thorough)])
def test_interrupted_move_leaves_nothing(kind: str, tmp_path: Path, empty_url: str) -> None:
    installation = Installation(tmp_path / "data")
    installation.prepare()
    many_calls(installation, 120_000)
    file = tmp_path / "new.sqlite3"
    target = empty_url if kind == "postgresql" else f"sqlite:///{file}"
    command = started(installation, "database", "move", "--to", target)
    assert command.stdout is not None
    while "webdial_apitoken" not in (line := command.stdout.readline()):
        assert line, "the command ended before it could be interrupted"
    command.send_signal(signal.SIGINT)
    command.stdout.read()
    command.stdout.close()
    assert command.wait(60) != 0
    assert tables_at(empty_url) == 0
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
    assert ask(installation, "SELECT count(*) FROM webdial_call") == [(120_000,)]


def test_address_is_read_from_standard_input(filled: Installation, empty_url: str) -> None:
    moved = filled.run("database", "move", "--to", "-", stdin=f"{empty_url}\n")
    assert moved.returncode == 0, moved.stderr
    assert tables_at(empty_url) > 20
