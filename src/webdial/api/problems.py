"""Errors as problem JSON (RFC 9457): the API's one mapping of the error tree."""

import re
import time
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from fastapi.requests import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from webdial.errors import (
    CallNotPlacedError,
    InvalidValueError,
    JournalError,
    NotAllowedError,
    NotFoundError,
    SourceError,
    WebdialError,
)
from webdial.exchange.duplicates import KeyReusedError
from webdial.exchange.ringing import BlockedTooOftenError
from webdial.numbers import NumberError
from webdial.site.domain.computers import TooManyCodesError
from webdial.site.domain.waits import RETRY_AFTER, retry_after_s

MEDIA_TYPE = "application/problem+json"


class TooLargeError(WebdialError):
    code = "too_large"


class ShuttingDownError(WebdialError):
    code = "shutting_down"


class UnauthorisedError(WebdialError):
    code = "unauthorised"


class ActionGoneError(WebdialError):
    """What a helper asks for is not to be done any more."""

    code = "action_gone"


# From special to general: the first that fits decides.
_STATUS: tuple[tuple[type[WebdialError], int], ...] = (
    (JournalError, 503),
    (ShuttingDownError, 503),
    (TooLargeError, 413),
    (ActionGoneError, 409),
    (TooManyCodesError, 429),
    (BlockedTooOftenError, 429),
    (NumberError, 422),
    (InvalidValueError, 422),
    (NotFoundError, 404),
    (NotAllowedError, 403),
    (KeyReusedError, 422),
    (CallNotPlacedError, 409),
    (SourceError, 409),
    (WebdialError, 400),
)


class FaultModel(BaseModel):
    """One fault of a text, `start` to `end` (exclusive) in characters from 0."""

    code: str
    message: str
    start: int
    end: int


class Problem(BaseModel):
    """What went wrong. Branch on `code`; show `detail` to a person."""

    type: str = Field(default="about:blank", description="Always about:blank; the code says more.")
    title: str = Field(description="What kind of error this is.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong, as a sentence for a person.")
    code: str = Field(description="What went wrong, for a program.")
    hint: str | None = Field(default=None, description="What to do next.")
    faults: list[FaultModel] | None = Field(
        default=None, description="Where the number is at fault: characters from 0, end exclusive."
    )


def problem_of(error: WebdialError) -> Response:
    if isinstance(error, UnauthorisedError):
        return problem(401, error.error_code, error.message, headers={"WWW-Authenticate": "Bearer"})
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    faults = (
        [
            {"code": f.code, "message": f.message, "start": f.start, "end": f.end}
            for f in error.faults
        ]
        if isinstance(error, NumberError)
        else None
    )
    wait_s = retry_after_s(error, now=time.time())
    headers = {RETRY_AFTER: str(wait_s)} if wait_s is not None else None
    return problem(
        status, error.error_code, error.message, hint=error.hint, faults=faults, headers=headers
    )


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    hint: str = "",
    faults: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if hint:
        content["hint"] = hint
    if faults:
        content["faults"] = faults
    return Response(orjson.dumps(content), status, headers, MEDIA_TYPE)


async def on_webdial_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, WebdialError)
    return problem_of(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 400:  # FastAPI's word for bytes that are no text
        return problem(422, "invalid_request", "body: The body must be JSON in UTF-8.")
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of(request))
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(
        error.status_code, "http_error"
    )
    return problem(error.status_code, code, str(error.detail), headers=headers)


def _methods_of(request: Request) -> list[str]:
    """All methods of the path; the framework knows those of one operation alone (RFC 9110 section 10.2.1)."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    found: set[str] = set()
    for path, operations in paths.items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), request.url.path):
            found |= {method.upper() for method in operations}
    return sorted(found)


async def on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem(422, "invalid_request", f"{place}: {first['msg']}")


async def on_crash(_: Request, __: Exception) -> Response:
    return problem(500, "internal_error", "Something went wrong in the server.")


_TITLES = {
    400: "The request is not understood",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "The call was not placed",
    413: "The request is too large",
    422: "A value cannot be taken",
    429: "Too many requests",
    500: "Something went wrong in the server",
    503: "The server cannot place calls now",
}
