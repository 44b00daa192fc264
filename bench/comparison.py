"""One whole run: the servers started, the rounds run, the figures of each contender together."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench import calls, disk, relay, standin, webdial
from bench.machine import Machine, describe_machine
from bench.rounds import Contender, Pace, Round, run_rounds
from bench.servers import Command, Cores, Server, free_port, running


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a server takes besides its calls: memory in bytes, the median start in seconds."""

    idle_bytes: int
    worked_bytes: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured of one contender; the rounds are in the order they were run."""

    rounds: Sequence[Round]
    upkeep: Upkeep

    def median(self, reading: Callable[[Round], float]) -> float:
        return statistics.median(reading(taken) for taken in self.rounds)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader must know of the run.

    `cores_apart` says that the server under test had a core to itself; `commit_s` is the median
    time of one durable SQLite commit on the `file_system` the data was on.
    """

    machine: Machine
    day: date
    cores_apart: bool
    file_system: str
    commit_s: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The contenders of one run; `webdial` is None where it is not installed."""

    setting: Setting
    standin: Figures
    relay: Figures
    webdial: Figures | None


def ratio(figures: Figures, reference: Figures) -> float:
    """Calls per second over the reference's: the median of the rounds' ratios."""
    return _paired(figures, reference, lambda ours, theirs: ours.per_second / theirs.per_second)


def added_s(figures: Figures, reference: Figures) -> float:
    """Seconds one call takes longer than at the reference: the median of the rounds' differences."""
    return _paired(figures, reference, lambda ours, theirs: ours.one_call_s - theirs.one_call_s)


def _paired(
    figures: Figures, reference: Figures, combine: Callable[[Round, Round], float]
) -> float:
    both = zip(figures.rounds, reference.rounds, strict=True)
    return statistics.median(combine(ours, theirs) for ours, theirs in both)


def compare(folder: Path, *, pace: Pace, cores: Cores, tell: Callable[[str], None]) -> Comparison:
    """Measure everything; `folder` is fresh and takes data and logs, `tell` hears of the progress.

    Raises BenchError when a server or a call failed or the dials counted are not the calls placed.
    """
    setting = _describe(folder, cores)
    with ExitStack() as servers:
        start = _Starter(servers, folder, tell)
        dialled = start(_standin_entry(), core=cores.harness, starts=1)
        dial_url = standin.dial_url(dialled.contender.server.command.authority)
        entries = [_relay_entry(dial_url), *_webdial_entries(folder, dial_url)]
        tested = [start(entry, core=cores.server, starts=pace.starts) for entry in entries]
        figures = _measure((dialled, *tested), pace, tell)
    return Comparison(setting, figures[0], figures[1], figures[2] if len(figures) > 2 else None)


def _describe(folder: Path, cores: Cores) -> Setting:
    return Setting(
        machine=describe_machine(),
        day=datetime.now(UTC).date(),
        cores_apart=cores.are_apart,
        file_system=disk.file_system(folder),
        commit_s=disk.commit_s(folder),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A contender before its server runs."""

    command: Command
    requests: Iterator[bytes]
    expected_status: int


def _standin_entry() -> _Entry:
    command = standin.serve_command(free_port())
    return _Entry(command, calls.dials(command.authority), 200)


def _relay_entry(dial_url: str) -> _Entry:
    command = relay.serve_command(free_port(), dial_url=dial_url)
    return _Entry(command, relay.call_requests(command), 201)


def _webdial_entries(folder: Path, dial_url: str) -> Iterator[_Entry]:
    """Webdial on a folder set up for it; nothing where it is not installed."""
    program = webdial.find_program()
    if program is None:
        return
    data = folder / "data"
    data.mkdir()
    token = webdial.set_up(program, data, dial_url=dial_url)
    command = webdial.serve_command(program, data, port=free_port())
    yield _Entry(command, webdial.call_requests(command, token), 201)


@dataclass(frozen=True, slots=True)
class _Started:
    contender: Contender
    start_s: float
    idle_bytes: int


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts servers that live as long as `servers`."""

    servers: ExitStack
    folder: Path
    tell: Callable[[str], None]

    def __call__(self, entry: _Entry, *, core: int | None, starts: int) -> _Started:
        """Start the server `starts` times and keep it the last time."""
        self.tell(f"starting {entry.command.name}")
        log = self.folder / f"{entry.command.name}.log"
        times_s = []
        for _ in range(starts - 1):
            with running(entry.command, core=core, log=log) as server:
                times_s.append(server.ready_after_s)
        server = self.servers.enter_context(running(entry.command, core=core, log=log))
        times_s.append(server.ready_after_s)
        return _Started(
            contender=Contender(server, entry.requests, entry.expected_status),
            start_s=statistics.median(times_s),
            idle_bytes=server.memory_bytes(),
        )


def _measure(started: Sequence[_Started], pace: Pace, tell: Callable[[str], None]) -> list[Figures]:
    contenders = [one.contender for one in started]
    rounds = run_rounds(contenders, standin=contenders[0].server, pace=pace, tell=tell)
    return [_figures(one, rounds[one.contender.name]) for one in started]


def _figures(started: _Started, rounds: Sequence[Round]) -> Figures:
    server: Server = started.contender.server
    upkeep = Upkeep(started.idle_bytes, server.memory_bytes(), started.start_s)
    return Figures(rounds, upkeep)
