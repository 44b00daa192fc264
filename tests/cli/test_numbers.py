"""`webdial number explain` and `webdial preview --user`: each step, and where its setting stands."""

import json

import pytest

from tests.server import MECHANISM, Installation

RULE = r"\+44(.*) => 0\1"


@pytest.fixture
def ruled(sqlite_installation: Installation) -> Installation:
    """London's own prefix and rule, the rest for all branches."""
    sqlite_installation.run_all(
        ["setting", "set", MECHANISM, "http://pbx.example/?from=^&to=#"],
        ["setting", "set", "Number Country", "GB"],
        ["setting", "set", "Number Format", "e164"],
        ["setting", "set", "Number Rules", RULE, "--branch", "LON"],
        ["setting", "set", "Outside Line Prefix", "9", "--branch", "LON"],
    )
    return sqlite_installation


def test_each_step_is_told_with_its_setting(ruled: Installation) -> None:
    for whose in (["--user", "CO"], ["--branch", "LON"]):
        told = ruled.run("number", "explain", "020 7946 0123", *whose)
        assert (told.returncode, told.stderr) == (0, "")
        assert [line.split("  ")[0] for line in told.stdout.splitlines()] == [
            "020 7946 0123",
            "02079460123",
            "+442079460123",
            "02079460123",
            "902079460123",
            "",
            "Dialled: 902079460123",
        ]
        assert "(Number Format: set for all branches)" in told.stdout
        assert f"Number rule: line 1: {RULE} (Number Rules: set for the branch London)" in (
            told.stdout
        )


def test_without_a_branch_the_values_for_all_hold(ruled: Installation) -> None:
    told = json.loads(ruled.run("number", "explain", "020 7946 0123", "--json").stdout)
    assert told["dialled"] == "+442079460123"
    assert [step["step"] for step in told["steps"]] == ["cleaned", "form"]


def test_settings_can_be_tried(ruled: Installation) -> None:
    told = ruled.run(
        "number", "explain", "020 7946 0123", "--user", "CO",
        "--setting", "number format=00", "--setting", "Outside Line Prefix=",
    )  # fmt: skip
    assert told.stdout.endswith("Dialled: 00442079460123\n")
    assert "(Number Format: tried here)" in told.stdout
    assert ruled.run("setting", "get", "Number Format").stdout == "e164\n"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--setting", "Number Rules=(0 => 1"], 2, "  (0 => 1\n  ^^"),
        (["--setting", "Numbers=1"], 1, "Number Rules, Outside Line Prefix"),
        (["--user", "NO"], 1, "There is no user"),
        (["--setting", r"Number Rules=(.*) => 9+\1"], 2, "cannot be dialled"),
    ],
)
def test_what_is_wrong_is_told(
    sqlite_installation: Installation, arguments: list[str], status: int, says: str
) -> None:
    done = sqlite_installation.run("number", "explain", "020 7946 0123", *arguments)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_preview_for_a_user_shows_the_whole_path(ruled: Installation) -> None:
    told = ruled.run("preview", "020 7946 0123", "--user", "CO")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Carl Osei, StaffID CO, branch London, extension 1001\n")
    assert "Outside line: put before numbers outside. (Outside Line Prefix: set for the" in (
        told.stdout
    )
    assert f"{MECHANISM}: set for all branches" in told.stdout
    assert told.stdout.endswith("GET http://pbx.example/?from=1001&to=902079460123\n")


def test_preview_for_a_user_asks_the_database_function(ruled: Installation) -> None:
    told = ruled.run("preview", "020 7946 0123", "--user", "CO", "--setting", "FUNCTION")
    assert told.returncode == 2
    assert "The database function gave no dial string" in told.stderr


def test_rules_with_a_fault_are_not_kept(ruled: Installation) -> None:
    done = ruled.run("setting", "set", "Number Rules", "0(.*) => 1\n+44 => 0")
    assert done.returncode == 2
    assert "  +44 => 0\n  ^\n" in done.stderr
    assert ruled.run("setting", "get", "Number Rules", "--branch", "LON").stdout == RULE + "\n"
