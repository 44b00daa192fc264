"""The load generator: kept-alive connections that ask, check the answer and ask again.

A raw protocol, since the generator shares its core with the stand-in and must cost less than what
it measures. It understands exactly the answers the contenders give (HTTP/1.1 with a
Content-Length) and counts anything else as a fault. Which requests are sent is the workload's
affair; a run with one connection is the one-call-at-a-time mode.

    result = run_load(workload, connections=32, warm_up_s=0.5, seconds=3)
"""

import asyncio
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter
from typing import cast

from bench.loop import new_loop

_LONGEST_DRAIN_S = 30.0
"""How long answers may still come after the last request; then they count as faults."""

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH_FIELD = b"\r\ncontent-length:"


@dataclass(frozen=True, slots=True)
class Workload:
    """Where to ask and what: `requests` yields whole encoded HTTP requests and never ends.

    The connections are shared out among `port` and `further_ports`.
    """

    host: str
    port: int
    requests: Iterator[bytes]
    expected_status: int
    further_ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one run measured.

    `answered`, `median_s` and `p99_s` cover the measured window and expected answers only;
    `succeeded` and `faults` cover the whole run, warm-up and last answers included, so that
    `succeeded` is what the stand-in must have counted. Times are NaN when nothing was answered.
    """

    seconds: float
    answered: int
    median_s: float
    p99_s: float
    succeeded: int
    faults: Mapping[str, int]

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


def run_load(
    workload: Workload, *, connections: int, warm_up_s: float, seconds: float
) -> LoadResult:
    """Ask on `connections` connections at once for `seconds` after a warm-up, then let it drain.

    Raises OSError when the server takes no connections.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(
            measure(workload, connections=connections, warm_up_s=warm_up_s, seconds=seconds)
        )


async def measure(
    workload: Workload, *, connections: int, warm_up_s: float, seconds: float
) -> LoadResult:
    """As `run_load`, inside a running event loop."""
    run = _Run(workload)
    loop = asyncio.get_running_loop()
    ports = cycle((workload.port, *workload.further_ports))
    for port in islice(ports, connections):
        _, caller = await loop.create_connection(lambda: _Caller(run), workload.host, port)
        run.callers.add(caller)
    run.begin(warm_up_s=warm_up_s, seconds=seconds)
    await run.finish()
    return run.result()


class _Run:
    """What the connections of one run share."""

    __slots__ = (
        "_done",
        "callers",
        "ends_at",
        "expected_status",
        "faults",
        "latencies_s",
        "measured_from",
        "requests",
        "succeeded",
    )

    def __init__(self, workload: Workload) -> None:
        self.requests = workload.requests
        self.expected_status = b"%d" % workload.expected_status
        self.callers: set[_Caller] = set()
        self.latencies_s: list[float] = []
        self.faults: Counter[str] = Counter()
        self.succeeded = 0
        self.measured_from = 0.0
        self.ends_at = 0.0
        self._done = asyncio.get_running_loop().create_future()

    def begin(self, *, warm_up_s: float, seconds: float) -> None:
        self.measured_from = perf_counter() + warm_up_s
        self.ends_at = self.measured_from + seconds
        for caller in tuple(self.callers):
            caller.ask()

    def leave(self, caller: "_Caller") -> None:
        """A connection asks no more; the run is over with the last one."""
        self.callers.discard(caller)
        if not self.callers and not self._done.done():
            self._done.set_result(None)

    async def finish(self) -> None:
        """Wait for the last answer, or give up on those that do not come."""
        patience_s = self.ends_at - perf_counter() + _LONGEST_DRAIN_S
        try:
            await asyncio.wait_for(self._done, patience_s)
        except TimeoutError:
            for caller in tuple(self.callers):
                caller.give_up(f"no answer within {_LONGEST_DRAIN_S:.0f} s")

    def result(self) -> LoadResult:
        ranked = sorted(self.latencies_s)
        return LoadResult(
            seconds=self.ends_at - self.measured_from,
            answered=len(ranked),
            median_s=quantile(ranked, 0.5),
            p99_s=quantile(ranked, 0.99),
            succeeded=self.succeeded,
            faults=dict(self.faults),
        )


class _Caller(asyncio.Protocol):
    """One connection with at most one request in flight."""

    __slots__ = ("_asked_at", "_has_left", "_partial", "_run", "_transport")

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._partial = b""
        self._asked_at = 0.0
        self._has_left = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        if self._transport.is_closing():
            self.give_up("connection lost")
            return
        request = next(self._run.requests)
        self._asked_at = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        answered_at = perf_counter()
        if self._partial:
            data = self._partial + data
        try:
            size = answer_bytes(data)
        except ValueError as unreadable:
            self.give_up(str(unreadable))
            return
        if size is None or size > len(data):
            self._partial = data
            return
        self._partial = b""
        self._note(data[9:12], answered_at)
        if size < len(data):
            self.give_up("more than was asked for")
        elif answered_at >= self._run.ends_at:
            self._leave()
        else:
            self.ask()

    def _note(self, status: bytes, answered_at: float) -> None:
        run = self._run
        if status != run.expected_status:
            run.faults[f"status {status.decode('ascii', 'replace')}"] += 1
            return
        run.succeeded += 1
        if run.measured_from <= answered_at < run.ends_at:
            run.latencies_s.append(answered_at - self._asked_at)

    def connection_lost(self, exc: Exception | None) -> None:
        self.give_up("connection lost")

    def give_up(self, fault: str) -> None:
        """End this connection for a fault, once; after a proper end there is none."""
        if not self._has_left:
            self._run.faults[fault] += 1
            self._leave()

    def _leave(self) -> None:
        self._has_left = True
        self._transport.abort()
        self._run.leave(self)


def answer_bytes(data: bytes) -> int | None:
    """How long the HTTP answer that `data` begins with is in bytes; None while its head is partial.

    Raises ValueError for an answer without a Content-Length.
    """
    head_ends = data.find(_END_OF_HEAD)
    if head_ends < 0:
        return None
    head = data[:head_ends].lower()
    field = head.find(_LENGTH_FIELD)
    if field < 0 or not head.startswith(b"http/1.1 "):
        raise ValueError("an answer without Content-Length")
    value_starts = field + len(_LENGTH_FIELD)
    value_ends = head.find(b"\r\n", value_starts)
    value = head[value_starts:] if value_ends < 0 else head[value_starts:value_ends]
    return head_ends + len(_END_OF_HEAD) + int(value)


def quantile(ranked: list[float], share: float) -> float:
    """The value of `ranked` (ascending) below or at which `share` of them lie; NaN for none."""
    if not ranked:
        return math.nan
    return ranked[max(math.ceil(share * len(ranked)) - 1, 0)]
