"""What is done once for a database, however many processes would do it."""

from pathlib import Path

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask, many_calls
from tests.running.nodes import wait_until
from tests.server import Installation

TURNS = """
import psycopg
from webdial.site import settings
from webdial.site.databases import connection_info
from webdial.site.turns import turn

with psycopg.connect(connection_info(settings.DATABASE), autocommit=True) as other:
    other.execute("SELECT pg_advisory_lock(7)")
    with turn(7) as is_ours:
        assert not is_ours
    with turn(8) as is_ours:
        assert is_ours
    other.execute("SELECT pg_advisory_unlock(7)")
    with turn(7) as is_ours:
        assert is_ours
        assert not other.execute("SELECT pg_try_advisory_lock(7)").fetchone()[0]
    assert other.execute("SELECT pg_try_advisory_lock(7)").fetchone()[0]
"""


def test_turn_is_one_session_s(tmp_path: Path, postgres: PostgresCluster) -> None:
    with postgres.fresh_database() as url:
        Installation(tmp_path, url).execute(TURNS)


def test_two_nodes_remove_old_calls_once(tmp_path: Path, postgres: PostgresCluster) -> None:
    installation = Installation(tmp_path)
    installation.prepare()
    many_calls(installation, 3_000)
    installation.run_all(["setting", "set", "Keep Calls For", "30"])
    with postgres.fresh_database() as url:
        assert installation.run("database", "move", "--to", url).returncode == 0
        installation.database_url = url
        with installation.serving("--workers", "2"), installation.serving():
            wait_until(lambda: ask(installation, "SELECT count(*) FROM webdial_call") == [(0,)])
        assert ask(installation, "SELECT act, count FROM webdial_calllognote") == [
            ("removed", 3_000)
        ]
