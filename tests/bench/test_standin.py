"""The stand-in counts each dial once and nothing else, however the bytes arrive."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import pytest

from bench import servers, standin

DIAL = b"GET /dial?from=201&to=02079460123 HTTP/1.1\r\nHost: phones\r\n\r\n"
DIAL_OF_SAMPLE = b"GET /api/call/makecall/201/02079460123/9 HTTP/1.1\r\nHost: phones\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
ANSWER += b"Connection: keep-alive\r\n\r\nOK"


@asynccontextmanager
async def connected(
    system: standin.Standin,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with await system.listen(servers.HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(servers.HOST, port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def test_dial_is_answered_and_counted() -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        for count, dial in enumerate((DIAL, DIAL_OF_SAMPLE), start=1):
            writer.write(dial)
            assert await reader.readexactly(len(ANSWER)) == ANSWER
            assert system.dials == count


def json_call(token: str, callee: str) -> bytes:
    body = f'{{"caller":"201","callee":"{callee}"}}'.encode()
    head = f"POST /json/call HTTP/1.1\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("token", "callee", "answer", "dials"),
    [
        (standin.TOKEN, "02079460123", b'"errcode": 0', 1),
        ("another", "02079460123", b'"errcode": 10004', 0),
        (standin.TOKEN, "", b"nothing here", 0),
    ],
)
async def test_json_call_wants_token_and_number(
    token: str, callee: str, answer: bytes, dials: int
) -> None:
    system = standin.Standin()
    call = json_call(token, callee)
    async with connected(system) as (reader, writer):
        for part in (call[:-5], call[-5:]):
            writer.write(part)
            await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        assert answer in await reader.readexactly(length)
    assert system.dials == dials


async def test_form_is_answered_and_counted() -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(b"POST /dial HTTP/1.1\r\nContent-Length: 14\r\n\r\nto=02079460123")
        assert await reader.readexactly(len(ANSWER)) == ANSWER
    assert system.dials == 1


async def test_log_in_gives_the_token() -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(b"POST /json/token HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        assert standin.TOKEN.encode() in await reader.readuntil(b"1800}")
    assert system.dials == 0


async def test_dials_sent_together_are_answered_each() -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(DIAL * 3)
        assert await reader.readexactly(len(ANSWER) * 3) == ANSWER * 3
    assert system.dials == 3


@pytest.mark.parametrize("cut", [1, 20, len(DIAL) - 3, len(DIAL) - 1])
async def test_dial_in_two_pieces_counts_once(cut: int) -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(DIAL + DIAL[:cut])
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        writer.write(DIAL[cut:])
        assert await reader.readexactly(len(ANSWER)) == ANSWER
    assert system.dials == 2


async def test_delay_holds_the_answer_and_not_the_count() -> None:
    system = standin.Standin(delay_s=0.1)
    async with connected(system) as (reader, writer):
        began_at = perf_counter()
        writer.write(DIAL)
        await reader.readexactly(len(ANSWER))
        assert perf_counter() - began_at >= 0.1
    assert system.dials == 1


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"POST /dial HTTP/1.1", b"HTTP/1.1 405 "),
        (b"PUT /dial HTTP/1.1", b"HTTP/1.1 405 "),
        (b"HEAD /dial HTTP/1.1", b"HTTP/1.1 405 "),
        (b"GET /other HTTP/1.1", b"HTTP/1.1 404 "),
        (b"GET /api/call/end/201 HTTP/1.1", b"HTTP/1.1 404 "),
        (b"GET /count HTTP/1.1", b"HTTP/1.1 200 "),
    ],
)
async def test_other_requests_are_not_counted(request_line: bytes, status: bytes) -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(request_line + b"\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.readline()).startswith(status)
    assert system.dials == 0


async def test_head_without_end_is_hung_up_on() -> None:
    system = standin.Standin()
    async with connected(system) as (reader, writer):
        writer.write(b"GET /dial" + b"x" * 20_000)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    assert system.dials == 0


async def test_dial_count_reads_the_counter() -> None:
    system = standin.Standin()
    system.dials = 7
    async with await system.listen(servers.HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await asyncio.to_thread(standin.dial_count, f"{servers.HOST}:{port}") == 7
