"""A page that waits for a phone system costs no thread, with all that stands before it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from django.conf import settings
from django.utils.module_loading import import_string
from yarl import URL

from tests.server import Installation
from webdial.simulator.faults import FaultServer

WAITING = 30
SPARE = 2
PASSWORD = "plum tractor seven"


def test_every_middleware_can_run_without_a_thread() -> None:
    for path in settings.MIDDLEWARE:
        assert import_string(path).async_capable, path


async def test_pages_that_wait_for_an_outcome_hold_no_thread(
    sqlite_installation: Installation,
) -> None:
    """Without giving its thread back each of the 30 holds one: 37 instead of 7."""
    installed = sqlite_installation
    installed.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    async with FaultServer() as phone_system:
        await asyncio.to_thread(installed.dial_by, phone_system.url("never", "?to=#"))
        with installed.serving() as server:
            async with _signed_in(server.address) as client:
                calls = [await _place(client, f"020 7946 01{each:02}") for each in range(WAITING)]
                before = _threads(server.process.pid)
                waits = [asyncio.create_task(_outcome(client, call)) for call in calls]
                for _ in range(3):  # by then the 30 have been read
                    await _text(await client.get("/account"))
                deadline = time.monotonic() + 5
                while _threads(server.process.pid) > before + SPARE:
                    assert time.monotonic() < deadline, _threads(server.process.pid)
                    await _text(await client.get("/account"))
                assert not any(wait.done() for wait in waits)
                for wait in waits:
                    wait.cancel()


@asynccontextmanager
async def _signed_in(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Carl's session."""
    jar, connector = aiohttp.CookieJar(unsafe=True), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(address, cookie_jar=jar, connector=connector) as client:
        page = await _text(await client.get("/sign-in"))
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = {"csrfmiddlewaretoken": found[1], "username": "carl", "password": PASSWORD}
        answer = await client.post("/sign-in", data=form, allow_redirects=False)
        assert answer.status == 302
        token = jar.filter_cookies(URL(address))["csrftoken"].value
        client.headers.update({"X-CSRFToken": token, "HX-Request": "true"})
        yield client


async def _place(client: aiohttp.ClientSession, number: str) -> str:
    """Place a call; its id."""
    answer = await _text(await client.post("/calls", data={"number": number}))
    found = re.search(r"/calls/([0-9a-f-]{36})", answer)
    assert found, answer
    return found[1]


async def _outcome(client: aiohttp.ClientSession, call: str) -> str:
    return await _text(await client.get(f"/calls/{call}/line?in=row"))


async def _text(answer: aiohttp.ClientResponse) -> str:
    return await answer.text()


def _threads(pid: int) -> int:
    """Threads of a process, as Linux counts them."""
    found = re.search(r"Threads:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])
