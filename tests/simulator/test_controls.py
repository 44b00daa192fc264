"""Buttons, lists and live events, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from tests.simulator.phone_system import Event, PhoneSystem, read_events
from webdial.simulator import CallState


async def dial(system: PhoneSystem, extension: str = "201", number: str = "02079460123") -> None:
    async with system.client.get(f"/api/call/makecall/{extension}/{number}") as answer:
        assert answer.status == 200


async def post(system: PhoneSystem, path: str, **sent: Any) -> tuple[int, Any]:
    async with system.client.post(path, **sent) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, await (answer.json() if is_json else answer.text())


async def phones_of(system: PhoneSystem) -> dict[str, Any]:
    async with system.client.get("/api/phones") as answer:
        return {phone["id"]: phone for phone in (await answer.json())["phones"]}


async def test_call_is_answered_at_both_ends_and_hung_up(system: PhoneSystem) -> None:
    await dial(system)
    status, call = await post(system, "/api/phones/201/answer")
    assert (status, call["state"]) == (200, "dialling")

    await asyncio.wait_for(system.simulator.wait_for(CallState.OUTSIDE_RINGING), 5)
    status, call = await post(system, "/api/phones/02079460123/answer")
    assert (status, call["state"]) == (200, "connected")
    phones = await phones_of(system)
    assert phones["201"]["other"] == {
        "name": "Harbour Foods",
        "number": "020 7946 0123",
        "kind": "outside",
    }
    assert phones["02079460123"]["other"] == {
        "name": "Carl Chambers",
        "number": "201",
        "kind": "desk",
    }

    status, call = await post(system, "/api/phones/02079460123/hangup")
    assert (status, call["state"], call["end"]) == (200, "ended", "outside_hung_up")
    assert call["talked_s"] >= 0
    async with system.client.get("/api/calls") as answer:
        assert await answer.json() == {"calls": [call]}


async def test_number_with_plus_and_hash_can_be_addressed(system: PhoneSystem) -> None:
    await dial(system, number="%2B49301234567")
    await post(system, "/api/phones/201/answer")
    await asyncio.wait_for(system.simulator.wait_for(CallState.OUTSIDE_RINGING), 5)
    status, call = await post(system, "/api/phones/%2B49301234567/answer")
    assert (status, call["callee"]) == (200, "+49301234567")


async def test_phones_that_answer_themselves_connect_alone(system: PhoneSystem) -> None:
    for phone in ("201", "02079460123"):
        status, _ = await post(system, f"/api/phones/{phone}/auto")
        assert status == 200
    await dial(system)
    call = await asyncio.wait_for(system.simulator.wait_for(CallState.CONNECTED), 5)
    assert call.call_id == 1


async def test_automatic_answer_is_switched_on_and_off(system: PhoneSystem) -> None:
    for on in (True, False):
        _, answer = await post(system, f"/api/phones/201/auto?on={int(on)}")
        switches = {phone["id"]: phone["answers_itself"] for phone in answer["phones"]}
        assert switches["201"] is on
    assert await post(system, "/api/phones/201/auto?on=yes") == (
        400,
        "The parameter “on” is 1 or 0.",
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/phones/201/answer", (409, "Extension 201 is not ringing.")),
        ("/api/phones/201/hangup", (409, "Extension 201 is in no call.")),
        ("/api/phones/02079460123/hangup", (409, "020 7946 0123 is in no call.")),
        ("/api/phones/999/answer", (404, "There is no phone “999” here.")),
        (
            "/api/phones/201/explode",
            (
                404,
                "There is nothing at this address. The page of this phone system lists those it has.",
            ),
        ),
    ],
)
async def test_act_at_the_wrong_moment_is_refused(
    system: PhoneSystem, path: str, expected: tuple[int, str]
) -> None:
    assert await post(system, path) == expected


@pytest.mark.parametrize(
    "path",
    ["/api/phones/201/answer", "/api/phones/201/hangup", "/api/phones/201/auto", "/api/reset"],
)
async def test_other_web_sites_may_not_touch_the_phones(system: PhoneSystem, path: str) -> None:
    await dial(system)
    answer = await post(system, path, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer == (403, "Another web site may not touch these phones.")
    assert (await phones_of(system))["201"]["state"] == "ringing"


async def test_acts_are_no_links(system: PhoneSystem) -> None:
    await dial(system)
    async with system.client.get("/api/phones/201/answer") as answer:
        assert answer.status == 405
    assert (await phones_of(system))["201"]["state"] == "ringing"


async def test_reset_forgets_calls_and_requests(system: PhoneSystem) -> None:
    await dial(system)
    status, _ = await post(system, "/api/reset")
    assert status == 200
    for path in ("calls", "requests"):
        async with system.client.get(f"/api/{path}") as answer:
            assert await answer.json() == {path: []}


async def test_requests_are_listed_as_they_came_with_their_answers(system: PhoneSystem) -> None:
    target = "/ivr/PbxAPI.aspx?func=make_call&token=s3cr3t-marked"
    form = {"from": "999", "to": "+44 1", "password": "s3cr3t-marked"}
    login = aiohttp.encode_basic_auth("carl", "s3cr3t-marked")
    async with system.client.post(target, data=form, headers={"Authorization": login}) as answer:
        assert answer.status == 400
    async with system.client.get("/api/requests") as answer:
        text = await answer.text()
    (entry,) = json.loads(text)["requests"]
    assert (entry["method"], entry["status"], entry["progress"]) == ("POST", 400, "answered")
    assert entry["target"] == "/ivr/PbxAPI.aspx?func=make_call&token=•••"
    assert entry["body"] == "from=999&to=%2B44+1&password=•••"
    assert entry["answer"].startswith("“+44 1” cannot be dialled")
    headers = dict(entry["headers"])
    assert headers["authorization"] == "Basic •••"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "s3cr3t-marked" not in text
    assert login.removeprefix("Basic ") not in text


async def test_own_traffic_of_the_page_is_not_listed(system: PhoneSystem) -> None:
    own = ("/", "/page/page.js", "/api/phones", "/api/calls", "/api/requests", "/api/addresses")
    for path in own:
        async with system.client.get(path) as answer:
            assert answer.status == 200
    await post(system, "/api/phones/201/answer")
    assert len(system.simulator.received) == 0
    await (await system.client.get("/mistyped")).read()
    assert len(system.simulator.received) == 1


async def test_events_begin_with_everything_and_tell_the_ring(system: PhoneSystem) -> None:
    async with system.client.get("/api/events") as stream:
        assert stream.content_type == "text/event-stream"
        events = read_events(stream)
        first, second = await anext(events), await anext(events)
        assert [first.name, second.name] == ["phones", "requests"]
        assert len(json.loads(first.data)["phones"]) == 5
        assert json.loads(second.data) == {"fresh": True, "entries": []}

        await dial(system)
        ringing, answered = await next_matching(events, states_is("201", "ringing"))
        assert ringing["201"]["other"]["name"] == "Harbour Foods"
        assert [entry["answer"] for entry in answered] == ["OK call 1"]

        await post(system, "/api/phones/201/hangup")
        idle, _ = await next_matching(events, states_is("201", "idle"), wants_answer=False)
        assert idle["201"]["last_call"]["end"] == "desk_declined"


async def test_events_after_a_reset_begin_afresh(system: PhoneSystem) -> None:
    await dial(system)
    async with system.client.get("/api/events") as stream:
        events = read_events(stream)
        await anext(events)
        assert len(json.loads((await anext(events)).data)["entries"]) == 1
        await post(system, "/api/reset")
        while (event := await anext(events)).name != "requests":
            pass
        assert json.loads(event.data) == {"fresh": True, "entries": []}


async def test_every_watcher_is_told_and_leaves_nothing_behind(system: PhoneSystem) -> None:
    streams = [await system.client.get("/api/events") for _ in range(3)]
    assert system.simulator.feed.watchers == 3
    await dial(system)
    for stream in streams:
        phones, _ = await next_matching(read_events(stream), states_is("201", "ringing"))
        assert phones["201"]["call"]["id"] == 1
        stream.close()
    await asyncio.wait_for(asyncio.gather(*system.server.server_state.tasks), 5)
    assert system.simulator.feed.watchers == 0


async def test_too_many_watchers_are_turned_away(system: PhoneSystem) -> None:
    system.simulator.feed.watchers = 50
    async with system.client.get("/api/events") as answer:
        assert (answer.status, await answer.text()) == (503, "Too many pages are open already.")


Phones = dict[str, Any]


def states_is(phone_id: str, state: str) -> Callable[[Phones], bool]:
    return lambda phones: bool(phones[phone_id]["state"] == state)


async def next_matching(
    events: AsyncIterator[Event], matches: Callable[[Phones], bool], *, wants_answer: bool = True
) -> tuple[Phones, list[Any]]:
    """The first phones that match, and the newest entries once one of them is answered."""
    phones: Phones = {}
    entries: list[Any] = []
    async with asyncio.timeout(10):
        async for event in events:
            data = json.loads(event.data)
            if event.name == "phones":
                phones = {phone["id"]: phone for phone in data["phones"]}
            else:
                entries = data["entries"] or entries
            is_answered = any(entry["status"] for entry in entries) or not wants_answer
            if phones and matches(phones) and is_answered:
                break
    return phones, entries
