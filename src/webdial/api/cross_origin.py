"""What pages of other sites may do with the API (CORS, Fetch standard section 3.3).

Nothing, unless an administrator named their origin in Allowed Origins. Even then a page needs a user's
token: cookies mean nothing to the API, and no answer allows them to be sent.
"""

from dataclasses import dataclass
from typing import Final, cast

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Scope, Send

from webdial.api.problems import problem
from webdial.errors import InvalidValueError
from webdial.exchange import Exchange
from webdial.exchange.allowed_origins import read_allowed_origins
from webdial.exchange.general_settings import ALLOWED_ORIGINS

PATHS: Final = ("/api/v1/calls", "/api/v1/phones")
"""What pages may ask for: placing calls, looking at them, and which phones can ring."""

_ORIGIN: Final = b"origin"
_WANTED: Final = b"access-control-request-method"
_KEPT_S: Final = 600
"""How long a browser may keep the answer to its question; an origin that is taken off the list waits it out."""

_ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": str(_KEPT_S),
}
_EXPOSED: Final = "Location, Retry-After"
_UNKNOWN: Final = problem(
    403,
    code="unknown_origin",
    detail="Pages of this site may not use the API.",
    hint="An administrator can name the site in Allowed Origins.",
)
_UNKNOWN.headers["Vary"] = "Origin"


@dataclass(frozen=True, slots=True)
class ForPages:
    """What goes with the answer; `preflight` is the whole answer to a browser's question before a request.

    `origin` is the one that may read the answer; empty for one that was not named.
    """

    origin: str = ""
    preflight: ASGIApp | None = None

    def telling(self, send: Send) -> Send:
        """`send` with the headers by which a browser decides who may read the answer."""

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if self.origin:
                    headers["Access-Control-Allow-Origin"] = self.origin
                    headers["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        return telling


def for_pages_of_others(scope: Scope) -> ForPages | None:
    """None where nothing is said of other sites: as long as none is named and none asks."""
    if not scope["path"].startswith(PATHS):
        return None
    origin = _header(scope, _ORIGIN)
    named = _named(scope)
    if origin is None and not named:
        return None
    is_named = origin is not None and origin in named
    readable = origin if is_named and origin is not None else ""
    if scope["method"] != "OPTIONS" or origin is None or _header(scope, _WANTED) is None:
        return ForPages(readable)
    return ForPages(readable, _allowing(readable) if is_named else _UNKNOWN)


def _allowing(origin: str) -> Response:
    headers = {**_ALLOWED, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return Response(status_code=204, headers=headers)


def _header(scope: Scope, name: bytes) -> str | None:
    for each, value in scope["headers"]:
        if each == name:
            return cast("bytes", value).decode("latin-1")
    return None


def _named(scope: Scope) -> frozenset[str]:
    exchange = cast("Exchange", scope["state"]["exchange"])
    value = exchange.configuration.effective(ALLOWED_ORIGINS, None).value
    try:
        return read_allowed_origins(value) if value else frozenset()
    except InvalidValueError:  # kept past its check: then nobody is named
        return frozenset()
