"""Every address that rings a phone, over real sockets, in the manner of each caller."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulator.phone_system import PhoneSystem, StartPhoneSystem
from webdial.simulator import CallState, SimulatorConfig

FORM = {"from": "201", "to": "02079460123"}
PBX = "/ivr/PbxAPI.aspx"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Dial:
    """One request and what it should bring: status and sentence."""

    name: str
    method: str
    target: str
    status: int
    answer: str
    sent: dict[str, Any] = field(default_factory=dict)


RINGS = (
    Dial("get", "GET", f"{PBX}?func=make_call&from=201&to=02079460123", 200, ""),
    Dial("post, function in the URL", "POST", f"{PBX}?func=make_call", 200, "", {"data": FORM}),
    Dial("post, all in the form", "POST", PBX, 200, "", {"data": {"func": "make_call", **FORM}}),
    Dial("put", "PUT", f"{PBX}?func=make_call", 200, "", {"data": FORM}),
    Dial("post without a body", "POST", f"{PBX}?func=make_call&from=201&to=02079460123", 200, ""),
    Dial("json", "POST", f"{PBX}?func=make_call", 200, "", {"json": FORM}),
    Dial("path", "GET", "/api/call/makecall/201/02079460123", 200, ""),
    Dial("path with line", "GET", "/api/call/makecall/201/02079460123/9", 200, ""),
    Dial("path by post", "POST", "/api/call/makecall/201/02079460123", 200, ""),
    Dial("path without slash", "GET", "/api/call/makecall201/02079460123", 200, ""),
    Dial(
        "originator",
        "GET",
        "/phone.asmx/MakeCall?originatorExtension=201&destinationPhoneNumber=02079460123"
        "&openLineCharacter=9",
        200,
        "",
    ),
    Dial("plus sign", "GET", f"{PBX}?func=make_call&from=201&to=%2B442079460123", 200, ""),
    Dial("plus sign in a path", "GET", "/api/call/makecall/201/+442079460123", 200, ""),
    Dial("hash", "GET", "/api/call/makecall/201/02079460123,,42%23", 200, ""),
)

REFUSED = (
    Dial(
        "unknown extension",
        "GET",
        f"{PBX}?func=make_call&from=999&to=1",
        404,
        "There is no extension “999” here.",
    ),
    Dial("no from", "GET", f"{PBX}?func=make_call&to=1", 400, "The parameter “from” is missing."),
    Dial(
        "empty to", "GET", f"{PBX}?func=make_call&from=201&to=", 400, "The parameter “to” is empty."
    ),
    Dial("no function", "GET", f"{PBX}?from=201&to=1", 400, "The parameter “func” is missing."),
    Dial(
        "other function",
        "GET",
        f"{PBX}?func=hang_up&from=201&to=1",
        400,
        "The function “hang_up” is unknown.",
    ),
    Dial(
        "given twice",
        "POST",
        f"{PBX}?func=make_call&from=201",
        400,
        "The parameter “from” is given twice.",
        {"data": FORM},
    ),
    Dial(
        "raw plus sign",
        "GET",
        f"{PBX}?func=make_call&from=201&to=+442079460123",
        400,
        "The number begins with a space. In a URL a plus sign must be sent as %2B.",
    ),
    Dial(
        "huge number",
        "GET",
        f"{PBX}?func=make_call&from=201&to={'9' * 10_000}",
        400,
        "The number is longer than 64 characters.",
    ),
    Dial(
        "huge extension",
        "GET",
        f"/api/call/makecall/{'9' * 10_000}/1",
        404,
        f"There is no extension “{'9' * 24}…” here.",
    ),
    Dial(
        "html",
        "GET",
        f"{PBX}?func=make_call&from={quote('<img src=x>')}&to=1",
        404,
        "There is no extension “<img src=x>” here.",
    ),
    Dial(
        "bad line",
        "GET",
        "/api/call/makecall/201/1/none",
        400,
        "“none” is no outside line: up to four digits are.",
    ),
    Dial(
        "many parameters",
        "GET",
        f"{PBX}?" + "&".join(f"p{n}=1" for n in range(60)),
        400,
        "More than 50 parameters.",
    ),
    Dial(
        "huge body",
        "POST",
        PBX,
        413,
        "The request's body is larger than 64 KiB.",
        {"data": b"x" * 70_000, "headers": FORM_TYPE},
    ),
    Dial(
        "xml",
        "POST",
        PBX,
        415,
        "This phone system reads form variables and JSON only.",
        {"data": b"<a/>", "headers": {"Content-Type": "text/xml"}},
    ),
    Dial(
        "broken json",
        "POST",
        PBX,
        400,
        "The body is no JSON.",
        {"data": b"{", "headers": {"Content-Type": "application/json"}},
    ),
    Dial(
        "deep json",
        "POST",
        PBX,
        400,
        "The body is no JSON.",
        {"data": b"[" * 60_000, "headers": {"Content-Type": "application/json"}},
    ),
    Dial("json list", "POST", PBX, 400, "The body's JSON is no object.", {"json": []}),
    Dial("delete", "DELETE", PBX, 405, "This address takes other methods."),
    Dial(
        "mistyped path",
        "GET",
        "/ivr/PbxApi.aspx?func=make_call",
        404,
        "There is nothing at this address. The page of this phone system lists those it has.",
    ),
)


@pytest.mark.parametrize("dial", RINGS, ids=lambda dial: dial.name)
async def test_dial_rings_the_desk_phone(system: PhoneSystem, dial: Dial) -> None:
    async with system.client.request(dial.method, dial.target, **dial.sent) as answer:
        assert (answer.status, await answer.text()) == (200, "OK call 1")
        assert answer.content_type == "text/plain"
    (call,) = system.simulator.switchboard.calls
    assert (call.extension, call.callee, call.state) == ("201", "02079460123", "desk_ringing")
    takes_line = dial.target.endswith(("/9", "=9"))
    assert call.line == ("9" if takes_line else "")


@pytest.mark.parametrize("dial", REFUSED, ids=lambda dial: dial.name)
async def test_dial_that_cannot_ring_is_refused_in_a_sentence(
    system: PhoneSystem, dial: Dial
) -> None:
    async with system.client.request(dial.method, dial.target, **dial.sent) as answer:
        assert (answer.status, await answer.text()) == (dial.status, dial.answer)
        assert answer.content_type == "text/plain"
    assert system.simulator.switchboard.calls == ()


async def test_busy_desk_phone_answers_409(system: PhoneSystem) -> None:
    target = f"{PBX}?func=make_call&from=201&to=1"
    await (await system.client.get(target)).read()
    async with system.client.get(target) as answer:
        assert (answer.status, await answer.text()) == (409, "Extension 201 is busy.")


@pytest.mark.parametrize(
    "target", [f"{PBX}?func=make_call&from=201&to=1", "/api/call/makecall/201/1"]
)
async def test_head_rings_nobody(system: PhoneSystem, target: str) -> None:
    async with system.client.head(target) as answer:
        assert answer.status == 405
    assert system.simulator.switchboard.calls == ()


async def test_calls_are_numbered(system: PhoneSystem) -> None:
    for extension, expected in (("201", "OK call 1"), ("202", "OK call 2")):
        async with system.client.get(f"/api/call/makecall/{extension}/1") as answer:
            assert await answer.text() == expected


async def test_unanswered_call_ends_by_itself(
    start: StartPhoneSystem, config: SimulatorConfig
) -> None:
    system = await start(replace(config, desk_rings_s=0.05))
    await (await system.client.get("/api/call/makecall/201/1")).read()
    call = await asyncio.wait_for(system.simulator.wait_for(CallState.ENDED), 5)
    assert call.end == "desk_no_answer"


async def test_dial_strings_of_the_page_all_do_what_they_say(system: PhoneSystem) -> None:
    async with system.client.get("/api/addresses") as answer:
        addresses = await answer.json()
    for offered in addresses["working"]:
        await (await system.client.post("/api/reset")).read()
        method, url, form = as_request(offered["dial_string"])
        async with system.client.request(method, url, data=form) as answer:
            assert (answer.status, await answer.text()) == (200, "OK call 1"), offered


def as_request(dial_string: str) -> tuple[str, str, dict[str, str] | None]:
    """The dial string by hand, as the manual explains it."""
    text = dial_string.replace("^", "201").replace("#", "02079460123")
    method, brace, rest = text.removeprefix("{").partition("}")
    if not brace:
        return "GET", text, None
    url, *variables = rest.split("<&>")
    return method, url, dict(variable.split("=") for variable in variables)
