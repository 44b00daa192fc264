"""A whole short run, from the servers' start to the page, with everything that exists here."""

from pathlib import Path

import pytest

from bench import webdial
from bench.__main__ import main
from bench.comparison import compare
from bench.report import page
from bench.rounds import Pace
from bench.servers import choose_cores

PACE = Pace(rounds=1, starts=2, warm_up_s=0.05, together_s=0.2, alone_warm_up_s=0.02, alone_s=0.1)


def test_run_from_start_to_page(tmp_path: Path) -> None:
    told: list[str] = []
    comparison = compare(tmp_path, pace=PACE, cores=choose_cores(), tell=told.append)
    assert told[0] == "starting stand-in"
    assert told[-1] == "round 1 of 1"
    measured = [comparison.standin, comparison.relay]
    if webdial.find_program():
        assert comparison.webdial is not None
        measured.append(comparison.webdial)
    for figures in measured:
        assert len(figures.rounds) == 1
        assert figures.upkeep.start_s > 0
        assert figures.upkeep.idle_bytes > 2**20
    assert page(comparison).startswith("# Performance")


@pytest.mark.skipif(webdial.find_program() is None, reason="Webdial is not installed here")
def test_setting_up_gives_a_token(tmp_path: Path) -> None:
    program = webdial.find_program()
    assert program
    token = webdial.set_up(program, tmp_path, dial_url="http://127.0.0.1:8099/dial")
    assert len(token) > 20
    assert token.isascii()


def test_disk_that_is_not_there_gives_no_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert main(["--quick", "--data", str(missing)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("no figures: ")
    assert str(missing) in told.err
