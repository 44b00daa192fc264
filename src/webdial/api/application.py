"""The FastAPI application behind /api/."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

import webdial
from webdial.api.browser import browser_routes
from webdial.api.calls import CALLS_PATH, calls_routes, place_call_directly
from webdial.api.cross_origin import for_pages_of_others
from webdial.api.desktop import desktop_routes
from webdial.api.phones import phones_routes
from webdial.api.problems import (
    MEDIA_TYPE,
    Problem,
    on_crash,
    on_http_error,
    on_invalid_request,
    on_webdial_error,
)
from webdial.api.reference_page import reference_page
from webdial.errors import WebdialError

_DESCRIPTION = (
    "Place calls from any program. Every request bears a user's token "
    "(`Authorization: Bearer TOKEN`), and that user is the caller: nobody can ring from another's "
    "extension. Errors are problem JSON (RFC 9457)."
)


_MAX_BODY_BYTES: Final = 256 * 1024
"""Of a request; the largest tells a helper's answer (webdial.api.desktop). Placing a call has its own limit."""


class Api:
    """The ASGI application: placing calls goes the short way, all else through FastAPI.

    What a page of another site may do of it, webdial.api.cross_origin decides.
    """

    def __init__(self) -> None:
        self._rest = _create_rest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for_pages = for_pages_of_others(scope)
        if for_pages is not None:
            if for_pages.preflight is not None:
                await for_pages.preflight(scope, receive, send)
                return
            send = for_pages.telling(send)
        if scope["path"] == CALLS_PATH and scope["method"] == "POST":
            await place_call_directly(scope, receive, send)
        else:
            await self._rest(scope, _bounded(receive), send)


def _bounded(receive: Receive) -> Receive:
    """`receive` that gives up at a body that is too large, before it is kept. FastAPI's own limit answers
    it without problem JSON.
    """
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _MAX_BODY_BYTES:
            raise HTTPException(413, f"The body has more than {_MAX_BODY_BYTES:,} bytes.")
        return message

    return bounded


def _create_rest() -> FastAPI:
    api = FastAPI(
        title="Webdial API",
        version=webdial.__version__,
        description=_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
        exception_handlers={
            WebdialError: on_webdial_error,
            HTTPException: on_http_error,
            RequestValidationError: on_invalid_request,
            Exception: on_crash,
        },
    )
    api.include_router(calls_routes())
    api.include_router(phones_routes())
    api.include_router(desktop_routes())
    api.include_router(browser_routes())
    make_schema = api.openapi
    api.openapi = lambda: _with_problems(make_schema)  # type: ignore[method-assign]
    api.add_route("/api/v1/docs", reference_page, include_in_schema=False)
    return api


def _with_problems(make_schema: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The schema with problem JSON for every error, which FastAPI would describe as its own JSON."""
    schema = make_schema()
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = schema["components"]["schemas"]
    schemas |= {**model.pop("$defs", {}), "Problem": model}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for methods in schema["paths"].values():
        for operation in methods.values():
            if "requestBody" in operation:
                operation["responses"].setdefault("413", {"description": "Problem"})
            for status, answer in operation["responses"].items():
                if status >= "400":
                    answer["content"] = {MEDIA_TYPE: reference}
    return schema
