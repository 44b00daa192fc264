"""The helper on a user's own machine: paired by a code, told what to do, and asked what a clicked link is.

Its token opens these operations and no others, and no other token opens them.
"""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from webdial.api.calls import exchange_of
from webdial.api.problems import ActionGoneError, UnauthorisedError
from webdial.errors import InvalidValueError
from webdial.exchange.computers import ANSWERED, ActionKind, Report
from webdial.exchange.configuration import PairedComputer
from webdial.numbers import MAX_TYPED
from webdial.phonesystems import Answer
from webdial.site.computer_hub import ComputerHub
from webdial.site.domain.clicked_links import Clicked, meaning_of
from webdial.site.domain.computer_lines import TelephoneLine
from webdial.site.domain.computers import pair
from webdial.site.domain.tokens import digest_of
from webdial.site.threads import in_database_thread

DESKTOP_PATH: Final = "/api/v1/desktop"

WAIT_S: Final = 25.0
"""How long a request waits for something to do: less than the 30 s after which many proxies give up."""

MAX_ANSWER_TEXT: Final = 90_000
"""Characters of an answer's body in base64: 64 KiB, as of every answer (webdial.exchange.sender)."""

_BEARER: Final = "Bearer "
_token = HTTPBearer(
    auto_error=False, description="The token that the computer got when it was paired."
)


class PairRequest(BaseModel):
    """What pairs a computer with the user that the code was shown to."""

    code: str = Field(description="The code that My account | Computers shows.", max_length=40)
    name: str = Field(description="What the computer is called there.", max_length=80)
    platform: str = Field(default="", description="Its system, such as Windows.", max_length=80)


class PairAnswer(BaseModel):
    """The computer is paired."""

    token: str = Field(description="Its token, told this once.")
    user: str = Field(description="The name of the user whose computer it now is.")


class LineTold(BaseModel):
    """A telephone line of the computer."""

    id: str = Field(description="The line's own id there.", pattern="^[0-9a-f]{1,20}$")
    name: str = Field(description="Its name.", max_length=80)


class BeginRequest(BaseModel):
    """The helper was started."""

    can: list[Literal["link", "http", "tapi"]] = Field(
        description="What it can do there: open links, send HTTP requests, dial by TAPI."
    )
    lines: list[LineTold] = Field(
        default=[], description="For tapi: the telephone lines for voice.", max_length=50
    )


class ComputerAnswer(BaseModel):
    """The computer as the server knows it."""

    user: str = Field(description="The name of its user.")
    name: str = Field(description="Its own name.")
    dials_without_asking: bool = Field(
        description="Whether a clicked link is dialled at once; the user sets it on the site."
    )
    is_connected: bool = Field(
        description="Whether its helper runs, and holds a connection to a server."
    )


class NextAnswer(BaseModel):
    """What there is to do."""

    action: UUID | None = Field(description="The action to claim; null when there was none to do.")


class ActionAnswer(BaseModel):
    """An action that is claimed: it is to be done now, once, and reported."""

    id: UUID = Field(description="The action's id.")
    kind: str = Field(description="One of: " + ", ".join(kind.value for kind in ActionKind))
    total_s: float = Field(description="Seconds that it may take.")
    link: str | None = Field(default=None, description="For link and tapi: the link to open.")
    number: str | None = Field(default=None, description="For link and tapi: what is dialled.")
    line: str | None = Field(
        default=None,
        description="For tapi: the line's id; `program` for the computer's program for calls; "
        "empty for the only line, or that program where there are several.",
    )
    method: str | None = Field(default=None, description="For http: the method.")
    url: str | None = Field(default=None, description="For http: the address.")
    headers: list[list[str]] | None = Field(default=None, description="For http: names and values.")
    body: str | None = Field(default=None, description="For http: the body, if there is one.")
    digest: list[str] | None = Field(
        default=None, description="For http: user and password for HTTP Digest, if it is wanted."
    )
    certificate: list[str] | None = Field(
        default=None,
        description="For http: verify, pinned or own_ca; and the fingerprint or the PEM.",
    )
    connect_s: float | None = Field(
        default=None, description="For http: seconds until the connection must stand."
    )


class ReportRequest(BaseModel):
    """What became of an action."""

    outcome: str = Field(
        description="`answered` with an answer to a request, else the outcome of the call.",
        max_length=30,
    )
    detail: str = Field(default="", description="Why, in a sentence.", max_length=1_000)
    status: int | None = Field(default=None, description="The answer's status.", ge=100, le=999)
    headers: list[tuple[str, str]] = Field(
        default=[], description="The answer's headers: names and values.", max_length=200
    )
    body: str = Field(
        default="", description="The answer's body in base64.", max_length=MAX_ANSWER_TEXT
    )
    charset: str | None = Field(
        default=None, description="The charset that the answer names.", max_length=40
    )


class LinkRequest(BaseModel):
    """A link that was clicked in another program."""

    link: str = Field(
        description="The link, as it was clicked.",
        examples=["tel:+442079460123"],
        max_length=MAX_TYPED,
    )


class LinkAnswer(BaseModel):
    """What the helper does with a clicked link."""

    act: Literal["show", "placed", "hand_on"] = Field(
        description=(
            "`show`: open this page of the site, where the person dials. `placed`: nothing, the call is "
            "placed. `hand_on`: open the link by the program that was there before."
        )
    )
    path: str | None = Field(default=None, description="The page to show.")
    link: str | None = Field(default=None, description="The link to hand on.")
    sentence: str | None = Field(
        default=None, description="What became of the call that was placed."
    )


def computer_of(request: Request) -> PairedComputer:
    """The computer whose token the request bears. Raises UnauthorisedError."""
    header = request.headers.get("authorization", "")
    computer = None
    if header[: len(_BEARER)].lower() == _BEARER.lower():
        digest = digest_of(header[len(_BEARER) :].strip())
        computer = exchange_of(request).configuration.computer(digest)
    if computer is None:
        raise UnauthorisedError("This computer is not paired; it may have been revoked.")
    return computer


_Computer = Annotated[PairedComputer, Depends(computer_of)]


async def pair_computer(asked: PairRequest, request: Request) -> PairAnswer:
    """Pair a computer with the user that the code was shown to. The code then ends."""
    address = request.client.host if request.client else ""
    paired = await in_database_thread(
        lambda: pair(asked.code, name=asked.name, platform=asked.platform, address=address)
    )
    # Its next request must not be refused for the second until the picture is looked at again.
    reader = request.scope["state"]["configuration_reader"]
    await in_database_thread(reader.refresh)
    return PairAnswer(token=paired.token, user=paired.computer.user.name)


async def read_computer(computer: _Computer, request: Request) -> ComputerAnswer:
    """The computer whose token the request bears."""
    user = exchange_of(request).configuration.callers[computer.user_id]
    return ComputerAnswer(
        user=user.name,
        name=computer.name,
        dials_without_asking=computer.dials_without_asking,
        is_connected=_hub(request).is_connected(computer),
    )


async def begin(asked: BeginRequest, computer: _Computer, request: Request) -> Response:
    """The helper was started. Of several computers of a user, the one used last does what there is."""
    lines = [TelephoneLine(line.id, line.name) for line in asked.lines]
    await _hub(request).begin(computer, frozenset(asked.can), lines)
    return Response(status_code=204)


async def next_action(computer: _Computer, request: Request) -> NextAnswer:
    """What to do next. The answer waits until there is something, at most 25 seconds."""
    configuration = request.scope["state"]["configuration_reader"]

    def is_paired() -> bool:
        return any(each.id == computer.id for each in configuration.current.computers.values())

    waiting = asyncio.ensure_future(
        _hub(request).next_action(computer, wait_s=WAIT_S, is_paired=is_paired)
    )
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            found = waiting.result()
            if found is None and not is_paired():
                raise UnauthorisedError("This computer is not paired any more.")
            return NextAnswer(action=found)
    finally:
        for task in (waiting, leaving):
            task.cancel()
    return NextAnswer(action=None)  # nobody reads it: the helper has gone


async def _left(request: Request) -> None:
    """Return when whoever asked has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def claim_action(action_id: UUID, computer: _Computer, request: Request) -> ActionAnswer:
    """Take an action to do it now. Only the first to ask gets it, and nobody after five seconds."""
    content = await _hub(request).claim(computer, action_id)
    if content is None:
        raise ActionGoneError("This is done by another, withdrawn, or too old to be done.")
    return ActionAnswer(**content)


async def report_action(
    action_id: UUID, told: ReportRequest, computer: _Computer, request: Request
) -> Response:
    """Tell what became of an action. Only the first report counts."""
    report = Report(told.outcome, told.detail, _answer_of(told))
    if not await _hub(request).report(computer, action_id, report):
        raise ActionGoneError("Nobody waits for this report any more.")
    return Response(status_code=204)


async def open_link(asked: LinkRequest, computer: _Computer, request: Request) -> LinkAnswer:
    """What to do with a link that was clicked in another program."""
    await _hub(request).note_use(computer)
    clicked = await meaning_of(asked.link, computer, exchange_of(request))
    return _shown(clicked)


def _shown(clicked: Clicked) -> LinkAnswer:
    return LinkAnswer(
        act=clicked.act, path=clicked.path, link=clicked.link, sentence=clicked.sentence
    )


def _answer_of(told: ReportRequest) -> Answer | None:
    if told.outcome != ANSWERED or told.status is None:
        return None
    try:
        body = base64.b64decode(told.body, validate=True)
    except binascii.Error as error:
        raise InvalidValueError("The body is not in base64.", field="body") from error
    return Answer(told.status, tuple(told.headers), body, told.charset)


def _hub(request: Request) -> ComputerHub:
    return cast("ComputerHub", request.scope["state"]["computers"])


def _problems(statuses: Sequence[int]) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": "Problem"} for status in statuses}


def desktop_routes() -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["Desktop helper"])
    router.add_api_route(
        f"{DESKTOP_PATH}/pair", pair_computer, methods=["POST"], status_code=201,
        response_model=PairAnswer, responses=_problems([404, 422, 429]),
    )  # fmt: skip
    action = f"{DESKTOP_PATH}/actions/{{action_id}}"
    for path, endpoint, method, status, model, problems in (
        (DESKTOP_PATH, read_computer, "GET", 200, ComputerAnswer, [401]),
        (f"{DESKTOP_PATH}/begin", begin, "POST", 204, None, [401, 422]),
        (f"{DESKTOP_PATH}/actions", next_action, "GET", 200, NextAnswer, [401]),
        (f"{action}/claim", claim_action, "POST", 200, ActionAnswer, [401, 409, 422]),
        (f"{action}/report", report_action, "POST", 204, None, [401, 409, 422]),
        (f"{DESKTOP_PATH}/links", open_link, "POST", 200, LinkAnswer, [401, 422]),
    ):
        router.add_api_route(
            path, endpoint, methods=[method], status_code=status, response_model=model,
            responses=_problems(problems), dependencies=[Depends(_token)],
        )  # fmt: skip
    return router
