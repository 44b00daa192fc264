"""What the tests put into an installation and look for again, whatever database it is in."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import psycopg

from tests.server import Installation

NUMBER = "01632960123"


def ask(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    """Rows of the installation's database, asked past the program."""
    if installation.database_url:
        with psycopg.connect(installation.database_url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]
    with closing(sqlite3.connect(installation.folder / "webdial.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def ask_at_once(installation: Installation, *queries: str) -> list[list[tuple[Any, ...]]]:
    """Rows of several queries, of one moment: a server that was killed may have a commit still on its way."""
    if installation.database_url:
        with psycopg.connect(installation.database_url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return [connection.execute(each).fetchall() for each in queries]  # type: ignore[arg-type]
    with closing(sqlite3.connect(installation.folder / "webdial.sqlite3")) as connection:
        connection.execute("BEGIN")
        return [connection.execute(each).fetchall() for each in queries]


def fill(installation: Installation) -> None:
    """A bit of everything: changes, a secret, a function's versions, a user who was removed."""
    installation.run_all(
        ["branch", "add", "LDS", "--name", "Leeds"],
        ["user", "add", "dora", "--staff-id", "DL", "--name", "Dora Lindqvist", "--branch", "LDS"],
        ["setting", "set", "Use Web Phone Dialling Mechanism", "http://127.0.0.1:9/?to=#"],
    )
    installation.execute(
        "from webdial.site.models import *\n"
        "from webdial.site.domain.credentials import set_credential\n"
        "set_credential('PBX', 'hunter2')\n"
        "company = Company.objects.create(name='Müller & Söhne')\n"
        "person = Person.objects.create(name='Zoë', company=company, notes='a\\nb')\n"
        "Phone.objects.create(person=person, label='Büro', number='+44 1632 960123')\n"
        "User.objects.create(login='gone', staff_id='G', name='Gone').delete()\n"
    )


def lift_limits(installation: Installation) -> None:
    """For tests that place more calls than a person does."""
    installation.run_all(
        ["setting", "set", "Calls per Minute for a User", ""],
        ["setting", "set", "Calls per Day for a User", ""],
    )


def many_calls(installation: Installation, count: int) -> None:
    """Calls as the journal keeps them, `count` of them, straight into SQLite."""
    with closing(sqlite3.connect(installation.folder / "webdial.sqlite3")) as connection:
        columns = [
            (name, kind, default)
            for _, name, kind, is_needed, default, _ in connection.execute(
                "PRAGMA table_info(webdial_call)"
            )
            if is_needed and default is None
        ]
        given = {
            "id": "printf('0195000000007000%016x', n)",
            "placed_at": "'2026-11-25 09:00:00'",
            "outcome": "'sent'",
        }
        values = [
            given.get(name, "0" if "int" in kind.lower() else "'x'") for name, kind, _ in columns
        ]
        names = ", ".join(name for name, _, _ in columns)
        connection.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT {count}) "
            f"INSERT INTO webdial_call ({names}) SELECT {', '.join(values)} FROM numbers"
        )
        connection.commit()


def started(installation: Installation, *arguments: str) -> "subprocess.Popen[str]":
    """A `webdial` command that goes on while the test does something else."""
    return subprocess.Popen(
        [sys.executable, "-m", "webdial", *arguments],
        env=installation.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
