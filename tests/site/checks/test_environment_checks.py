"""Checks of the environment, the disk and the clock: what is wrong is found, and nothing is made."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.checks import CheckMessage

from webdial.environment import Environment
from webdial.site.domain.checks import Check, known
from webdial.site.domain.checks.environment import check_environment
from webdial.site.domain.checks.machine import check_clock, check_disk

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def ids(found: Iterable[CheckMessage]) -> list[str]:
    return [str(each.id) for each in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    return made


@pytest.mark.parametrize(
    ("values", "checks"),
    [
        ({}, []),
        ({"WEBDIAL_SECRET_KEY": "short"}, [known.SECRET_KEY_UNUSABLE]),
        ({"WEBDIAL_SECRET_KEY": "k" * 32}, []),
        ({"WEBDIAL_DATABASE_URL": "mysql://db/webdial"}, [known.DATABASE_URL_WRONG]),
        ({"WEBDIAL_DATABASE_URL": "sqlite:///var/lib/webdial.sqlite3"}, []),
        (
            {"WEBDIAL_HOSTS": "https://dial.example", "WEBDIAL_HTTPS": "yes"},
            [known.HOST_WRONG],
        ),
        ({"WEBDIAL_HOSTS": "dial.example:8000", "WEBDIAL_HTTPS": "yes"}, [known.HOST_WRONG]),
        ({"WEBDIAL_HOSTS": "*", "WEBDIAL_HTTPS": "yes"}, [known.ANY_HOST]),
        ({"WEBDIAL_HOSTS": ".dial.example, [2001:db8::1]", "WEBDIAL_HTTPS": "yes"}, []),
        ({"WEBDIAL_HOSTS": "dial.example"}, [known.NO_HTTPS]),
        ({"WEBDIAL_HTTPS": "yes"}, [known.HTTPS_WITHOUT_NAME]),
        ({"WEBDIAL_HTTPS": "ja"}, [known.VALUE_UNKNOWN]),
        ({"WEBDIAL_OIDC_NEW_USERS": "perhaps"}, [known.VALUE_UNKNOWN]),
        ({"WEBDIAL_DRAIN": "soon"}, [known.VALUE_UNKNOWN]),
        ({"WEBDIAL_LOG_FORMAT": "xml"}, [known.VALUE_UNKNOWN]),
        ({"WEBDIAL_SECOND_FACTOR": "sometimes"}, [known.SETTINGS_UNUSABLE]),
        ({"WEBDIAL_MAIL_URL": "mail.example"}, [known.SETTINGS_UNUSABLE]),
        ({"WEBDIAL_MAIL_URL": "smtp://mail.example"}, [known.SETTINGS_UNUSABLE]),
        ({"WEBDIAL_OIDC_ISSUER": "https://id.example"}, [known.SETTINGS_UNUSABLE]),
        ({"FORWARDED_ALLOW_IPS": "*"}, [known.ANY_PROXY]),
        ({"WEBDIAL_METRICS_TOKEN": "guess"}, [known.METRICS_TOKEN_SHORT]),
        ({"WEBDIAL_HOST": "dial.example"}, [known.VARIABLE_UNKNOWN]),
        ({"PATH": "/usr/bin"}, []),
    ],
)
def test_variables(folder: Path, values: dict[str, str], checks: list[Check]) -> None:
    environment = Environment({"WEBDIAL_DATA": str(folder), **values})
    assert ids(check_environment(environment)) == [check.id for check in checks]
    assert list(folder.iterdir()) == []


def test_everything_that_is_wrong_is_told_at_once_and_each_once(folder: Path) -> None:
    """Correcting one to be told of the next is no way to set up a server."""
    values = {
        "WEBDIAL_DATA": str(folder),
        "WEBDIAL_HOSTS": "https://dial.example",
        "WEBDIAL_HTTPS": "yes",
        "WEBDIAL_ADDRESS": "dial.example",
        "WEBDIAL_MAIL_URL": "smtps://mail.example",
        "WEBDIAL_SECOND_FACTOR": "sometimes",
    }
    found = check_environment(Environment.of(values))
    assert ids(found) == [known.HOST_WRONG.id, *[known.SETTINGS_UNUSABLE.id] * 2]
    assert [each.msg.split()[0] for each in found[1:]] == [
        "WEBDIAL_ADDRESS",
        "WEBDIAL_SECOND_FACTOR",
    ]


def test_misspelt_variable_is_told_with_the_nearest_name(folder: Path) -> None:
    values = {"WEBDIAL_DATA": str(folder), "WEBDIAL_HOST": "dial.example"}
    (found,) = check_environment(Environment(values))
    assert found.hint == "Did you mean WEBDIAL_HOSTS?"


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    found = check_environment(Environment({"WEBDIAL_DATA": str(folder)}))
    assert ids(found) == [known.FOLDER_MISSING.id]
    assert not folder.exists()


def test_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    found = check_environment(Environment({"WEBDIAL_DATA": str(file)}))
    assert ids(found) == [known.FOLDER_UNUSABLE.id]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_folder_and_files_that_others_may_read(folder: Path) -> None:
    folder.chmod(0o755)
    key = folder / "secret.key"
    key.write_text("k" * 64, encoding="ascii")
    key.chmod(0o644)
    environment = Environment({"WEBDIAL_DATA": str(folder)})
    assert ids(check_environment(environment)) == [known.FOLDER_OPEN.id, known.FILE_OPEN.id]
    key.chmod(0o600)
    assert ids(check_environment(environment)) == [known.FOLDER_OPEN.id]
    key.chmod(0o644)
    folder.chmod(0o700)
    assert check_environment(environment) == []


@pytest.mark.parametrize("content", [b"short", b"\xff" * 64, b""])
def test_damaged_key(folder: Path, content: bytes) -> None:
    (folder / "secret.key").write_bytes(content)
    found = check_environment(Environment({"WEBDIAL_DATA": str(folder)}))
    assert ids(found) == [known.SECRET_KEY_UNUSABLE.id]


@pytest.mark.parametrize(
    ("free", "checks"),
    [
        (99_000_000, [known.DISK_FULL]),
        (100_000_000, [known.DISK_FILLING]),
        (999_000_000, [known.DISK_FILLING]),
        (1_000_000_000, []),
    ],
)
def test_room_on_the_disk(tmp_path: Path, free: int, checks: list[Check]) -> None:
    assert ids(check_disk(tmp_path, free=free)) == [check.id for check in checks]


@pytest.mark.parametrize(
    ("newest_s", "database_s", "checks"),
    [
        (None, None, []),
        (-3_600, 0, []),
        (299, 30, []),
        (301, -30, [known.CLOCK_BEHIND]),
        (0, 31, [known.CLOCK_DIFFERS]),
        (0, -31, [known.CLOCK_DIFFERS]),
    ],
)
def test_clock(newest_s: int | None, database_s: int | None, checks: list[Check]) -> None:
    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOW + timedelta(seconds=seconds)

    found = check_clock(NOW, newest=moment(newest_s), database=moment(database_s))
    assert ids(found) == [check.id for check in checks]
