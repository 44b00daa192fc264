"""One whole run: the servers started, the rounds run, the figures of each contender together."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from bench import calls, disk, relay, standin, webdial
from bench.machine import Machine, describe_machine, stolen_s
from bench.rounds import Contender, Pace, Round, run_rounds
from bench.sample import Evaluation
from bench.servers import Command, Cores, Server, free_port, running

_STANDIN = "stand-in"
_RELAY = "bare relay"
_DIAL_STRING = "Webdial by a dial string"
_POSTED = "Webdial by a dial string that posts"
_SYSTEM = "Webdial by a phone system"
_FUNCTION = "Webdial by FUNCTION"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a server takes besides its calls: memory in bytes, the median start in seconds."""

    idle_bytes: int
    worked_bytes: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the calls of one contender took; the rounds are in the order they were run."""

    rounds: Sequence[Round]

    def median(self, reading: Callable[[Round], float]) -> float:
        return statistics.median(reading(taken) for taken in self.rounds)


@dataclass(frozen=True, slots=True)
class ServerFigures(Figures):
    """The same with the upkeep of the server, for a contender that has one to itself."""

    upkeep: Upkeep


@dataclass(frozen=True, slots=True)
class WebdialFigures:
    """Webdial by two dial strings, a phone system and the sample function, all in the same process."""

    dial_string: ServerFigures
    posted: Figures
    phone_system: Figures
    function: Figures
    evaluation: Evaluation


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
    """The contenders of one run; `webdial` is None where it is not installed.

    `stolen` is the share of its processors' time that a virtual machine did not get from its host
    during the rounds.
    """

    setting: Setting
    stolen: float
    standin: ServerFigures
    relay: ServerFigures
    webdial: WebdialFigures | None


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


def compare(
    folder: Path,
    program: tuple[str, ...] | None,
    *,
    pace: Pace,
    cores: Cores,
    tell: Callable[[str], None],
) -> Comparison:
    """Measure everything; `folder` is fresh and takes data and logs, `tell` hears of the progress.

    `program` is how Webdial is run, None to leave it out. Raises BenchError when a server or a call
    failed or the dials counted are not the calls placed.
    """
    setting = _describe(folder, cores)
    with ExitStack() as servers:
        start = _Starter(servers, folder, tell)
        dialled = start(standin.serve_command(free_port()), core=cores.harness, starts=1)
        authority = dialled.server.command.authority
        dial_url = standin.dial_url(authority)
        start_tested = partial(start, core=cores.server, starts=pace.starts)
        relayed = start_tested(relay.serve_command(free_port(), dial_url=dial_url))
        installed = program and _install(folder / "data", program, authority, start_tested)
        contenders = [
            Contender(_STANDIN, dialled.server, calls.dials(authority), 200),
            Contender(_RELAY, relayed.server, relay.call_requests(relayed.server.command), 201),
            *(installed.contenders() if installed else ()),
        ]
        stolen_before_s, began_at = stolen_s(), perf_counter()
        rounds = run_rounds(contenders, standin=dialled.server, pace=pace, tell=tell)
        cores_s = (perf_counter() - began_at) * setting.machine.cores
        return Comparison(
            setting=setting,
            stolen=(stolen_s() - stolen_before_s) / cores_s,
            standin=dialled.figures(rounds[_STANDIN]),
            relay=relayed.figures(rounds[_RELAY]),
            webdial=installed.figures(rounds, pace.evaluations) if installed else None,
        )


def _describe(folder: Path, cores: Cores) -> Setting:
    return Setting(
        machine=describe_machine(),
        day=datetime.now(UTC).date(),
        cores_apart=cores.are_apart,
        file_system=disk.file_system(folder),
        commit_s=disk.commit_s(folder),
    )


@dataclass(frozen=True, slots=True)
class _Started:
    """A server that answers, and what its start took."""

    server: Server
    start_s: float
    idle_bytes: int

    def figures(self, rounds: Sequence[Round]) -> ServerFigures:
        """To be asked for at the end, since the memory after the work is among them."""
        upkeep = Upkeep(self.idle_bytes, self.server.memory_bytes(), self.start_s)
        return ServerFigures(rounds, upkeep)


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts servers that live as long as `servers`."""

    servers: ExitStack
    folder: Path
    tell: Callable[[str], None]

    def __call__(self, command: Command, *, core: int | None, starts: int) -> _Started:
        """Start the server `starts` times and keep it the last time."""
        self.tell(f"starting {command.name}")
        log = self.folder / f"{command.name}.log"
        times_s = []
        for _ in range(starts - 1):
            with running(command, core=core, log=log) as server:
                times_s.append(server.ready_after_s)
        server = self.servers.enter_context(running(command, core=core, log=log))
        times_s.append(server.ready_after_s)
        return _Started(server, statistics.median(times_s), server.memory_bytes())


@dataclass(frozen=True, slots=True)
class _Installed:
    """Webdial on a folder set up for it; `authority` is the stand-in's."""

    data: Path
    tokens: webdial.Tokens
    authority: str
    started: _Started

    def contenders(self) -> Iterator[Contender]:
        server = self.started.server
        for name, token in (
            (_DIAL_STRING, self.tokens.dial_string),
            (_POSTED, self.tokens.posted),
            (_SYSTEM, self.tokens.phone_system),
            (_FUNCTION, self.tokens.function),
        ):
            yield Contender(name, server, webdial.call_requests(server.command, token), 201)

    def figures(self, rounds: Mapping[str, Sequence[Round]], evaluations: int) -> WebdialFigures:
        return WebdialFigures(
            dial_string=self.started.figures(rounds[_DIAL_STRING]),
            posted=Figures(rounds[_POSTED]),
            phone_system=Figures(rounds[_SYSTEM]),
            function=Figures(rounds[_FUNCTION]),
            evaluation=webdial.evaluate_sample(
                self.data, authority=self.authority, evaluations=evaluations
            ),
        )


def _install(
    data: Path, program: tuple[str, ...], authority: str, start: Callable[[Command], _Started]
) -> _Installed:
    data.mkdir()
    tokens = webdial.set_up(data, authority=authority)
    command = webdial.serve_command(program, data, port=free_port())
    return _Installed(data, tokens, authority, start(command))
