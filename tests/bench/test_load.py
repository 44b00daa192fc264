"""The load generator: against the stand-in, and against servers that answer as they should not."""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bench import calls, load, servers, standin


@asynccontextmanager
async def standin_of(delay_s: float = 0.0) -> AsyncIterator[tuple[standin.Standin, load.Workload]]:
    system = standin.Standin(delay_s=delay_s)
    server = await system.listen(servers.HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield system, load.Workload(servers.HOST, port, calls.dials(servers.HOST), 200)


async def ask_scripted(write: Callable[[asyncio.StreamWriter], None]) -> load.LoadResult:
    """One connection to a server that does `write` for every request it reads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                write(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, servers.HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        workload = load.Workload(servers.HOST, port, calls.dials(servers.HOST), 200)
        return await load.measure(workload, connections=1, warm_up_s=0, seconds=0.05)


async def test_measure_agrees_with_the_standins_count() -> None:
    async with standin_of() as (system, workload):
        result = await load.measure(workload, connections=4, warm_up_s=0.05, seconds=0.1)
    assert result.succeeded == system.dials
    assert 0 < result.answered < result.succeeded
    assert result.faults == {}
    assert 0 < result.median_s <= result.p99_s < 0.1
    assert result.per_second == pytest.approx(result.answered / 0.1)


async def test_measure_waits_for_answers_that_come_after_the_end() -> None:
    async with standin_of(delay_s=0.1) as (system, workload):
        result = await load.measure(workload, connections=8, warm_up_s=0, seconds=0.02)
    assert (system.dials, result.succeeded, result.answered) == (8, 8, 0)
    assert math.isnan(result.median_s)
    assert result.faults == {}


async def test_measure_keeps_as_many_in_flight_as_connections() -> None:
    async with standin_of(delay_s=0.1) as (_, workload):
        result = await load.measure(workload, connections=8, warm_up_s=0, seconds=0.15)
    assert result.answered == 8
    assert result.succeeded == 16
    assert result.median_s >= 0.1


async def test_other_status_is_a_fault_and_no_success() -> None:
    async with standin_of() as (system, workload):
        strict = load.Workload(servers.HOST, workload.port, workload.requests, 201)
        result = await load.measure(strict, connections=1, warm_up_s=0, seconds=0.05)
    assert result.faults == {"status 200": system.dials}
    assert (result.succeeded, result.answered) == (0, 0)


async def test_answer_in_pieces_counts_once() -> None:
    asked = itertools.count(1)

    def write(writer: asyncio.StreamWriter) -> None:
        next(asked)
        pieces = (b"HTTP/1.1 20", b"0 OK\r\ncontent-le", b"ngth: 4\r\n\r", b"\nab", b"cd")
        loop = asyncio.get_running_loop()
        for turn, piece in enumerate(pieces):
            loop.call_later(turn * 0.001, writer.write, piece)

    result = await ask_scripted(write)
    assert result.faults == {}
    assert result.succeeded == next(asked) - 1


@pytest.mark.parametrize(
    ("answer", "fault", "succeeded"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "without Content-Length", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1", "more than was asked for", 1),
        (b"220 ready to send mail\r\n\r\n", "without Content-Length", 0),
    ],
)
async def test_unreadable_answer_is_one_fault(answer: bytes, fault: str, succeeded: int) -> None:
    result = await ask_scripted(lambda writer: writer.write(answer))
    assert [(fault in told, times) for told, times in result.faults.items()] == [(True, 1)]
    assert result.succeeded == succeeded


async def test_server_that_hangs_up_is_one_fault() -> None:
    result = await ask_scripted(lambda writer: writer.close())
    assert result.faults == {"connection lost": 1}
    assert result.succeeded == 0


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (b"", None),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n", None),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n", 45),
        (b"HTTP/1.1 201 Created\r\ncontent-length:2\r\nX: y\r\n\r\n{}", 50),
    ],
)
def test_answer_bytes_counts_head_and_body(answer: bytes, size: int | None) -> None:
    assert load.answer_bytes(answer) == size


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (0.99, 4.0), (1.0, 4.0)]
)
def test_quantile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert load.quantile([1.0, 2.0, 3.0, 4.0], share) == value


def test_quantile_of_nothing_is_no_number() -> None:
    assert math.isnan(load.quantile([], 0.5))
