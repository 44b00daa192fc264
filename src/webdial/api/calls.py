"""Calls: placed by POST, looked at by GET."""

import asyncio
import time
from datetime import datetime
from typing import Annotated, Any, Final, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.requests import Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from webdial.api.idempotency import KEY_PARAMETER, once_of
from webdial.api.problems import ShuttingDownError, TooLargeError, UnauthorisedError, problem_of
from webdial.errors import InvalidValueError, NotAllowedError, WebdialError
from webdial.exchange import Caller, Channel, Exchange, PlacedCall
from webdial.exchange.calls import Repeat
from webdial.exchange.configuration import Token
from webdial.exchange.outcome import Outcome
from webdial.site.domain.calls import call_in_sight_of_id, latest_calls_of_id, sentence_of
from webdial.site.domain.token_use import token_uses
from webdial.site.domain.tokens import digest_of
from webdial.site.models import Call
from webdial.site.threads import in_database_thread

CALLS_PATH: Final = "/api/v1/calls"
MAX_BODY_BYTES: Final = 65_536

_BEARER = "Bearer "
_OTHER_SCOPE: Final = "What a token is for is chosen when it is made. Make another one."
_token = HTTPBearer(auto_error=False, description="A user's token; calls are placed for that user.")


class CallRequest(BaseModel):
    """The number as people write it; what cannot be dialled is left out, what is unclear refused."""

    number: str = Field(
        description="The number to ring, as people write it.",
        examples=["020 7946 0123"],
        max_length=200,
    )
    phone: str | None = Field(
        default=None,
        description="The name of one of the user's further phones. Without it the first one rings.",
        examples=["Home"],
    )
    again: UUID | None = Field(
        default=None,
        description="The id of a call that was placed just now, to dial its number once more on purpose.",
    )
    confirmed: bool = Field(
        default=False,
        description="True rings an emergency number; without it such a number is refused.",
    )


class CallAnswer(BaseModel):
    """A call that is in the call log."""

    id: UUID = Field(description="The call's id in the call log (UUIDv7).")
    outcome: str = Field(
        description="One of: " + ", ".join(outcome.value for outcome in Outcome),
        examples=[Outcome.SENT.value],
    )
    sentence: str = Field(description="What to tell the user.")
    number: str = Field(description="The number as it was given.")
    dialled: str = Field(description="What was dialled of it.")
    extension: str | None = Field(description="The caller's extension.")
    placed_at: datetime = Field(description="When the call was put into the log.")
    phone_system: str | None = Field(
        default=None, description="The phone system that it went through, when one is set up."
    )
    phone_system_call_id: str | None = Field(
        default=None, description="The phone system's own id of the call, when it tells one."
    )
    link: str | None = Field(
        default=None,
        description="The link to open on the user's own machine, when the call is placed by one.",
    )
    same_call: bool | None = Field(
        default=None,
        description="True when nothing was dialled: the user has just dialled this number, and this is that call.",
    )


class CallsAnswer(BaseModel):
    """The user's own latest calls, the newest first."""

    calls: list[CallAnswer]


def token_of(request: Request) -> Token:
    """The token that the request bears. Raises UnauthorisedError."""
    header = request.headers.get("authorization", "")
    if header[: len(_BEARER)].lower() != _BEARER.lower():
        raise UnauthorisedError("Send a user's token as Authorization: Bearer TOKEN.")
    digest = digest_of(header[len(_BEARER) :].strip())
    token = exchange_of(request).configuration.token(digest)
    if token is None:
        raise UnauthorisedError("This token is not known; it may have been revoked.")
    if token.expires_at is not None and token.is_lapsed(time.time()):
        raise UnauthorisedError("This token has lapsed. Make a new one.")
    token_uses.notice(token.id)
    return token


def caller_of(request: Request) -> Caller:
    """The user whose token the request bears, whatever it is for. Raises UnauthorisedError."""
    return exchange_of(request).configuration.callers[token_of(request).user_id]


def caller_placing(request: Request) -> Caller:
    """As `caller_of`, of a token that places calls. Raises NotAllowedError for another."""
    token = token_of(request)
    if not token.places_calls:
        raise NotAllowedError("This token does not place calls.", hint=_OTHER_SCOPE)
    return exchange_of(request).configuration.callers[token.user_id]


def token_reading(request: Request) -> Token:
    """As `token_of`, of a token that reads calls. Raises NotAllowedError for another."""
    token = token_of(request)
    if not token.reads_calls:
        raise NotAllowedError("This token does not read calls.", hint=_OTHER_SCOPE)
    return token


async def place_call(request: Request) -> Response:
    """Place a call for the token's user.

    The answer comes when the outcome is known. A call that the phone system refused or did not
    answer is a call all the same: 201, with its outcome and a sentence for the user. A request with the
    Idempotency-Key of an earlier one gets the earlier one's call. A second request for the same number
    within Same Call Within gets the first call, with 200.
    """
    caller = caller_placing(request)
    number, phone, again, is_confirmed = _call_of(await _body_of(request))
    once = once_of(request, caller.user_id, (number, phone, None if again is None else str(again)))
    exchange = exchange_of(request)
    phone_id = (
        None if phone is None else exchange.configuration.phone_named(caller.user_id, phone).id
    )
    call = await exchange.place_call(
        number,
        user_id=caller.user_id,
        channel=Channel.API,
        phone_id=phone_id,
        once=once,
        again=again,
        is_confirmed=is_confirmed,
    )
    return Response(
        orjson.dumps(_answer(call)),
        status_code=200 if call.repeats is Repeat.CLICK else 201,
        headers={"Location": f"{CALLS_PATH}/{call.id}"},
        media_type="application/json",
    )


async def place_call_directly(scope: Scope, receive: Receive, send: Send) -> None:
    """`place_call` as an ASGI application of its own.

    FastAPI's layers around an endpoint cost a third of all the time that a call takes of the
    processor; here they would add nothing, since the endpoint reads and answers by itself.
    """
    try:
        response = await place_call(Request(scope, receive))
    except WebdialError as error:
        response = problem_of(error)
    except ClientDisconnect:
        return
    except asyncio.CancelledError:
        response = problem_of(
            ShuttingDownError(
                "The server is shutting down. Whether the call was placed stands in the call log."
            )
        )
    await response(scope, receive, send)


async def read_call(call_id: UUID, token: Annotated[Token, Depends(token_reading)]) -> Response:
    """A call that the token's user may see; by the token of a browser's extension, one of the user's own."""
    is_own = token.is_of_browser
    row = await in_database_thread(
        lambda: call_in_sight_of_id(token.user_id, call_id, is_own=is_own)
    )
    return Response(orjson.dumps(_answer_of_row(row)), media_type="application/json")


async def list_calls(
    token: Annotated[Token, Depends(token_reading)],
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=50)] = 10,
) -> Response:
    """The calls that the token's user placed last, the newest first."""
    rows = await in_database_thread(lambda: latest_calls_of_id(token.user_id, limit))
    calls = [_answer_of_row(row) for row in rows]
    return Response(orjson.dumps({"calls": calls}), media_type="application/json")


def exchange_of(request: Request) -> Exchange:
    return cast("Exchange", request.scope["state"]["exchange"])


async def _body_of(request: Request) -> bytes:
    body, has_more = b"", True
    while has_more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise TooLargeError(f"The body has more than {MAX_BODY_BYTES:,} bytes.")
    return body


def _call_of(body: bytes) -> tuple[str, str | None, UUID | None, bool]:
    """The number, the phone that is to ring, the call that is dialled again on purpose, and whether an
    emergency number is meant.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(
            "The body must be JSON.", field="body", hint='For example {"number": "020 7946 0123"}'
        ) from error
    number = content.get("number") if isinstance(content, dict) else None
    if not isinstance(number, str):
        raise InvalidValueError(
            "The body must hold the number as text.",
            field="number",
            hint='For example {"number": "020 7946 0123"}',
        )
    phone = content.get("phone")
    if phone is not None and not isinstance(phone, str):
        raise InvalidValueError("The phone is named by text.", field="phone")
    is_confirmed = content.get("confirmed", False)
    if not isinstance(is_confirmed, bool):
        raise InvalidValueError("This is true or false.", field="confirmed")
    return number, phone, _again(content.get("again")), is_confirmed


def _again(given: object) -> UUID | None:
    try:
        return None if given is None else UUID(str(given))
    except ValueError as error:
        raise InvalidValueError("A call is named by its id.", field="again") from error


def _answer(call: PlacedCall) -> dict[str, Any]:
    prepared = call.prepared
    answer: dict[str, Any] = {
        "id": call.id,
        "outcome": call.outcome.value,
        "sentence": call.sentence,
        "number": prepared.number.typed,
        "dialled": prepared.dialled,
        "extension": prepared.caller.extension,
        "placed_at": call.placed_at,
    }
    if prepared.phone_system:
        answer["phone_system"] = prepared.phone_system
    if call.verdict is not None and call.verdict.remote_id:
        answer["phone_system_call_id"] = call.verdict.remote_id
    if call.repeats is Repeat.CLICK:
        answer["same_call"] = True
    elif call.link is not None:  # opened for a second click, it would dial a second time
        answer["link"] = call.link
    return answer


def _answer_of_row(row: Call) -> dict[str, Any]:
    answer = {
        "id": str(row.id),
        "outcome": row.outcome,
        "sentence": sentence_of(row),
        "number": row.typed,
        "dialled": row.dialled,
        "extension": row.extension or None,
        "placed_at": row.placed_at,
    }
    if row.phone_system:
        answer["phone_system"] = row.phone_system
    if row.remote_id:
        answer["phone_system_call_id"] = row.remote_id
    if row.kind == "link":
        answer["link"] = row.request
    return answer


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": "Problem"} for status in statuses}


def calls_routes() -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["Calls"])
    router.add_api_route(
        CALLS_PATH,
        place_call,
        methods=["POST"],
        status_code=201,
        response_model=CallAnswer,
        responses={
            200: {
                "model": CallAnswer,
                "description": "The user has just dialled this number; this is that call.",
            },
            **_problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
        },
        dependencies=[Depends(_token)],
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": CallRequest.model_json_schema()}},
            },
            "parameters": [KEY_PARAMETER],
        },
    )
    router.add_api_route(
        CALLS_PATH,
        list_calls,
        methods=["GET"],
        response_model=CallsAnswer,
        responses=_problems(401, 403, 422),
        dependencies=[Depends(_token)],
    )
    router.add_api_route(
        CALLS_PATH + "/{call_id}",
        read_call,
        methods=["GET"],
        response_model=CallAnswer,
        responses=_problems(401, 403, 404, 422),
        dependencies=[Depends(_token)],
    )
    return router
