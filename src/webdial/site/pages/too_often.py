"""Who asks too often is answered with 429, and is told by Retry-After when to ask again (RFC 6585 section 4).

Whoever finds it says so of the request. allauth, forms and views then answer as they do, and the answer becomes a 429
on its way out: there is one place where that is done.
"""

import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from webdial.errors import WebdialError
from webdial.site.domain.waits import RETRY_AFTER, retry_after_s, whole_seconds

_KEPT: Final = "webdial.retry_after_s"
"""In META. Headers come there as HTTP_…, so no request can bring it."""


def ask_later(request: HttpRequest, wait_s: float) -> None:
    """The answer to this request is: too often."""
    request.META[_KEPT] = whole_seconds(wait_s)


def ask_later_for(request: HttpRequest, error: WebdialError) -> None:
    """As `ask_later`, if that is what the error says."""
    wait_s = retry_after_s(error, now=time.time())
    if wait_s is not None:
        ask_later(request, wait_s)


def too_often(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """The middleware that turns the answer into a 429."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if (wait_s := request.META.get(_KEPT)) is not None:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response[RETRY_AFTER] = str(wait_s)
        return response

    return middleware


too_often.async_capable = True  # type: ignore[attr-defined]
too_often.sync_capable = False  # type: ignore[attr-defined]
