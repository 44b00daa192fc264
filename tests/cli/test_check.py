"""`webdial check` as it is run: what it prints, its exit status, and how far it looks."""

import json
from pathlib import Path

import pytest

from tests.server import Installation
from webdial.site.domain.checks import known


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return Installation(folder)


def ids_of(installation: Installation) -> list[str]:
    found = json.loads(installation.run("check", "--json").stdout)
    room = {known.DISK_FULL.id, known.DISK_FILLING.id}
    return [each["id"] for each in found if each["id"] not in room]


def test_new_folder_is_no_error_and_stays_empty(empty: Installation) -> None:
    done = empty.run("check")
    assert done.returncode == 0
    assert "warning webdial.W101" in done.stdout
    assert "No errors" in done.stdout
    assert list(empty.folder.glob("*.sqlite3")) == []


def test_strict_fails_for_a_warning(empty: Installation) -> None:
    assert empty.run("check", "--strict").returncode == 1


def test_what_keeps_the_program_from_being_set_up_ends_the_checks(empty: Installation) -> None:
    empty.extra_environment["WEBDIAL_HOSTS"] = "https://dial.example"
    done = empty.run("check")
    assert done.returncode == 1
    assert known.HOST_WRONG.id in done.stdout
    assert known.DATABASE_MISSING.id not in done.stdout
    assert list(empty.folder.iterdir()) == []


def test_key_that_cannot_be_used_is_found_and_not_made(empty: Installation) -> None:
    empty.extra_environment["WEBDIAL_SECRET_KEY"] = "too short"
    assert ids_of(empty) == [known.SECRET_KEY_UNUSABLE.id]


def test_variable_with_which_nothing_can_be_set_up_is_told(empty: Installation) -> None:
    empty.extra_environment["WEBDIAL_ADDRESS"] = "ftp://dial.example"
    done = empty.run("check")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"error {known.SETTINGS_UNUSABLE.id}  WEBDIAL_ADDRESS must begin" in done.stdout


def test_older_database_is_not_upgraded(sqlite_installation: Installation) -> None:
    sqlite_installation.execute(
        "from django.db import connection\n"
        "connection.cursor().execute(\"DELETE FROM django_migrations WHERE name LIKE '0003%'\")"
    )
    assert known.DATABASE_OLDER.id in ids_of(sqlite_installation)
    assert known.DATABASE_OLDER.id in ids_of(sqlite_installation)
