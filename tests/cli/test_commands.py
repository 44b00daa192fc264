"""The commands as they are run, on both databases."""

import asyncio
import socket
import subprocess
import sys
from dataclasses import replace
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
        assert done.stdout.startswith("Sent to the phone system, not confirmed.")
        assert [request.target for request in phones.requests] == ["/?from=1001&to=02079460123"]

        installation.dial_by(phones.url("refuse", "?to=#"))
        done = await asyncio.to_thread(installation.run, "dial", "020 7946 0124", "--user", "carl")
        assert done.returncode == 1
        assert done.stdout.startswith("The phone system refused the call")


async def test_number_at_fault_ends_alike_here_and_through_a_server(
    sqlite_installation: Installation,
) -> None:
    here = sqlite_installation.run("dial", "Agatha", "--user", "carl")
    with sqlite_installation.serving() as server:
        caller = replace(
            sqlite_installation,
            extra_environment={
                "WEBDIAL_SERVER": server.address,
                "WEBDIAL_TOKEN": sqlite_installation.token,
            },
        )
        there = await asyncio.to_thread(caller.run, "dial", "Agatha")
    assert (there.returncode, here.returncode) == (2, 2)
    assert there.stderr.splitlines()[:3] == here.stderr.splitlines()[:3]


def test_setting_of_ones_own_is_wanted_in_so_many_words(
    sqlite_installation: Installation,
) -> None:
    assert sqlite_installation.run("setting", "set", "Nearby", "x").returncode == 1
    sqlite_installation.run("setting", "set", "Nearby", "x", "--own")
    assert sqlite_installation.run("setting", "get", "nearby").stdout == "x\n"
    assert sqlite_installation.run("setting", "set", "NEARBY", "y").returncode == 0
    assert sqlite_installation.run("setting", "clear", "Nearby").returncode == 0
    assert sqlite_installation.run("setting", "clear", "Nearby").returncode == 1


def test_setting_with_a_slip_of_the_pen_is_told(sqlite_installation: Installation) -> None:
    done = sqlite_installation.run("setting", "set", "Use Web Phone Dialing Mechanism", "tel:#")
    assert done.returncode == 1
    assert f"Did you mean {MECHANISM}?" in done.stderr
    assert "Dialing" not in sqlite_installation.run("setting", "list").stdout


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
        (["setting", "get", "No such"], 1, "There is no setting 'No such'."),
        (["setting", "clear", "No such"], 1, "There is no setting 'No such'."),
        (["setting", "list", "--branch", "\udcff"], 2, "no text in UTF-8"),
        (["preview", "020", "--setting", "tel:#\udcff", "--json"], 2, "no text in UTF-8"),
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


def test_password_that_is_empty_is_not_said_to_be_set(sqlite_installation: Installation) -> None:
    done = sqlite_installation.run("user", "password", "carl", "--password-stdin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The password is empty." in done.stderr


def test_password_that_could_not_sign_in_is_not_set(sqlite_installation: Installation) -> None:
    done = sqlite_installation.run(
        "user", "password", "carl", "--password-stdin", stdin="a1" * 100 + "b\n"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "more than 200 characters" in done.stderr


def test_standard_input_that_is_no_text_is_told(sqlite_installation: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "webdial", "dial", "--user", "carl"],
        input=b"020 \xff", env=sqlite_installation.environment, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b"Standard input is no text in UTF-8.\n"


def test_taken_port_is_told(sqlite_installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = sqlite_installation.run("serve", "--port", port)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Choose another port" in done.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b"])
def test_address_that_is_none_of_this_machine_is_told(tmp_path: Path, host: str) -> None:
    done = Installation(tmp_path).run("serve", "--host", host, "--port", "0")
    assert done.returncode == 1
    assert f"Cannot listen at {host}" in done.stderr
    assert "--host" in done.stderr
    assert "--port" not in done.stderr
    assert "Traceback" not in done.stderr


def test_address_that_is_named_is_one_that_works(sqlite_installation: Installation) -> None:
    with sqlite_installation.serving(host="127.0.0.8") as server:
        assert server.address.startswith("http://127.0.0.8:")
        assert server.ask("/sign-in").status == 200
        assert server.ask("/api/v1/docs").status == 200


def test_foreign_host_is_refused_everywhere_and_costs_the_log_a_line(
    sqlite_installation: Installation,
) -> None:
    with sqlite_installation.serving() as server:
        assert server.ask("/sign-in", Host="evil.example").status == 400
        assert server.ask("/static/x", Host="evil.example").status == 400
        assert server.ask("/api/v1/docs/", Host="evil.example").status == 400
        refused = server.ask("/api/v1/docs", Host="evil.example:80")
        assert (refused.status, refused.content["code"]) == (400, "unknown_host")
        assert server.ask("/api/v1/docs/").status == 404
        server.stop()
        log = "\n".join(server.rest)
    assert "evil.example" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://u:mark/ed@h/db", "no address"),
        ("postgresql://u@127.0.0.1:9/db", "The database cannot be used"),
        ("postgresql://u@127.0.0.1:9/db?nonsense=1", "The database cannot be used"),
        ("sqlite://relative.db", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:////nowhere/at/all.db", "The database cannot be used"),
    ],
)
def test_database_that_cannot_be_used_is_told(tmp_path: Path, url: str, says: str) -> None:
    done = Installation(tmp_path, url).run("user", "list")
    assert done.returncode == 1
    assert says in done.stderr
    assert "mark" not in done.stderr
    assert "Traceback" not in done.stderr


def test_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "webdial.sqlite3").write_text("no database at all" * 100)
    done = Installation(tmp_path).run("user", "list")
    assert done.returncode == 1
    assert done.stderr == "The database cannot be used: file is not a database\n"


@pytest.mark.parametrize("key", [b"", b"short", b"\xff" * 64])
def test_damaged_secret_key_is_told(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(key)
    done = Installation(tmp_path).run("user", "list")
    assert done.returncode == 1
    assert "secret.key is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_home_that_is_nobodys_is_told(tmp_path: Path) -> None:
    done = Installation(tmp_path, extra_environment={"WEBDIAL_DATA": "~no-such-user/x"}).run(
        "user", "list"
    )
    assert done.returncode == 1
    assert "WEBDIAL_DATA" in done.stderr
    assert "Traceback" not in done.stderr


def test_data_in_a_folder_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    assert Installation(folder).run("user", "list").returncode == 0
    found = {file.name: file.stat().st_mode & 0o077 for file in folder.iterdir()}
    assert found["webdial.sqlite3"] == 0
    assert set(found.values()) == {0}


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


@pytest.mark.parametrize(
    ("server", "says"),
    [
        ("http://127.0.0.1:9", "nothing was dialled"),
        ("dial.example", "nothing was dialled"),
        ("http://dial.invalid", "nothing was dialled"),
    ],
)
def test_server_that_is_not_there_is_told_truly(tmp_path: Path, server: str, says: str) -> None:
    asking = Installation(tmp_path)
    asking.extra_environment |= {"WEBDIAL_SERVER": server, "WEBDIAL_TOKEN": "wd_x"}
    done = asking.run("dial", "020 7946 0123")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
