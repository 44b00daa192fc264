"""The bench of calls that wait: what it prints, and that a call that fails leaves no figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import BenchError, servers, waiting, webdial

PACE = waiting.WaitingPace(waiting=5, delay_s=1.0, rounds=1, round_s=0.8, warm_up_s=0.05)


@pytest.mark.thorough
def test_short_run_weighs_calls_that_wait(tmp_path: Path) -> None:
    program = webdial.find_program()
    assert program is not None
    told: list[str] = []
    figures = waiting.measure_waiting(
        tmp_path, program, cores=servers.choose_cores(), tell=told.append, pace=PACE
    )
    assert told[0] == "5 calls begin to wait"
    assert figures.waiting == 5
    assert figures.alone_s > 0
    assert figures.beside_s > 0


def test_rows_tell_whether_the_targets_are_met() -> None:
    met = waiting.rows(
        waiting.WaitingFigures(alone_s=0.010, beside_s=0.015, bytes_a_call=20 * 1024)
    )
    assert met == [
        ("p99 of other calls", "10.00 ms", ""),
        (
            "the same beside 1,000 calls that wait",
            "15.00 ms, 1.50 times",
            "under 2 times: met",
        ),
        ("memory of a call that waits", "20.0 KiB", "under 30 KiB: met"),
    ]
    missed = waiting.rows(
        waiting.WaitingFigures(alone_s=0.010, beside_s=0.020, bytes_a_call=30 * 1024)
    )
    assert [row[2] for row in missed[1:]] == [
        "under 2 times: **missed**",
        "under 30 KiB: **missed**",
    ]


def test_call_that_fails_leaves_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_token(command: object, token: str) -> Iterator[bytes]:
        while True:
            yield b"POST /api/v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"

    monkeypatch.setattr(webdial, "call_requests", without_token)
    program = webdial.find_program()
    assert program is not None
    with pytest.raises(BenchError, match="other calls failed"):
        waiting.measure_waiting(
            tmp_path, program, cores=servers.choose_cores(), tell=lambda _: None, pace=PACE
        )
