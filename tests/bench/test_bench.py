"""A whole short run, from the servers' start to the page."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from bench import BenchError, __main__, comparison, report, rounds, servers, webdial
from tests.bench.own_children import OwnChildren

PACE = rounds.Pace(
    rounds=1,
    starts=1,
    evaluations=50,
    warm_up_s=0.05,
    together_s=0.5,
    alone_warm_up_s=0.02,
    alone_s=0.2,
)
PROGRAM = webdial.find_program()


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over, what it told, and the folder it leaves behind."""

    measured: comparison.Comparison
    told: list[str]
    data: Path
    left_over: list[psutil.Process]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("bench")
    told: list[str] = []
    own_children = OwnChildren()
    measured = comparison.compare(
        folder, PROGRAM, pace=PACE, cores=servers.choose_cores(), tell=told.append
    )
    return Finished(measured, told, folder / "data", own_children())


def test_run_measures_all_and_ends_its_servers(finished: Finished) -> None:
    started = ["starting stand-in", "starting bare relay", "starting Webdial"]
    assert finished.told == [*started, "round 1 of 1"]
    measured = finished.measured
    by_webdial = measured.webdial
    assert by_webdial is not None
    theirs = (
        by_webdial.dial_string,
        by_webdial.posted,
        by_webdial.phone_system,
        by_webdial.function,
    )
    for figures in (measured.standin, measured.relay, *theirs):
        assert [taken.per_second > 0 for taken in figures.rounds] == [True]
    for served in (measured.standin, measured.relay, by_webdial.dial_string):
        assert served.upkeep.start_s > 0
        assert served.upkeep.idle_bytes > 2**20
    assert 0 < by_webdial.evaluation.memory_s < by_webdial.evaluation.database_s < 0.1
    assert report.page(measured).startswith("# Performance")
    assert finished.left_over == []


def test_calls_came_by_each_way(finished: Finished) -> None:
    """Else a way would be compared with itself."""
    with closing(sqlite3.connect(finished.data / "webdial.sqlite3")) as database:
        rows = database.execute(
            "SELECT DISTINCT staff_id, outcome, instr(request, '/dial?from=201&to=0207') > 0,"
            " instr(request, '/api/call/makecall/201/0207') > 0, phone_system, remote_id"
            " FROM webdial_call JOIN webdial_user ON webdial_user.id = user_id ORDER BY staff_id"
        ).fetchall()
    assert rows == [
        ("B1", "sent", 1, 0, "", ""),
        ("B2", "sent", 0, 1, "", ""),
        ("B3", "accepted", 0, 0, "JSON", "1632985346.11"),
        ("B4", "sent", 0, 0, "", ""),
    ]


def test_function_that_gives_something_else_has_no_figures(finished: Finished) -> None:
    with closing(sqlite3.connect(finished.data / "webdial.sqlite3")) as database, database:
        database.execute("UPDATE webdial_user SET extension = '202' WHERE staff_id = 'B2'")
    with pytest.raises(
        BenchError, match=r"ended with code 1: the sample function gave 'http://.+/202/.+' for 0207"
    ):
        webdial.evaluate_sample(finished.data, authority="127.0.0.1:1", evaluations=1)


def test_disk_that_is_not_there_gives_no_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert __main__.main(["--quick", "--data", str(missing)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("no figures: ")
    assert str(missing) in told.err
