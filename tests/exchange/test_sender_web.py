"""Requests sent to web servers that do what the web does: cookies, packed answers, Digest."""

import zlib
from collections.abc import AsyncIterator, Callable
from typing import Self

import pytest
from aiohttp import web
from multidict import CIMultiDict

from tests.exchange.policies import THIS_MACHINE
from webdial.dialstring import DigestLogin, HttpRequest
from webdial.exchange import HttpSender, Outcome, TimeLimits
from webdial.exchange.sender import MAX_ANSWER_BYTES
from webdial.phonesystems import Answer
from webdial.simulator.faults import FaultServer

PATIENT = TimeLimits(connect_s=5, total_s=20)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.fixture
async def sender() -> AsyncIterator[HttpSender]:
    sender = HttpSender(policy=THIS_MACHINE)
    yield sender
    await sender.close()


class Pages:
    """A web server of the tests' own: each path has one answer, each request is kept."""

    def __init__(self, **answers: Callable[[web.BaseRequest], web.Response]) -> None:
        self._answers = answers
        self.seen: list[tuple[str, str, str | None, str | None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        seen = request.headers.get("Cookie"), request.headers.get("Authorization")
        self.seen.append((request.method, request.path, *seen))
        return self._answers[request.path.strip("/")](request)


def _found(location: str, *cookies: str) -> web.Response:
    headers = CIMultiDict({"Location": location})
    for cookie in cookies:
        headers.add("Set-Cookie", cookie)
    return web.Response(status=302, headers=headers)


async def test_cookie_of_a_redirect_goes_along_and_is_in_the_answer(sender: HttpSender) -> None:
    """As log-ins by form answer: 302, with the session's cookie, to a page that wants it."""
    async with Pages(
        login=lambda _: _found("/home", "sid=s1; Path=/; HttpOnly", "lang=gone; Max-Age=0"),
        home=lambda _: web.Response(text="Welcome", headers={"Set-Cookie": "seen=1"}),
    ) as pages:
        headers = (*FORM, ("Cookie", "lang=en; sid=old"))
        request = HttpRequest("POST", f"{pages.url}/login", headers, "user=a")
        answer = await sender.fetch(request, PATIENT)
    assert isinstance(answer, Answer)
    assert (answer.text, answer.cookies) == ("Welcome", {"sid": "s1", "seen": "1"})
    assert [seen[:3] for seen in pages.seen] == [
        ("POST", "/login", "lang=en; sid=old"),
        ("GET", "/home", "lang=en; sid=s1"),
    ]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_answer_that_is_packed_though_asked_not_to_be_is_read(
    sender: HttpSender, coding: str
) -> None:
    kind = 31 if coding == "gzip" else 15
    packer = zlib.compressobj(wbits=kind)
    body = packer.compress(b'{"result": "queued"}') + packer.flush()
    async with Pages(
        dial=lambda _: web.Response(body=body, headers={"Content-Encoding": coding})
    ) as pages:
        answer = await sender.fetch(HttpRequest("GET", f"{pages.url}/dial"), PATIENT)
    assert isinstance(answer, Answer)
    assert answer.json == {"result": "queued"}


async def test_packed_answer_stays_small(sender: HttpSender) -> None:
    async with FaultServer() as server:
        answer = await sender.fetch(HttpRequest("GET", server.url("bomb")), PATIENT)
    assert isinstance(answer, Answer)
    assert len(answer.body) == MAX_ANSWER_BYTES


def _digest_page(request: web.BaseRequest) -> web.Response:
    if "Authorization" in request.headers:
        return web.Response(text="OK")
    challenge = 'Digest realm="phone", nonce="n1", qop="auth"'
    return web.Response(status=401, headers={"WWW-Authenticate": challenge})


async def test_two_phones_with_the_same_password_are_both_signed_in_to(
    sender: HttpSender,
) -> None:
    async with Pages(dial=_digest_page) as one, Pages(dial=_digest_page) as two:
        for pages in (one, two, one, two):
            login = DigestLogin("admin", "admin")
            request = HttpRequest("GET", f"{pages.url}/dial", digest=login)
            assert (await sender.send(request, PATIENT)).outcome is Outcome.SENT
    for pages in (one, two):  # asked once, signed in twice with what is known from then on
        assert [seen[3] is None for seen in pages.seen] == [True, False, False]
