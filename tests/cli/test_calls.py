"""`webdial calls` and `webdial personal-data`, over both databases."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.server import Installation

_LOG = """
from datetime import UTC, datetime, timedelta
from tests.site.logged_calls import logged_call
from webdial.site.models import User
carl = User.objects.get(login="carl")
now = datetime.now(UTC)
logged_call(carl, placed_at=now, number="020 7946 0001")
logged_call(carl, placed_at=now - timedelta(days=9), number="020 7946 0002", outcome="rejected")
logged_call(carl, placed_at=now - timedelta(days=99), number="=1+1")
"""


@pytest.fixture(scope="module")
def logged(installation: Installation) -> Installation:
    installation.extra_environment["PYTHONPATH"] = f"{Path.cwd()}:{Path.cwd() / 'src'}"
    installation.execute(_LOG)
    return installation


def test_list_is_newest_first(logged: Installation) -> None:
    lines = logged.run("calls", "list").stdout.splitlines()
    assert [line.split("\t")[1:4] for line in lines] == [
        ["CO", "020 7946 0001", "sent"],
        ["CO", "020 7946 0002", "rejected"],
        ["CO", "=1+1", "sent"],
    ]
    assert len(logged.run("calls", "list", "--most", "2").stdout.splitlines()) == 2


def test_list_is_filtered_and_told_as_json(logged: Installation) -> None:
    done = logged.run("calls", "list", "--outcome", "went_wrong", "--user", "carl", "--json")
    (call,) = (json.loads(line) for line in done.stdout.splitlines())
    assert (call["number"], call["outcome"], call["staff_id"], call["agency_id"]) == (
        "020 7946 0002", "rejected", "CO", "LON",
    )  # fmt: skip
    assert logged.run("calls", "list", "--period", "today").stdout.count("\n") == 1


def test_filter_that_is_not_understood(logged: Installation) -> None:
    done = logged.run("calls", "list", "--from", "soon")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["--from: “soon” is no day.", "Write it as 2026-11-25."]


def test_exports(logged: Installation, tmp_path: Path) -> None:
    for name in ("calls.csv", "calls.xlsx"):
        assert logged.run("calls", "export", str(tmp_path / name)).returncode == 0
    told = (tmp_path / "calls.csv").read_text(encoding="utf-8-sig")
    assert "020 7946 0001" in told
    assert ",'=1+1," in told
    assert zipfile.is_zipfile(tmp_path / "calls.xlsx")
    logged.run("calls", "export", str(tmp_path / "calls.json"), "--json", "--number", "0002")
    (line,) = (tmp_path / "calls.json").read_text().splitlines()
    assert json.loads(line)["number"] == "020 7946 0002"


def test_personal_data_is_exported_and_erased(logged: Installation, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    number = "+44 20 7946 0002"
    assert logged.run("personal-data", "export", str(file), "--number", number).returncode == 0
    assert len(json.loads(file.read_text())["calls"]) == 1
    preview = logged.run("personal-data", "erase", "--number", number, "--dry-run")
    assert preview.stdout == "02079460002\t1\nCalls found: 1\n"
    refused = logged.run("personal-data", "erase", "--number", number, stdin="n\n")
    assert refused.returncode == 1
    done = logged.run("personal-data", "erase", "--number", number, "--yes")
    assert done.stdout.splitlines()[-1] == "Calls erased: 1"
    lines = logged.run("calls", "list").stdout.splitlines()
    assert [line.split("\t")[1:3] for line in lines][1] == ["CO", "erased"]


def test_personal_data_wants_one_of_both(logged: Installation) -> None:
    for arguments in ([], ["--user", "CO", "--number", "555"]):
        done = logged.run("personal-data", "erase", *arguments)
        assert done.returncode == 2
        assert "Name either --user or --number." in done.stderr


def test_pruning_tells_first_and_then_does(logged: Installation) -> None:
    assert "kept for ever" in logged.run("calls", "prune").stdout
    logged.run("setting", "set", "Keep Calls For", "30")
    assert logged.run("calls", "prune", "--dry-run").stdout.startswith("1 call from before ")
    assert logged.run("calls", "list").stdout.count("\n") == 3
    assert logged.run("calls", "prune").stdout.endswith(" removed.\n")
    assert logged.run("calls", "list").stdout.count("\n") == 2
    refused = logged.run("setting", "set", "Keep Calls For", "30", "--branch", "LON")
    assert "one value for all branches" in refused.stderr


def test_server_removes_old_calls_by_itself(logged: Installation) -> None:
    logged.run("setting", "set", "Keep Calls For", "5")
    with logged.serving():
        for _ in range(20):  # asking takes longer than removing one call
            if (left := logged.run("calls", "list").stdout.count("\n")) == 1:
                break
    assert left == 1
