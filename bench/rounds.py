"""Alternating rounds: every contender is measured once a round, so that all meet the same drift.

A machine gets slower and faster over minutes. Figures taken a round apart from each other can be
compared; the median over the rounds is what is reported. After each measurement the dials that the
stand-in counted are held against the answers: a contender that lost, doubled or failed a call has
no figures.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench import BenchError
from bench.load import LoadResult, Workload, run_load
from bench.servers import HOST, Server
from bench.standin import dial_count

IN_FLIGHT = 32


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to measure: `rounds` times everything, `starts` times the start of a server.

    The sample function is evaluated `evaluations` times by itself.
    """

    rounds: int
    starts: int
    evaluations: int
    warm_up_s: float
    together_s: float
    alone_warm_up_s: float
    alone_s: float


FULL = Pace(
    rounds=5,
    starts=3,
    evaluations=4_000,
    warm_up_s=0.5,
    together_s=3.0,
    alone_warm_up_s=0.3,
    alone_s=1.5,
)
"""About three minutes with six contenders."""

QUICK = Pace(
    rounds=3,
    starts=1,
    evaluations=1_000,
    warm_up_s=0.2,
    together_s=0.7,
    alone_warm_up_s=0.1,
    alone_s=0.3,
)
"""About half a minute with six contenders."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server and the calls it is given; `requests` goes on from round to round.

    One server may be asked by several contenders, each by calls of its own. `further` are servers that
    share the calls; `database_cpu_s` tells what the database's processes have used so far.
    """

    name: str
    server: Server
    requests: Iterator[bytes]
    expected_status: int
    further: tuple[Server, ...] = ()
    in_flight: int = IN_FLIGHT
    database_cpu_s: Callable[[], float] = lambda: 0.0

    def workload(self) -> Workload:
        port, *others = (server.command.port for server in (self.server, *self.further))
        return Workload(HOST, port, self.requests, self.expected_status, tuple(others))

    def cpu_s(self) -> float:
        return sum(server.cpu_s() for server in (self.server, *self.further))


@dataclass(frozen=True, slots=True)
class Round:
    """One contender's figures of one round.

    `busy` is the share of one core that the server used while many calls were in flight, `cpu_s` its
    processor time for one call, `database_cpu_s` that of a database with processes of its own.
    """

    per_second: float
    p99_s: float
    one_call_s: float
    busy: float
    cpu_s: float
    database_cpu_s: float = 0.0


def run_rounds(
    contenders: Sequence[Contender],
    *,
    standin: Server,
    pace: Pace,
    tell: Callable[[str], None],
) -> dict[str, list[Round]]:
    """The rounds of each contender by its name; `tell` hears of the progress.

    Raises BenchError when a call failed or the stand-in counted more or fewer than succeeded.
    """
    rounds: dict[str, list[Round]] = {contender.name: [] for contender in contenders}
    for number in range(1, pace.rounds + 1):
        tell(f"round {number} of {pace.rounds}")
        for contender in contenders:
            rounds[contender.name].append(_run_round(contender, standin, pace))
    return rounds


def _run_round(contender: Contender, standin: Server, pace: Pace) -> Round:
    cpu_before_s, began_at = contender.cpu_s(), time.perf_counter()
    database_before_s = contender.database_cpu_s()
    together = _run_counted(
        contender, standin, contender.in_flight, pace.warm_up_s, pace.together_s
    )
    cpu_s, took_s = contender.cpu_s() - cpu_before_s, time.perf_counter() - began_at
    database_cpu_s = contender.database_cpu_s() - database_before_s
    alone = _run_counted(contender, standin, 1, pace.alone_warm_up_s, pace.alone_s)
    return Round(
        per_second=together.per_second,
        p99_s=together.p99_s,
        one_call_s=alone.median_s,
        busy=cpu_s / took_s,
        cpu_s=cpu_s / together.succeeded,
        database_cpu_s=database_cpu_s / together.succeeded,
    )


def _run_counted(
    contender: Contender, standin: Server, connections: int, warm_up_s: float, seconds: float
) -> LoadResult:
    authority = standin.command.authority
    before = dial_count(authority)
    result = run_load(
        contender.workload(), connections=connections, warm_up_s=warm_up_s, seconds=seconds
    )
    _check(contender.name, result, dialled=dial_count(authority) - before)
    return result


def _check(name: str, result: LoadResult, *, dialled: int) -> None:
    if result.faults:
        faults = ", ".join(f"{fault}: {times}" for fault, times in sorted(result.faults.items()))
        raise BenchError(f"{name} failed calls ({faults}); {result.succeeded} succeeded")
    if dialled != result.succeeded:
        raise BenchError(f"{name} placed {result.succeeded} calls but {dialled} were dialled")
    if not result.answered:
        raise BenchError(f"{name} answered nothing within {result.seconds} s")
