"""Rounds with real servers: figures for who placed every call, none for who did not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import BenchError, calls, relay, standin
from bench.rounds import Contender, Pace, run_rounds
from bench.servers import Command, Server, free_port, running

PACE = Pace(rounds=2, starts=1, warm_up_s=0.02, together_s=0.1, alone_warm_up_s=0.01, alone_s=0.05)


class Bench:
    """Servers that end with the test."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder

    def start(self, command: Command) -> Server:
        log = self._folder / f"{command.port}.log"
        return self._stack.enter_context(running(command, core=None, log=log))

    def start_standin(self) -> Server:
        return self.start(standin.serve_command(free_port()))

    def start_relay(self, dial_url: str) -> Contender:
        command = relay.serve_command(free_port(), dial_url=dial_url)
        return Contender(self.start(command), relay.call_requests(command), 201)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack, tmp_path)


def run(contender: Contender, dialled: Server) -> None:
    run_rounds([contender], standin=dialled, pace=PACE, tell=lambda _: None)


def test_contenders_alternate_and_every_call_arrives(bench: Bench) -> None:
    dialled = bench.start_standin()
    authority = dialled.command.authority
    contenders = [
        Contender(dialled, calls.dials(authority), 200),
        bench.start_relay(standin.dial_url(authority)),
    ]
    told: list[str] = []
    rounds = run_rounds(contenders, standin=dialled, pace=PACE, tell=told.append)
    assert told == ["round 1 of 2", "round 2 of 2"]
    assert {name: len(taken) for name, taken in rounds.items()} == {"stand-in": 2, "bare relay": 2}
    for taken in rounds["bare relay"]:
        assert taken.per_second > 0
        assert 0 < taken.one_call_s < taken.p99_s
        assert taken.busy > 0
        assert taken.cpu_s > 0


def test_calls_that_another_phone_system_got_are_missed(bench: Bench) -> None:
    dialled, other = bench.start_standin(), bench.start_standin()
    contender = bench.start_relay(standin.dial_url(other.command.authority))
    with pytest.raises(BenchError, match=r"bare relay placed \d+ calls but 0 were dialled"):
        run(contender, dialled)


def test_failed_calls_leave_no_figures(bench: Bench) -> None:
    dialled = bench.start_standin()
    contender = bench.start_relay(f"http://{dialled.command.authority}/no-phone")
    with pytest.raises(BenchError, match=r"bare relay failed calls \(status 502: \d+\)"):
        run(contender, dialled)
