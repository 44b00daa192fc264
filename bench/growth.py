"""SQLite beside PostgreSQL, and two workers and two nodes on PostgreSQL beside one.

One process on SQLite; one, two workers and two nodes on one PostgreSQL, whose commits are durable. The calls are
those of many users, as they are in a company that needs two processes. Where the machine has four cores, each process of Webdial
has one to itself. Where it has not, both share the one that one process has alone: what the second
costs is then seen, and what two would do is worked out from their processor time.
"""

import os
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench import standin, webdial
from bench.disk import data_folder
from bench.filling import Size
from bench.rounds import IN_FLIGHT, Contender, Pace, Round, run_rounds
from bench.servers import Cores, Pin, Server, free_port, pinned, running
from bench.tables import NONE, Row, as_ms, as_ratio, at_least, markdown

ABOUT: Final = """One process on SQLite, one on PostgreSQL, one more with `--workers 2`, and two servers that share the calls as two nodes do, all on
PostgreSQL of this machine with durable commits. 100 users call, each of another branch. With four cores or more, each of two
processes has a core; with fewer, both have the one that one process has alone. Then their calls per second cannot grow, and
what the second costs is seen instead: two processes with a core each can do twice what one does, less what a call costs more."""

LIMITS: Final = """- **Calls per second**: the processor of the core that Webdial has. PostgreSQL's own processes and the load generator share
  the other; on SQLite, the database is part of the process and its time.
- **PostgreSQL beside SQLite**: a batch of calls is one statement, which goes to PostgreSQL and back. Its rows are read and written by a process
  of PostgreSQL's on the other core, and so the processor time of one call is less here and more in all.
- **Two workers and two nodes**: each writes batches of its own. Calls in smaller batches cost more each: with half as many in flight
  for each process, half as much again. On one core, both have less time to fill their batches than they would have with a core each.
  They wait for nothing of each other's, unless two of them place calls of one user in the same moment: the user's limits are
  then counted in turn."""

LEAST_TIMES: Final = 1.7
POSTGRES_HOST: Final = "127.0.91.2"
"""A loopback address that no test uses."""

_SQLITE, _ONE, _WORKERS, _NODES = "SQLite", "PostgreSQL", "two workers", "two nodes"
NAMES: Final = (_SQLITE, _ONE, _WORKERS, _NODES)


@dataclass(frozen=True, slots=True)
class GrowthPace:
    size: Size
    rounds: Pace


FULL: Final = GrowthPace(
    size=Size(branches=100, users=1_000, tokens=0, calls=0, callers=100),
    rounds=Pace(
        rounds=3, starts=1, evaluations=0,
        warm_up_s=0.5, together_s=2.0, alone_warm_up_s=0.1, alone_s=0.7,
    ),
)  # fmt: skip
"""About a minute and a half."""


@dataclass(frozen=True, slots=True)
class Places:
    """Which cores each has: `two` those of two processes together, `nodes` that of each node."""

    one: Pin
    two: Pin
    nodes: tuple[Pin, Pin]
    database: Pin
    are_apart: bool


def choose_places(cores: Cores, available: Sequence[int]) -> Places:
    """The database has what is left over, else the core of the load generator."""
    left = [core for core in available if core not in (cores.server, cores.harness)]
    if cores.server is None or len(left) < 2:
        both = (cores.server, cores.server)
        return Places(cores.server, cores.server, both, cores.harness, are_apart=False)
    second, *rest = left
    nodes = (cores.server, second)
    return Places(cores.server, nodes, nodes, rest, are_apart=True)


@dataclass(frozen=True, slots=True)
class GrowthFigures:
    """The rounds of each by its name."""

    rounds: Mapping[str, Sequence[Round]]
    are_apart: bool

    def median(self, name: str, reading: Callable[[Round], float]) -> float:
        return statistics.median(reading(taken) for taken in self.rounds[name])

    def times_one(self, name: str) -> float:
        """Calls per second over those of one process on PostgreSQL, round by round."""
        return self._paired(name, lambda ours, one: ours.per_second / one.per_second)

    def times_one_by_processor(self, name: str) -> float:
        """The same for two with a core each, if the server's own processor time is what bounds them."""
        return self._paired(name, lambda ours, one: 2 * one.cpu_s / ours.cpu_s)

    def _paired(self, name: str, combine: Callable[[Round, Round], float]) -> float:
        both = zip(self.rounds[name], self.rounds[_ONE], strict=True)
        return statistics.median(combine(ours, one) for ours, one in both)


def why_not() -> str:
    """What PostgreSQL misses here, as a sentence; empty when it is there."""
    from tests.real import presence  # noqa: PLC0415 - the checkout's own, and pytest's

    return presence.missing("postgresql") or ""


def measure_growth(
    folder: Path,
    program: tuple[str, ...],
    *,
    cores: Cores,
    tell: Callable[[str], None],
    pace: GrowthPace = FULL,
) -> GrowthFigures:
    """Measure in `folder`, which is fresh. Raises BenchError when a call failed."""
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    places = choose_places(cores, available)
    with ExitStack() as stack, pinned(cores.harness):
        tell("starting PostgreSQL")
        url = stack.enter_context(_postgres(places.database))
        dialled = stack.enter_context(
            running(
                standin.serve_command(free_port()),
                core=cores.harness,
                log=folder / "stand-in.log",
            )
        )

        def serve(name: str, core: Pin, *options: str, variables: webdial.Variables) -> Server:
            tell(f"starting {name}")
            command = webdial.serve_command(
                program, folder / "data", *options, port=free_port(), variables=variables
            )
            log = folder / f"{command.port}.log"
            return stack.enter_context(running(command, core=core, log=log))

        (folder / "data").mkdir()
        on_postgres = {"WEBDIAL_DATABASE_URL": url}
        for variables in (webdial.NO_VARIABLES, on_postgres):
            tokens = webdial.set_up_company(
                folder / "data",
                pace.size,
                authority=dialled.command.authority,
                variables=variables,
            )
        sqlite = serve(_SQLITE, places.one, variables=webdial.NO_VARIABLES)
        one = serve(_ONE, places.one, variables=on_postgres)
        workers = serve(_WORKERS, places.two, "--workers", "2", variables=on_postgres)
        first, second = (serve(_NODES, core, variables=on_postgres) for core in places.nodes)
        database_cpu_s = _cpu_of(_postmaster(url))

        # One row of calls for all: the same number once more within two seconds is the same call.
        requests = webdial.calls_in_turn(one.command, tokens)

        def contender(name: str, server: Server, *further: Server) -> Contender:
            uses = (lambda: 0.0) if name == _SQLITE else database_cpu_s
            in_flight = IN_FLIGHT * (2 if name in (_WORKERS, _NODES) else 1)
            return Contender(name, server, requests, 201, further, in_flight, uses)

        contenders = [
            contender(_SQLITE, sqlite),
            contender(_ONE, one),
            contender(_WORKERS, workers),
            contender(_NODES, first, second),
        ]
        rounds = run_rounds(contenders, standin=dialled, pace=pace.rounds, tell=tell)
        return GrowthFigures(rounds, places.are_apart)


@contextmanager
def _postgres(core: Pin) -> Iterator[str]:
    """A cluster with durable commits, and an empty database in it.

    On a real disk, in a folder of its own: it may run as another user, to whom the bench's is closed.
    """
    from tests.real.postgres import PostgresCluster  # noqa: PLC0415 - the checkout's own

    with ExitStack() as stack:
        with pinned(core):
            cluster = stack.enter_context(
                PostgresCluster(POSTGRES_HOST, is_safe=True, parent=data_folder())
            )
            cluster.wait_ready()
        yield stack.enter_context(cluster.fresh_database())


def _postmaster(url: str) -> psutil.Process:
    """The process whose children serve those who are connected."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is

    with psycopg.connect(url) as session:
        server: psutil.Process = psutil.Process(session.info.backend_pid).parents()[0]
    return server


def _cpu_of(postmaster: psutil.Process) -> Callable[[], float]:
    """Processor seconds of all of its processes that are there, and of those that have ended."""

    def cpu_s() -> float:
        used = postmaster.cpu_times()
        total: float = used.user + used.system + used.children_user + used.children_system
        for process in postmaster.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    return cpu_s


def rows(figures: GrowthFigures) -> list[Row]:
    """What, on SQLite, on PostgreSQL, by two workers, by two nodes, and the target."""

    def each(show: Callable[[float], str], reading: Callable[[Round], float]) -> Iterator[str]:
        return (show(figures.median(name, reading)) for name in NAMES)

    workers, nodes = (figures.times_one(name) for name in (_WORKERS, _NODES))
    worked_out = [figures.times_one_by_processor(name) for name in (_WORKERS, _NODES)]
    least = min(workers, nodes) if figures.are_apart else None
    target = at_least(LEAST_TIMES, least, as_ratio)
    return [
        (
            f"calls per second, {IN_FLIGHT} in flight for each process",
            *each(lambda value: f"{value:,.0f}", lambda taken: taken.per_second),
            "",
        ),
        (
            "of what one process does on PostgreSQL",
            as_ratio(figures.times_one(_SQLITE)),
            as_ratio(1),
            as_ratio(workers),
            as_ratio(nodes),
            target if figures.are_apart else f"{target}, where each has a core",
        ),
        (
            "the same with a core each, by processor time",
            *(NONE, as_ratio(1), *map(as_ratio, worked_out)),
            at_least(LEAST_TIMES, min(worked_out), as_ratio),
        ),
        (
            "servers' processor time for one call",
            *each(as_ms, lambda taken: taken.cpu_s),
            "",
        ),
        (
            "PostgreSQL's processor time for one call",
            *(NONE, *list(each(as_ms, lambda taken: taken.database_cpu_s))[1:]),
            "",
        ),
        (
            f"99th percentile of one call, {IN_FLIGHT} in flight for each process",
            *each(as_ms, lambda taken: taken.p99_s),
            "",
        ),
        (
            "median time of one call, one at a time",
            *each(as_ms, lambda taken: taken.one_call_s),
            "",
        ),
    ]


def table(figures: GrowthFigures) -> str:
    head = ("", _SQLITE, _ONE, f"{_ONE}, {_WORKERS}", f"{_ONE}, {_NODES}", "target")
    return markdown(head, rows(figures))
