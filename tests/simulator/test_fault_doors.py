"""The faults as addresses of the pretend phone system."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from tests.simulator.phone_system import PhoneSystem
from webdial.simulator.fault_scripts import FAULTS
from webdial.simulator.received import Entry

TAIL = "/ivr/PbxAPI.aspx?func=make_call&from=201&to=02079460123"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("refuse", (403, "This extension may not ring outside numbers.")),
        ("error", (500, "The telephony service has stopped.")),
        ("busy", (200, "ERROR 486 The extension is busy.")),
        ("slow", (200, "OK call 1")),
        ("redirect", (200, "OK call 1")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_fault_that_answers(
    system: PhoneSystem, method: str, fault: str, expected: tuple[int, str]
) -> None:
    url = f"/faults/{fault}{TAIL}&seconds=0"
    async with system.client.request(method, url) as answer:
        assert (answer.status, await answer.text()) == expected
    has_rung = fault == "redirect"
    assert len(system.simulator.switchboard.calls) == has_rung


async def test_redirect_keeps_form_variables(system: PhoneSystem) -> None:
    url = "/faults/redirect/ivr/PbxAPI.aspx?func=make_call"
    async with system.client.post(url, data={"from": "201", "to": "1"}) as answer:
        assert await answer.text() == "OK call 1"


@pytest.mark.parametrize("rest", ["//evil.example/x", "/\\evil.example", "/%2F%2Fevil.example"])
async def test_redirect_never_leads_to_another_host(system: PhoneSystem, rest: str) -> None:
    host, port = system.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"GET /faults/redirect/{rest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    answer = (await reader.read()).decode()
    writer.close()
    (location,) = (
        line.split(": ", 1)[1]
        for line in answer.splitlines()
        if line.lower().startswith("location:")
    )
    assert location[0] == "/"
    assert location[1] not in "/\\"


async def test_redirect_away_leads_where_the_config_says(system: PhoneSystem) -> None:
    url = f"/faults/redirect-away{TAIL}"
    async with system.client.get(url, allow_redirects=False) as answer:
        expected = (302, "http://elsewhere.invalid/")
        assert (answer.status, answer.headers["Location"]) == expected


async def test_closes_breaks_off_in_the_middle(system: PhoneSystem) -> None:
    async with system.client.get(f"/faults/closes{TAIL}") as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    (entry,) = await entries_that(system, lambda entry: entry.took_ms is not None)
    assert (entry.progress, entry.status, entry.answer) == ("broken_off", 200, "OK ca")


@pytest.mark.parametrize(("fault", "piece"), [("endless", 300_000), ("drips", 2), ("bomb", 9)])
async def test_answer_that_goes_on_ends_with_the_client(
    system: PhoneSystem, fault: str, piece: int
) -> None:
    async with system.client.get(f"/faults/{fault}{TAIL}") as answer:
        assert len(await answer.content.readexactly(piece)) == piece
        answer.close()
    (entry,) = await entries_that(system, lambda entry: entry.took_ms is not None)
    assert entry.status == 200


async def test_garbled_answer_cannot_be_unpacked(system: PhoneSystem) -> None:
    async with system.client.get(f"/faults/garbled{TAIL}") as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_never_shows_as_waiting_until_the_client_goes(system: PhoneSystem) -> None:
    asked = asyncio.ensure_future(system.client.get(f"/faults/never{TAIL}"))
    (entry,) = await entries_that(system, lambda entry: entry.progress == "waiting")
    assert (entry.status, entry.target) == (None, f"/faults/never{TAIL}")
    asked.cancel()
    (entry,) = await entries_that(system, lambda entry: entry.progress != "waiting")
    assert (entry.progress, entry.status) == ("broken_off", None)


async def test_faults_for_the_bare_socket_are_declined(system: PhoneSystem) -> None:
    raw = [script.name for script in FAULTS.values() if script.is_raw]
    assert raw == ["hangs-up", "resets", "nonsense", "endless-headers"]
    for fault in raw:
        async with system.client.get(f"/faults/{fault}") as answer:
            assert answer.status == 501
            assert await answer.text() == (
                "A web server cannot do this; the fault server of the tests can."
            )


async def test_unknown_fault_is_answered_with_the_known(system: PhoneSystem) -> None:
    async with system.client.get("/faults/explode") as answer:
        assert answer.status == 404
        assert await answer.text() == f"No such fault. /faults/ has: {', '.join(FAULTS)}."


@pytest.mark.parametrize("seconds", ["nan", "soon", "-5"])
async def test_slow_takes_any_time_given(system: PhoneSystem, seconds: str) -> None:
    asked = asyncio.ensure_future(system.client.get(f"/faults/slow?seconds={seconds}"))
    (entry,) = await entries_that(system, lambda entry: True)
    assert entry.target == f"/faults/slow?seconds={seconds}"
    if seconds == "-5":
        assert (await asked).status == 200
    else:
        asked.cancel()


async def test_faulty_dial_strings_of_the_page_name_faults_that_can_be_played(
    system: PhoneSystem,
) -> None:
    async with system.client.get("/api/addresses") as answer:
        offered = [entry["dial_string"] for entry in (await answer.json())["faulty"]]
    names = [url.removeprefix(f"{system.url}/faults/").partition("/")[0] for url in offered]
    assert names == [script.name for script in FAULTS.values() if not script.is_raw]


async def entries_that(system: PhoneSystem, matches: Callable[[Entry], bool]) -> list[Entry]:
    """The log's entries once there are some and all match."""
    feed = system.simulator.feed
    async with asyncio.timeout(10):
        while True:
            revision = feed.revision
            entries = list(system.simulator.received)
            if entries and all(map(matches, entries)):
                return entries
            await feed.wait_beyond(revision)
