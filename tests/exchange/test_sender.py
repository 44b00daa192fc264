"""Requests sent to real sockets that behave and misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trustme

from tests.exchange.policies import THIS_MACHINE, allowing
from webdial.dialstring import HttpRequest
from webdial.exchange import HttpSender, Outcome, TimeLimits, Verdict
from webdial.exchange.sender import MAX_ANSWER_BYTES
from webdial.exchange.verdicts import MAX_KEPT_ANSWER
from webdial.simulator.fault_scripts import FAULTS
from webdial.simulator.faults import FaultServer

PATIENT = TimeLimits(connect_s=5, total_s=20)
HASTY = TimeLimits(connect_s=0.3, total_s=0.3)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.fixture
async def sender() -> AsyncIterator[HttpSender]:
    sender = HttpSender(policy=allowing("localhost, pbx.invalid"))
    yield sender
    await sender.close()


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


async def test_request_goes_out_exactly_as_planned(sender: HttpSender, server: FaultServer) -> None:
    url = server.url("") + "/a%20b/%2B44?from=201&to=%2B44%23"
    verdict = await sender.send(HttpRequest("POST", url, FORM, "a=%2B&b=c+d"), PATIENT)
    assert verdict == Verdict(Outcome.SENT, 200, "OK call 1")
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/a%20b/%2B44?from=201&to=%2B44%23")
    assert request.body == b"a=%2B&b=c+d"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert (request.header("User-Agent") or "").startswith("Webdial/")
    assert request.header("Accept-Encoding") == "identity"
    assert request.header("Cookie") is None


TOLD_AT_ONCE = sorted(FAULTS.keys() - {"slow", "never", "drips"})


@pytest.mark.parametrize("fault", TOLD_AT_ONCE)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_nothing_is_sent_twice_whatever_the_fault(
    sender: HttpSender, server: FaultServer, fault: str, method: str
) -> None:
    """What each fault comes to stands in tests/cases/faults.toml."""
    body = None if method == "GET" else "to=1"
    headers = () if method == "GET" else FORM
    await sender.send(HttpRequest(method, server.url(fault), headers, body), PATIENT)
    asked = [request.target for request in server.requests]
    assert asked[0].endswith(f"/{fault}")
    assert len(asked) == (2 if fault == "redirect" else 1)


@pytest.mark.parametrize(
    ("name", "is_trusted", "outcome"),
    [
        ("127.0.0.1", True, Outcome.SENT),
        ("127.0.0.1", False, Outcome.CERTIFICATE_BAD),
        ("other.example", True, Outcome.CERTIFICATE_BAD),
    ],
)
async def test_certificate(name: str, is_trusted: bool, outcome: Outcome) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(serving)
    trusting = ssl.create_default_context()
    (authority if is_trusted else stranger).configure_trust(trusting)
    sender = HttpSender(policy=THIS_MACHINE, ssl_context=trusting)
    async with FaultServer(tls=serving) as server:
        verdict = await sender.send(HttpRequest("GET", server.url("")), PATIENT)
        assert verdict.outcome is outcome
        assert server.requests_seen == (outcome is Outcome.SENT)
    await sender.close()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
async def test_plain_server_where_tls_is_wanted(sender: HttpSender, answer: bytes) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        verdict = await sender.send(HttpRequest("GET", f"https://127.0.0.1:{port}/"), PATIENT)
    assert verdict.outcome is Outcome.TLS_FAILED


Answer = Callable[[int, str], bytes]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[tuple[str, list[str]]]:
    """A kept-alive server: `answer` gets the request's ordinal and first line; b"" hangs up."""
    seen: list[str] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.append(head.decode().splitlines()[0])
                content = answer(len(seen), seen[-1])
                writer.write(content)
                await writer.drain()
                if not content:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(meet, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        listening.close()
        await listening.wait_closed()


def response(status: str, *, body: bytes = b"OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_kept_connection_that_closes_is_not_asked_again(
    sender: HttpSender, method: str
) -> None:
    """HTTP libraries repeat such a request, since RFC 9110 lets them; a call must not be."""
    answers = {1: response("200 OK"), 2: b"", 3: response("200 OK")}
    async with answering(lambda ordinal, _: answers[ordinal]) as (url, seen):
        first = await sender.send(HttpRequest(method, url + "/1"), PATIENT)
        second = await sender.send(HttpRequest(method, url + "/2"), PATIENT)
        assert (first.outcome, second.outcome) == (Outcome.SENT, Outcome.CUT_OFF)
        assert seen == [f"{method} /1 HTTP/1.1", f"{method} /2 HTTP/1.1"]
        await sender.close()


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        ("301 Moved", "POST", "GET"),
        ("302 Found", "POST", "GET"),
        ("302 Found", "PUT", "PUT"),
        ("303 See Other", "PUT", "GET"),
        ("307 Temporary", "POST", "POST"),
        ("308 Permanent", "GET", "GET"),
    ],
)
async def test_redirect_within_the_host(
    sender: HttpSender, status: str, method: str, then: str
) -> None:
    def answer(ordinal: int, _: str) -> bytes:
        if ordinal == 1:
            return response(status, Location="/ivr/(S(1))/x?y=1")
        return response("200 OK", body=b"ringing")

    async with answering(answer) as (url, seen):
        verdict = await sender.send(HttpRequest(method, url + "/dial", (), None), PATIENT)
        assert verdict == Verdict(Outcome.SENT, 200, "ringing")
        assert seen == [f"{method} /dial HTTP/1.1", f"{then} /ivr/(S(1))/x?y=1 HTTP/1.1"]
        await sender.close()


@pytest.mark.parametrize(
    "location",
    [
        "http://elsewhere.example/",
        "//elsewhere.example/",
        "https://127.0.0.1:1/",
        "http://user@127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[",
    ],
)
async def test_redirect_elsewhere_is_not_followed(sender: HttpSender, location: str) -> None:
    async with answering(lambda *_: response("302 Found", Location=location)) as (url, seen):
        verdict = await sender.send(HttpRequest("GET", url), PATIENT)
        assert verdict.outcome in {Outcome.REDIRECTED_AWAY, Outcome.NOT_UNDERSTOOD}
        assert len(seen) == 1
        await sender.close()


async def test_failure_after_a_redirect_does_not_say_that_nothing_was_dialled(
    sender: HttpSender,
) -> None:
    async with answering(
        lambda ordinal, _: response("302 Found", Location="/x") if ordinal == 1 else b""
    ) as (url, seen):
        verdict = await sender.send(HttpRequest("GET", url), PATIENT)
        assert verdict.outcome.may_have_rung
        assert verdict.status == 302
        assert len(seen) == 2
        await sender.close()


async def test_redirects_in_a_circle_end(sender: HttpSender) -> None:
    async with answering(lambda *_: response("302 Found", Location="/again")) as (url, seen):
        verdict = await sender.send(HttpRequest("GET", url), PATIENT)
        assert verdict.outcome is Outcome.NOT_UNDERSTOOD
        assert len(seen) == 6
        await sender.close()


async def test_answer_is_read_up_to_its_bound_and_kept_short(sender: HttpSender) -> None:
    body = "Zoë\x00\r\n".encode() + b"x" * (2 * MAX_ANSWER_BYTES)
    async with answering(lambda *_: response("200 OK", body=body)) as (url, _):
        verdict = await sender.send(HttpRequest("GET", url), PATIENT)
    assert verdict.outcome is Outcome.SENT
    assert verdict.answer.startswith("Zoë xxx")
    assert len(verdict.answer) == MAX_KEPT_ANSWER
    await sender.close()
