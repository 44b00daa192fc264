"""Rounds with real servers: figures for who placed every call, none for who did not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import BenchError, calls, relay, rounds, servers, standin

PACE = rounds.Pace(
    rounds=2,
    starts=1,
    evaluations=1,
    warm_up_s=0.02,
    together_s=0.1,
    alone_warm_up_s=0.01,
    alone_s=0.05,
)

Start = Callable[[servers.Command], servers.Server]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers that end with the module."""
    folder = tmp_path_factory.mktemp("rounds")
    with ExitStack() as stack:

        def started(command: servers.Command) -> servers.Server:
            log: Path = folder / f"{command.port}.log"
            return stack.enter_context(servers.running(command, core=None, log=log))

        yield started


@pytest.fixture(scope="module")
def dialled(start: Start) -> servers.Server:
    return start(standin.serve_command(servers.free_port()))


def run(contender: rounds.Contender, dialled: servers.Server) -> None:
    rounds.run_rounds([contender], standin=dialled, pace=PACE, tell=lambda _: None)


def test_contenders_alternate_and_every_call_arrives(dialled: servers.Server) -> None:
    authority = dialled.command.authority
    contenders = [
        rounds.Contender("stand-in", dialled, calls.dials(authority), 200),
        rounds.Contender("stand-in again", dialled, calls.dials(authority), 200),
    ]
    told: list[str] = []
    measured = rounds.run_rounds(contenders, standin=dialled, pace=PACE, tell=told.append)
    assert told == ["round 1 of 2", "round 2 of 2"]
    assert {name: len(taken) for name, taken in measured.items()} == {
        "stand-in": 2,
        "stand-in again": 2,
    }
    for taken in measured["stand-in again"]:
        assert taken.per_second > 0
        assert 0 < taken.one_call_s < taken.p99_s
        assert taken.busy > 0
        assert taken.cpu_s > 0


def test_calls_that_another_phone_system_got_are_missed(
    start: Start, dialled: servers.Server
) -> None:
    other = start(standin.serve_command(servers.free_port()))
    contender = rounds.Contender("astray", other, calls.dials(other.command.authority), 200)
    with pytest.raises(BenchError, match=r"astray placed \d+ calls but 0 were dialled"):
        run(contender, dialled)


def test_failed_calls_leave_no_figures(start: Start, dialled: servers.Server) -> None:
    no_phone = f"http://{dialled.command.authority}/no-phone"
    command = relay.serve_command(servers.free_port(), dial_url=no_phone)
    contender = rounds.Contender("bare relay", start(command), relay.call_requests(command), 201)
    with pytest.raises(BenchError, match=r"bare relay failed calls \(status 502: \d+\)"):
        run(contender, dialled)
