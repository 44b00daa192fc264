"""The faults as addresses of the pretend phone system: /faults/<name>/ and anything behind it."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from webdial.simulator.fault_scripts import (
    FAULTS,
    FAULTS_PATH,
    Asked,
    Body,
    BreakOff,
    FaultScript,
    Head,
    HoldOpen,
    Pause,
    Raw,
    Step,
    asked_of,
)
from webdial.simulator.feed import Feed
from webdial.simulator.parameters import read_body
from webdial.simulator.streams import hold_open


class FaultDoors:
    """ASGI application that plays the fault named by the path.

    Raises HTTPException 404 for an unknown name and 501 for a fault that needs the bare socket of
    `webdial.simulator.faults.FaultServer`.
    """

    def __init__(self, *, feed: Feed, away: str) -> None:
        self._feed = feed
        self._away = away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, asked = self._asked(scope)
        script = _playable(name)
        await read_body(Request(scope, receive))
        await hold_open(_play(script, asked, send), receive=receive, closing=self._feed.closed)

    def _asked(self, scope: Scope) -> tuple[str, Asked]:
        return asked_of(
            scope["raw_path"].decode("latin-1"),
            method=scope["method"],
            query=scope["query_string"].decode("latin-1"),
            away=self._away,
        )


def _playable(name: str) -> FaultScript:
    script = FAULTS.get(name)
    if script is None:
        raise HTTPException(404, f"No such fault. {FAULTS_PATH} has: {', '.join(FAULTS)}.")
    if script.is_raw:
        raise HTTPException(501, "A web server cannot do this; the fault server of the tests can.")
    return script


async def _play(script: FaultScript, asked: Asked, send: Send) -> None:
    for step in script.steps(asked):
        if isinstance(step, BreakOff):
            return
        await _take(step, send)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _take(step: Step, send: Send) -> None:
    match step:
        case Head(status, headers):
            raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            await send({"type": "http.response.start", "status": status, "headers": raw})
        case Body(data):
            await send({"type": "http.response.body", "body": data, "more_body": True})
        case Pause(seconds):
            await asyncio.sleep(seconds)
        case HoldOpen():
            await asyncio.Event().wait()
        case Raw() | BreakOff():
            raise AssertionError(f"{step} cannot be played through a web server")
