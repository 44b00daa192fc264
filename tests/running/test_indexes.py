"""How PostgreSQL finds calls: by which indexes, made while others write, and with which plans."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask
from tests.server import Installation

BEFORE = """
from django.core.management import call_command
from django.db import connection

call_command("migrate", "webdial", "0012", verbosity=0)
# As if building it had been broken off.
connection.cursor().execute("CREATE INDEX call_by_time ON webdial_call (typed)")
"""

INDEXES = """
SELECT indexname, indexdef LIKE '%(id, outcome, dialled, phone_system, channel, branch_id, took_ms)'
FROM pg_indexes JOIN pg_class ON relname = indexname JOIN pg_index ON indexrelid = pg_class.oid
WHERE tablename = 'webdial_call' AND indisvalid ORDER BY indexname
"""

PLANS = """
from django.db import connection
from webdial.site.databases import POSTGRES_SETTINGS

with connection.cursor() as cursor:
    for name, value in POSTGRES_SETTINGS.items():
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,), name
"""


def test_two_machines_upgrade_at_the_same_moment(tmp_path: Path, postgres: PostgresCluster) -> None:
    """Whoever waits for the other's upgrade does not hold up the index that the other builds."""
    folders = [tmp_path / "one", tmp_path / "two"]
    with postgres.fresh_database() as url:
        machines = [Installation(folder, url) for folder in folders]
        machines[0].execute(BEFORE)
        with ThreadPoolExecutor() as at_once:
            done = list(at_once.map(lambda machine: machine.run("branch", "list"), machines))
        assert [each.returncode for each in done] == [0, 0], done
        assert ask(machines[0], INDEXES) == [
            ("call_being_placed", False),
            ("call_by_time", True),
            ("call_of_user_by_time", False),
            ("webdial_call_pkey", False),
        ]


def test_queries_are_planned_for_pages(tmp_path: Path, postgres: PostgresCluster) -> None:
    with postgres.fresh_database() as url:
        Installation(tmp_path, url).execute(PLANS)
