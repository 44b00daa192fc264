"""`python3 dev.py run python -m bench.waiting`: what a sick phone system costs the others.

A thousand calls are in flight to a phone system that answers after ten seconds, a hundred new ones each
second. Beside them 32 others go to one that answers at once: their 99th percentile is measured before,
meanwhile and afterwards, and the memory of the server for each call that waits. With `--parts` it tells what
a waiting call holds, by tracemalloc in a process of its own.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import BenchError, disk, standin, waiting_parts, webdial
from bench.load import Workload, answer_bytes, measure
from bench.loop import new_loop
from bench.rounds import IN_FLIGHT
from bench.servers import HOST, Command, Cores, Server, choose_cores, free_port, pinned, running
from bench.tables import markdown

ABOUT: Final = """Callers of one phone system, which answers after 10 seconds, keep 1,000 calls waiting. Callers of another, which
answers at once, call on: 32 in flight, in rounds before, meanwhile and afterwards."""

LIMITS: Final = """- **The others' 99th percentile**: the processor. What 1,000 calls in ten seconds take of it, 100 each second, the others
  wait for. A call that waits holds a coroutine and a connection, and no thread.
- **Memory of a call that waits**: two connections, to the caller and to the phone system, and what the server keeps for
  each; `python3 dev.py run python -m bench.waiting --parts` tells it by lines of code."""

WAITING: Final = 1_000
DELAY_S: Final = 10.0
MOST_TIMES_P99: Final = 2.0
MOST_BYTES_A_CALL: Final = 30 * 1024


@dataclass(frozen=True, slots=True)
class WaitingPace:
    """How many wait, for how long each, and `rounds` of `round_s` seconds before, meanwhile and afterwards."""

    waiting: int = WAITING
    delay_s: float = DELAY_S
    rounds: int = 5
    round_s: float = 1.5
    warm_up_s: float = 0.3


FULL: Final = WaitingPace()
"""About a minute."""


@dataclass(frozen=True, slots=True)
class WaitingFigures:
    """99th percentiles of the others in seconds, without and beside the calls that wait; bytes of each."""

    alone_s: float
    beside_s: float
    bytes_a_call: float
    waiting: int = WAITING

    @property
    def times(self) -> float:
        return self.beside_s / self.alone_s


def measure_waiting(
    folder: Path,
    program: tuple[str, ...],
    *,
    cores: Cores,
    tell: Callable[[str], None],
    pace: WaitingPace = FULL,
) -> WaitingFigures:
    """Measure in `folder`, which is fresh. Raises BenchError when a call failed."""
    with ExitStack() as servers, pinned(cores.harness):

        def start(command: Command, name: str, core: int | None) -> Server:
            return servers.enter_context(running(command, core=core, log=folder / f"{name}.log"))

        quick = start(standin.serve_command(free_port()), "quick", cores.harness)
        slow = start(
            standin.serve_command(free_port(), delay_s=pace.delay_s), "slow", cores.harness
        )
        data = folder / "data"
        data.mkdir()
        tokens = webdial.set_up_waiting(
            data, quick=quick.command.authority, slow=slow.command.authority
        )
        server = start(
            webdial.serve_command(program, data, port=free_port()), "webdial", cores.server
        )
        run = _Run(server, tokens, pace, tell)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(run.measure())


class _Run:
    """The server, and the calls that it is given: `tokens` are those of the quick and the slow caller."""

    def __init__(
        self,
        server: Server,
        tokens: tuple[str, str],
        pace: WaitingPace,
        tell: Callable[[str], None],
    ) -> None:
        self._server = server
        quick, slow = (webdial.call_requests(server.command, token) for token in tokens)
        self._others = Workload(HOST, server.command.port, quick, 201)
        self._slow: Iterator[bytes] = slow
        self._pace = pace
        self._tell = tell
        self._faults: list[str] = []

    async def measure(self) -> WaitingFigures:
        before = [await self._p99() for _ in range(self._pace.rounds)]
        idle_bytes = self._server.memory_bytes()
        waiting = self._pace.waiting
        self._tell(f"{waiting} calls begin to wait")
        tasks = [asyncio.create_task(self._wait(index)) for index in range(waiting)]
        await asyncio.sleep(self._pace.delay_s + 1)
        bytes_a_call = (self._server.memory_bytes() - idle_bytes) / waiting
        beside = [await self._p99() for _ in range(self._pace.rounds)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._faults:
            raise BenchError(f"{len(self._faults)} calls that wait failed: {self._faults[0]}")
        self._tell("the calls that wait come to their end")
        await asyncio.sleep(self._pace.delay_s + 1)
        after = [await self._p99() for _ in range(self._pace.rounds)]
        alone_s = statistics.median([*before, *after])
        return WaitingFigures(alone_s, statistics.median(beside), bytes_a_call, waiting)

    async def _p99(self) -> float:
        result = await measure(
            self._others,
            connections=IN_FLIGHT,
            warm_up_s=self._pace.warm_up_s,
            seconds=self._pace.round_s,
        )
        if result.faults:
            raise BenchError(f"other calls failed: {dict(result.faults)}")
        return result.p99_s

    async def _wait(self, index: int) -> None:
        """One caller who calls again and again; all of them are spread over the delay."""
        await asyncio.sleep(self._pace.delay_s * index / self._pace.waiting)
        reader, writer = await asyncio.open_connection(HOST, self._server.command.port)
        try:
            while True:
                writer.write(next(self._slow))
                answer = b""
                while (size := answer_bytes(answer)) is None or len(answer) < size:
                    if not (more := await reader.read(4096)):
                        self._faults.append("connection lost")
                        return
                    answer += more
                if b'"sent"' not in answer:
                    self._faults.append(answer.decode(errors="replace"))
                    return
        finally:
            writer.transport.abort()


def rows(figures: WaitingFigures) -> list[tuple[str, str, str]]:
    """What, how much, and the target, for a table."""
    is_quick = figures.times < MOST_TIMES_P99
    is_small = figures.bytes_a_call < MOST_BYTES_A_CALL
    beside = f"{figures.beside_s * 1000:.2f} ms, {figures.times:.2f} times"
    return [
        ("p99 of other calls", f"{figures.alone_s * 1000:.2f} ms", ""),
        (
            f"the same beside {figures.waiting:,} calls that wait",
            beside,
            _target("2 times", is_quick),
        ),
        (
            "memory of a call that waits",
            f"{figures.bytes_a_call / 1024:.1f} KiB",
            _target("30 KiB", is_small),
        ),
    ]


def _target(most: str, is_met: bool) -> str:
    return f"under {most}: {'met' if is_met else '**missed**'}"


def table(figures: WaitingFigures) -> str:
    return markdown(("", "measured", "target"), rows(figures))


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="bench.waiting", description=__doc__)
    options.add_argument("--parts", action="store_true", help="what a waiting call holds")
    options.add_argument("--data", type=Path, metavar="FOLDER", help="a folder on the disk")
    given = options.parse_args(arguments)
    if given.parts:
        return waiting_parts.main()
    program = webdial.find_program()
    if program is None:
        _tell("Webdial is not installed beside this Python.")
        return 1
    parent = given.data or disk.data_folder()
    began_at = time.monotonic()
    with tempfile.TemporaryDirectory(dir=parent, prefix="webdial-bench-") as folder:
        try:
            figures = measure_waiting(Path(folder), program, cores=choose_cores(), tell=_tell)
        except (BenchError, OSError) as failed:
            _tell(f"no figures: {failed}")
            return 1
    _tell(f"{time.monotonic() - began_at:.0f} s")
    print(table(figures))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
