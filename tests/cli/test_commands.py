"""The commands as they are run, on both databases."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.server import MECHANISM, Installation
from webdial.simulator.faults import FaultServer


def test_setting_for_a_branch_comes_before_that_for_all(installation: Installation) -> None:
    printed = installation.run_all(
        ["setting", "set", MECHANISM, "tel:#"],
        ["setting", "set", MECHANISM.upper(), "dial:#", "--branch", "lon"],
        ["setting", "get", MECHANISM, "--branch", "LON"],
        ["setting", "get", MECHANISM],
        ["setting", "clear", MECHANISM, "--branch", "LON"],
        ["setting", "get", MECHANISM, "--branch", "LON"],
    ).splitlines()
    assert [line for line in printed if line.endswith(":#")] == ["dial:#", "tel:#", "tel:#"]


def test_dial_string_with_a_fault_is_not_kept(installation: Installation) -> None:
    installation.dial_by("tel:#")
    done = installation.run("setting", "set", MECHANISM, "http://pbx:546342/#")
    assert done.returncode == 2
    assert "546342 is no port" in done.stderr
    assert "^^^^^^" in done.stderr
    assert installation.run("setting", "get", MECHANISM).stdout == "tel:#\n"


async def test_call_is_placed_and_told(installation: Installation) -> None:
    async with FaultServer() as phones:
        installation.dial_by(phones.url("", "/?from=^&to=#"))
        done = await asyncio.to_thread(installation.run, "dial", "020 7946 0123", "--user", "carl")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("The phone system took the call.")
        assert [request.target for request in phones.requests] == ["/?from=1001&to=02079460123"]

        installation.dial_by(phones.url("refuse", "?to=#"))
        done = await asyncio.to_thread(installation.run, "dial", "020 7946 0123", "--user", "carl")
        assert done.returncode == 1
        assert done.stdout.startswith("The phone system refused the call")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["dial", "020"], 1, "Who calls?"),
        (["dial", "020", "--user", "nobody"], 1, "There is no user 'nobody'."),
        (["dial", "Agatha", "--user", "carl"], 2, "There is no number in this"),
        (["user", "add", "carl", "--name", "Again"], 1, "Another user"),
        (["user", "add", "x", "--name", "X", "--branch", "NO"], 1, "There is no branch"),
        (["user", "add", "", "--name", "X"], 1, "is missing"),
        (["branch", "add", "lon", "--name", "Again"], 1, "Another branch has this AgencyID."),
        (["token", "revoke", "999999"], 1, "There is no token 999999."),
        (["setting", "set", "Web Phone Dialling Total Time Limit", "soon"], 1, "number of seconds"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    sqlite_installation: Installation, arguments: list[str], status: int, says: str
) -> None:
    done = sqlite_installation.run(*arguments)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_weak_password_is_refused(sqlite_installation: Installation) -> None:
    done = sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin="carl\n")
    assert done.returncode == 1
    assert "too short" in done.stderr


def test_taken_port_is_told(sqlite_installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = sqlite_installation.run("serve", "--port", port)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr


def test_data_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = Installation(tmp_path / "file" / "data").run("user", "list")
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_database_address_that_is_none_is_told(tmp_path: Path) -> None:
    done = Installation(tmp_path, "mysql://x/y").run("user", "list")
    assert done.returncode == 1
    assert "postgresql://" in done.stderr
    assert "Traceback" not in done.stderr


def test_secret_key_is_made_once_and_closed_to_others(sqlite_installation: Installation) -> None:
    file = sqlite_installation.folder / "secret.key"
    key = file.read_text()
    sqlite_installation.run("user", "list")
    assert file.read_text() == key
    assert len(key) >= 32
    assert file.stat().st_mode & 0o077 == 0
