"""What a large company costs a call, beside an empty one.

Two servers on the same core, one on a database of one branch, one on one of 10,000 branches with a dial string each, 100,000
users, 10,000 tokens and 1,000,000 calls in the log. Both are asked in turn. In the large one the callers are of
100 branches, one after the other. Then, under load, a dial string is set anew by another process, and a caller of its
branch calls until it is in force.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import BenchError, standin, webdial
from bench.changing import Changer, changing
from bench.filling import Size, agency_id
from bench.load import LoadResult, Workload, answer_bytes, measure
from bench.loop import new_loop
from bench.rounds import IN_FLIGHT, Contender, Pace, Round, run_rounds
from bench.servers import HOST, Command, Cores, Server, free_port, pinned, running
from bench.tables import Row, as_mib, as_ms, as_ratio, as_s, at_most, markdown

ABOUT: Final = """Two servers on the same core are asked in turn: one of an empty company, one of a large one, whose branches have a dial
string each, with 10,000 tokens besides. The callers of the large one are of 100 branches, one after the other. Both
databases are SQLite. Then, under load, another process changes a dial string, and a caller of its branch calls until the new one is in force."""

LIMITS: Final = """- **A call**: nothing that grows with the company. Users, tokens and settings are found in memory by their keys; a call is
  added at the end of the log. What is made once for each branch (its rules, its dial string as read) is made for 100 of them here.
- **Start**: one reading of all users, tokens and settings, and of each branch's dial string for the hosts that it names: half of the
  time each.
- **Memory**: a user with name, extension and staff ID, and the share of a branch, its dial string and its hosts, and of the
  tokens.
- **A changed setting in force**: a look every 0.3 s, then a comparison of all tables, slice by slice, which SQLite does without the
  interpreter ([why](../decisions/0031-slices-of-tables.md)): 0.1 s of the processor, shared with the calls. One changed slice is read."""

MOST_TIMES_MEDIAN: Final = 1.2
MOST_IN_FORCE_S: Final = 1.0

_EMPTY = "empty"
_LARGE = "large"
_PATIENCE_S: Final = 30.0
_LINK: Final = "tel:#"
"""Its calls are told from others by their answer."""


@dataclass(frozen=True, slots=True)
class CompanyPace:
    """How large, and how long to measure: `changes` settings are changed, one after the other.

    The last caller of both sizes is not among those that load the server: it looks for the changed setting.
    """

    empty: Size
    large: Size
    rounds: Pace
    changes: int
    between_s: float


FULL: Final = CompanyPace(
    empty=Size(branches=2, users=2, tokens=0, calls=0, callers=2),
    large=Size(branches=10_000, users=100_000, tokens=10_000, calls=1_000_000, callers=101),
    rounds=Pace(
        rounds=5, starts=1, evaluations=0,
        warm_up_s=0.3, together_s=1.2, alone_warm_up_s=0.2, alone_s=0.9,
    ),
    changes=7,
    between_s=0.3,
)  # fmt: skip
"""About a minute and a half, a third of it to make the calls."""


@dataclass(frozen=True, slots=True)
class OneCompany:
    """What was measured at one of the two. `in_force_s` are the times from a change to its being in force,
    `beside_p99_s` is the 99th percentile of the calls that were placed meanwhile."""

    size: Size
    rounds: Sequence[Round]
    start_s: float
    idle_bytes: int
    in_force_s: Sequence[float]
    beside_p99_s: float

    def median(self, reading: Callable[[Round], float]) -> float:
        return statistics.median(reading(taken) for taken in self.rounds)


@dataclass(frozen=True, slots=True)
class CompanyFigures:
    empty: OneCompany
    large: OneCompany

    @property
    def times_median(self) -> float:
        """The median of one call in the large one over that in the empty one, round by round."""
        both = zip(self.large.rounds, self.empty.rounds, strict=True)
        return statistics.median(large.one_call_s / empty.one_call_s for large, empty in both)

    @property
    def bytes_a_thousand(self) -> float:
        """Memory that 1,000 users take, with their branches, dial strings and tokens."""
        more = self.large.idle_bytes - self.empty.idle_bytes
        return more / self.large.size.users * 1000


def measure_company(
    folder: Path,
    program: tuple[str, ...],
    *,
    cores: Cores,
    tell: Callable[[str], None],
    pace: CompanyPace = FULL,
) -> CompanyFigures:
    """Measure in `folder`, which is fresh. Raises BenchError when a call failed."""
    with ExitStack() as servers, pinned(cores.harness):

        def start(command: Command, name: str, core: int | None) -> Server:
            return servers.enter_context(running(command, core=core, log=folder / f"{name}.log"))

        dialled = start(standin.serve_command(free_port()), "stand-in", cores.harness)

        def found(name: str, size: Size) -> _Company:
            tell(f"making the {name} company")
            data = folder / name
            data.mkdir()
            authority = dialled.command.authority
            tokens = webdial.set_up_company(data, size, authority=authority)
            command = webdial.serve_command(program, data, port=free_port())
            server = start(command, name, cores.server)
            return _Company(name, size, data, tokens, server, server.memory_bytes(), authority)

        companies = [found(_EMPTY, pace.empty), found(_LARGE, pace.large)]
        contenders = [company.contender() for company in companies]
        rounds = run_rounds(contenders, standin=dialled, pace=pace.rounds, tell=tell)
        tell("settings are changed")
        empty, large = (company.measured(rounds[company.name], pace) for company in companies)
        return CompanyFigures(empty, large)


@dataclass(frozen=True, slots=True)
class _Company:
    """A company's server, with the tokens of its callers; `authority` is the stand-in's."""

    name: str
    size: Size
    data: Path
    tokens: Sequence[str]
    server: Server
    idle_bytes: int
    authority: str

    def contender(self) -> Contender:
        return Contender(self.name, self.server, self._requests(), 201)

    def _requests(self) -> Iterator[bytes]:
        return webdial.calls_in_turn(self.server.command, self.tokens[:-1])

    def measured(self, rounds: Sequence[Round], pace: CompanyPace) -> OneCompany:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            in_force_s, beside_p99_s = runner.run(self._change(pace))
        return OneCompany(
            self.size, rounds, self.server.ready_after_s, self.idle_bytes, in_force_s, beside_p99_s
        )

    async def _change(self, pace: CompanyPace) -> tuple[list[float], float]:
        """Seconds from each change to its being in force, and the 99th percentile of calls placed meanwhile."""
        branch = agency_id(len(self.tokens) - 1)
        loads: list[LoadResult] = []
        over = asyncio.Event()

        async def keep_busy() -> None:
            workload = Workload(HOST, self.server.command.port, self._requests(), 201)
            while not over.is_set():
                loads.append(
                    await measure(workload, connections=IN_FLIGHT, warm_up_s=0.05, seconds=1.0)
                )

        async with changing(branch, webdial.environment(self.data)) as changer:
            busy = asyncio.create_task(keep_busy())
            try:
                taken = await self._watch(changer, pace)
            finally:
                over.set()
                await busy
        if faults := [load.faults for load in loads if load.faults]:
            raise BenchError(f"calls failed while settings were changed: {faults[0]}")
        return taken, statistics.median(load.p99_s for load in loads)

    async def _watch(self, changer: Changer, pace: CompanyPace) -> list[float]:
        caller = _Looker(self.server, self.tokens[-1])
        await caller.connect()
        strings = [_LINK, webdial.dial_string_to(self.authority)]
        taken = []
        for number in range(pace.changes):
            await asyncio.sleep(pace.between_s * (1 + number / pace.changes))
            is_link = number % 2 == 0
            kept_at = asyncio.create_task(changer.change(strings[number % 2]))
            in_force_at = await caller.wait_for(is_link=is_link)
            # May be found in force by a call that was answered before the other process had said so.
            taken.append(max(in_force_at - await kept_at, 0.0))
        caller.close()
        return taken


class _Looker:
    """One caller, who calls again and again to see whether the calls are links by now."""

    def __init__(self, server: Server, token: str) -> None:
        self._port = server.command.port
        self._requests = webdial.call_requests(server.command, token)

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)

    def close(self) -> None:
        self._writer.transport.abort()

    async def wait_for(self, *, is_link: bool) -> float:
        """The time at which the first such call was asked for. Raises BenchError."""
        gives_up_at = time.monotonic() + _PATIENCE_S
        while time.monotonic() < gives_up_at:
            asked_at = time.time()
            if (b'"link":"tel:' in await self._call()) == is_link:
                return asked_at
        raise BenchError(f"a changed setting was not in force after {_PATIENCE_S:.0f} s")

    async def _call(self) -> bytes:
        self._writer.write(next(self._requests))
        answer = b""
        while (size := answer_bytes(answer)) is None or len(answer) < size:
            if not (more := await self._reader.read(4096)):
                raise BenchError("the server hung up on who looked for a changed setting")
            answer += more
        return answer.replace(b" ", b"")


def rows(figures: CompanyFigures) -> list[Row]:
    """What, in the empty one, in the large one, and the target."""
    empty, large = figures.empty, figures.large

    def one(company: OneCompany) -> float:
        return company.median(lambda taken: taken.one_call_s)

    def cpu(company: OneCompany) -> float:
        return company.median(lambda taken: taken.cpu_s)

    return [
        ("median time of one call, one at a time", as_ms(one(empty)), as_ms(one(large)), ""),
        (
            "large / empty", as_ratio(1), as_ratio(figures.times_median),
            at_most(MOST_TIMES_MEDIAN, figures.times_median, as_ratio),
        ),
        ("server's processor time for one call", as_ms(cpu(empty)), as_ms(cpu(large)), ""),
        ("process start to first page served", as_s(empty.start_s), as_s(large.start_s), ""),
        ("memory of the idle server", as_mib(empty.idle_bytes), as_mib(large.idle_bytes), ""),
        ("memory of 1,000 users", "–", f"{figures.bytes_a_thousand / 1024:,.0f} KiB", ""),
        (
            f"a changed setting in force after, median of {len(large.in_force_s)}",
            *(_as_s(statistics.median(each.in_force_s)) for each in (empty, large)), "",
        ),
        (
            "the same, longest", _as_s(max(empty.in_force_s)), _as_s(max(large.in_force_s)),
            at_most(MOST_IN_FORCE_S, max(large.in_force_s), _as_s),
        ),
        (
            f"99th percentile of calls meanwhile, {IN_FLIGHT} in flight",
            as_ms(empty.beside_p99_s), as_ms(large.beside_p99_s), "",
        ),
    ]  # fmt: skip


def _as_s(seconds: float) -> str:
    """Two digits, since a second is the target."""
    return f"{seconds:.2f} s"


def table(figures: CompanyFigures) -> str:
    size = figures.large.size
    large = f"{size.branches:,} branches, {size.users:,} users, {size.calls:,} calls"
    return markdown(("", "empty", large, "target"), rows(figures))
