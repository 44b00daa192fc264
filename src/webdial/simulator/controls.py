"""What the page's buttons call, and programs that play the people at the phones.

    GET  /api/calls, /api/phones, /api/requests     lists as JSON
    GET  /api/events                                Server-Sent Events: phones, requests
    POST /api/phones/{phone}/answer                 pick up
    POST /api/phones/{phone}/hangup                 decline, or put down
    POST /api/phones/{phone}/auto?on=1|0            answer by itself, or no more (1 unless said)
    POST /api/reset                                 as on the first day

A phone is an extension or an outside number; a plus sign may stand as %2B.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from webdial.errors import InvalidValueError
from webdial.simulator.clock import Clock
from webdial.simulator.feed import Feed
from webdial.simulator.presentation import (
    present_call,
    present_entry,
    present_phones,
    present_updates,
)
from webdial.simulator.received import ReceivedLog
from webdial.simulator.streams import EventStream
from webdial.simulator.switchboard import Switchboard


def controls_of(
    switchboard: Switchboard, log: ReceivedLog, *, feed: Feed, clock: Clock
) -> list[BaseRoute]:
    """The routes; each answers JSON, the acts with the call or the phones as they now are."""

    async def list_calls(_: Request) -> Response:
        return JSONResponse({"calls": [present_call(call) for call in switchboard.calls]})

    async def list_phones(_: Request) -> Response:
        return JSONResponse({"phones": present_phones(switchboard)})

    async def list_requests(_: Request) -> Response:
        return JSONResponse({"requests": [present_entry(entry) for entry in log]})

    async def answer(request: Request) -> Response:
        _refuse_other_sites(request)
        return JSONResponse(present_call(switchboard.answer(request.path_params["phone"])))

    async def hang_up(request: Request) -> Response:
        _refuse_other_sites(request)
        return JSONResponse(present_call(switchboard.hang_up(request.path_params["phone"])))

    async def answer_automatically(request: Request) -> Response:
        _refuse_other_sites(request)
        switchboard.set_answers_itself(request.path_params["phone"], on=_wants_on(request))
        return await list_phones(request)

    async def reset(request: Request) -> Response:
        _refuse_other_sites(request)
        switchboard.reset()
        log.clear()
        return await list_phones(request)

    async def tell_events(_: Request) -> ASGIApp:
        return EventStream(
            feed, lambda seen: present_updates(switchboard, log, now=clock.now(), seen=seen)
        )

    return [
        Route("/api/calls", list_calls),
        Route("/api/phones", list_phones),
        Route("/api/requests", list_requests),
        Route("/api/events", tell_events),
        Route("/api/phones/{phone}/answer", answer, methods=["POST"]),
        Route("/api/phones/{phone}/hangup", hang_up, methods=["POST"]),
        Route("/api/phones/{phone}/auto", answer_automatically, methods=["POST"]),
        Route("/api/reset", reset, methods=["POST"]),
    ]


def _refuse_other_sites(request: Request) -> None:
    """Turn away what another web site made the browser send (Fetch Metadata, W3C).

    The doors cannot do so: a dial string opened on the user's own machine comes that way.
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise HTTPException(403, "Another web site may not touch these phones.")


def _wants_on(request: Request) -> bool:
    match request.query_params.get("on", "1"):
        case "1":
            return True
        case "0":
            return False
        case _:
            raise InvalidValueError("The parameter “on” is 1 or 0.", field="on")
