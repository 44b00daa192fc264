"""Whole short runs, from the servers' start to the page, with and without Webdial."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from bench import BenchError, __main__, comparison, report, rounds, servers, webdial

PACE = rounds.Pace(
    rounds=1,
    starts=1,
    evaluations=50,
    warm_up_s=0.05,
    together_s=0.1,
    alone_warm_up_s=0.02,
    alone_s=0.05,
)
TWICE = rounds.Pace(
    rounds=1,
    starts=2,
    evaluations=1,
    warm_up_s=0.02,
    together_s=0.05,
    alone_warm_up_s=0.01,
    alone_s=0.05,
)
PROGRAM = webdial.find_program()


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over, what it told, and the folder it leaves behind."""

    measured: comparison.Comparison
    told: list[str]
    data: Path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("bench")
    told: list[str] = []
    measured = comparison.compare(
        folder, PROGRAM, pace=PACE, cores=servers.choose_cores(), tell=told.append
    )
    return Finished(measured, told, folder / "data")


def check_calls(figures: comparison.Figures, *, rounds: int) -> None:
    assert len(figures.rounds) == rounds
    assert figures.median(lambda taken: taken.per_second) > 0


def check_server(figures: comparison.ServerFigures, *, rounds: int) -> None:
    check_calls(figures, rounds=rounds)
    assert figures.upkeep.start_s > 0
    assert figures.upkeep.idle_bytes > 2**20


def test_run_measures_all_and_ends_its_servers(finished: Finished) -> None:
    started = ["starting stand-in", "starting bare relay", "starting Webdial"]
    assert finished.told == [*started, "round 1 of 1"]
    measured = finished.measured
    by_webdial = measured.webdial
    assert by_webdial is not None
    for figures in (measured.standin, measured.relay, by_webdial.dial_string):
        check_server(figures, rounds=1)
    check_calls(by_webdial.function, rounds=1)
    assert 0 < by_webdial.evaluation.memory_s < by_webdial.evaluation.database_s < 0.1
    assert report.page(measured).startswith("# Performance")
    assert psutil.Process().children() == []


def test_calls_came_by_both_ways(finished: Finished) -> None:
    """Else FUNCTION and dial string would be compared with themselves."""
    with closing(sqlite3.connect(finished.data / "webdial.sqlite3")) as database:
        rows = database.execute(
            "SELECT DISTINCT staff_id, outcome, instr(request, '/dial?from=201&to=0207') > 0,"
            " instr(request, '/api/call/makecall/201/0207') > 0"
            " FROM webdial_call JOIN webdial_user ON webdial_user.id = user_id ORDER BY staff_id"
        ).fetchall()
    assert rows == [("B1", "sent", 1, 0), ("B2", "sent", 0, 1)]


def test_function_that_gives_something_else_has_no_figures(finished: Finished) -> None:
    with closing(sqlite3.connect(finished.data / "webdial.sqlite3")) as database, database:
        database.execute("UPDATE webdial_user SET extension = '202' WHERE staff_id = 'B2'")
    with pytest.raises(
        BenchError, match=r"ended with code 1: the sample function gave 'http://.+/202/.+' for 0207"
    ):
        webdial.evaluate_sample(finished.data, authority="127.0.0.1:1", evaluations=1)


def test_run_without_webdial_starts_each_server_anew(tmp_path: Path) -> None:
    told: list[str] = []
    measured = comparison.compare(
        tmp_path, None, pace=TWICE, cores=servers.choose_cores(), tell=told.append
    )
    assert told[-1] == "round 1 of 1"
    check_server(measured.standin, rounds=1)
    check_server(measured.relay, rounds=1)
    assert measured.webdial is None


def test_disk_that_is_not_there_gives_no_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert __main__.main(["--quick", "--data", str(missing)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("no figures: ")
    assert str(missing) in told.err
