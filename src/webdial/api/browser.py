"""The extension in a user's browser: paired by a code, told who its user is, and unpaired by itself.

Its token is a user's token for placing calls and reading the user's own.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from webdial.api.calls import exchange_of, token_of
from webdial.errors import NotAllowedError
from webdial.exchange.configuration import Token
from webdial.exchange.general_settings import NUMBER_COUNTRY
from webdial.site.domain.acting import acting_as
from webdial.site.domain.browsers import pair_browser
from webdial.site.domain.tokens import revoke_token
from webdial.site.models import User
from webdial.site.threads import in_database_thread

BROWSER_PATH: Final = "/api/v1/browser"

_token = HTTPBearer(
    auto_error=False, description="The token that the extension got when it was paired."
)


class PairBrowserRequest(BaseModel):
    """What pairs a browser's extension with the user that the code was shown to."""

    code: str = Field(description="The code that My account | Computers shows.", max_length=40)
    browser: str = Field(
        description="What the browser is called there.",
        examples=["Chromium on Linux"],
        min_length=1,
        max_length=60,
    )


class PairBrowserAnswer(BaseModel):
    """The browser is paired."""

    token: str = Field(description="Its token, told this once.")
    user: str = Field(description="The name of the user for whom it places calls.")


class BrowserAnswer(BaseModel):
    """For whom the extension places calls."""

    user: str = Field(description="The name of its user.")
    extension: str | None = Field(description="The user's extension.")
    country: str = Field(
        description="Number Country as it holds for the user: where numbers without + are at home. May be empty."
    )


def browser_token(request: Request) -> Token:
    """The extension's token that the request bears. Raises UnauthorisedError, NotAllowedError for another."""
    token = token_of(request)
    if not token.is_of_browser:
        raise NotAllowedError("This token is not that of a browser's extension.")
    return token


_Browser = Annotated[Token, Depends(browser_token)]


async def pair(asked: PairBrowserRequest, request: Request) -> PairBrowserAnswer:
    """Pair a browser's extension with the user that the code was shown to. The code then ends."""
    address = request.client.host if request.client else ""
    paired = await in_database_thread(
        lambda: pair_browser(asked.code, browser=asked.browser, address=address)
    )
    # Its next request must not be refused for the second until the picture is looked at again.
    await in_database_thread(request.scope["state"]["configuration_reader"].refresh)
    return PairBrowserAnswer(token=paired.token, user=paired.user.name)


async def read_browser(token: _Browser, request: Request) -> BrowserAnswer:
    """For whom the extension places calls."""
    configuration = exchange_of(request).configuration
    caller = configuration.callers[token.user_id]
    country = configuration.effective(NUMBER_COUNTRY, caller.branch_id).value.strip().upper()
    return BrowserAnswer(user=caller.name, extension=caller.extension, country=country)


async def unpair(token: _Browser) -> Response:
    """Revoke the token that the request bears."""
    await in_database_thread(lambda: _revoke(token))
    return Response(status_code=204)


def _revoke(token: Token) -> None:
    user = User.objects.get(pk=token.user_id)
    with acting_as(user):
        revoke_token(token.id, user=user)


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": "Problem"} for status in statuses}


def browser_routes() -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["Browser extension"])
    router.add_api_route(
        f"{BROWSER_PATH}/pair", pair, methods=["POST"], status_code=201,
        response_model=PairBrowserAnswer, responses=_problems(404, 422, 429),
    )  # fmt: skip
    router.add_api_route(
        BROWSER_PATH, read_browser, methods=["GET"], response_model=BrowserAnswer,
        responses=_problems(401, 403), dependencies=[Depends(_token)],
    )  # fmt: skip
    router.add_api_route(
        BROWSER_PATH, unpair, methods=["DELETE"], status_code=204,
        responses=_problems(401, 403, 404), dependencies=[Depends(_token)],
    )  # fmt: skip
    return router
