"""What is asked by machines that watch: /healthz, /readyz and /metrics, an ASGI application.

Served before the site, and whatever the Host header is: an orchestrator asks by the address of a
machine, which is no name of ours. None of the three shows anything of a user or a call.
"""

import asyncio
import hmac
from typing import Final, cast

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from webdial.metrics import CONTENT_TYPE, Metrics
from webdial.site.health import Health

PATHS: Final = frozenset({"/healthz", "/readyz", "/metrics"})

_BEARER: Final = "bearer "
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


class Monitoring:
    """Answers for the paths in PATHS. Without `metrics_token` there are no metrics."""

    def __init__(self, metrics_token: str) -> None:
        self._token = metrics_token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(Request(scope)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return _text("Only GET is understood here.", 405, Allow="GET, HEAD")
        match request.url.path:
            case "/healthz":
                return _text("ok")
            case "/readyz":
                return await _readiness(cast("Health", request.scope["state"]["health"]))
            case _:
                return await self._figures(request)

    async def _figures(self, request: Request) -> Response:
        metrics: Metrics | None = request.scope["state"].get("metrics")
        if not self._token or metrics is None:
            return _text("Metrics are off: WEBDIAL_METRICS_TOKEN is not set.", 404)
        header = request.headers.get("authorization", "")
        given = header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""
        if not hmac.compare_digest(given.encode(), self._token):
            return _text(
                "The token of the metrics is wanted.", 401, **{"WWW-Authenticate": "Bearer"}
            )
        text = await asyncio.to_thread(metrics.text)
        return Response(text, headers=_NOT_KEPT, media_type=CONTENT_TYPE)


async def _readiness(health: Health) -> Response:
    found = await health.readiness()
    content = orjson.dumps({"ready": found.is_ready, "parts": found.parts})
    status = 200 if found.is_ready else 503
    return Response(content, status, _NOT_KEPT, "application/json")


def _text(text: str, status: int = 200, **headers: str) -> Response:
    return PlainTextResponse(f"{text}\n", status, {**_NOT_KEPT, **headers})
