"""The reference: a bare relay on Starlette and aiohttp, as fast as one would write it by hand.

`POST /call` with `{"number": "..."}` sends one GET to the stand-in and answers 201 with JSON. It
knows no users and no settings, checks nothing and writes nothing down: the time it takes is the
time any call placed over HTTP takes in this language. `GET /ready` answers 200.

Everything a competent hand would do for speed is done: one client session for the life of the
process with kept-alive connections and no cookie jar, the URL built without a second parse,
orjson both ways, one route table, no middleware. `serve_command` says how uvicorn runs it.
"""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import aiohttp
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from yarl import URL

from bench import calls
from bench.loop import HAS_UVLOOP
from bench.servers import HOST, Command

TARGET_VARIABLE = "BENCH_RELAY_TARGET"
"""Environment variable with the URL to dial; `?from=201&to=<number>` is put behind it."""

_TARGET = os.environ.get(TARGET_VARIABLE, "")
_session: aiohttp.ClientSession


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    global _session  # noqa: PLW0603  (aiohttp wants the running loop, a handler the quickest name)
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    _session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    async with _session:
        yield


async def place_call(request: Request) -> Response:
    """Dial the number of the body; 201 when the stand-in said 200, else 502."""
    number = orjson.loads(await request.body())["number"]
    url = URL(f"{_TARGET}?from=201&to={quote(number, safe='')}", encoded=True)
    async with _session.get(url) as answer:
        text = await answer.text()
        status = 201 if answer.status == 200 else 502
    content = orjson.dumps({"number": number, "answer": text})
    return Response(content, status, media_type="application/json")


async def say_ready(_request: Request) -> Response:
    """The page that is asked for until it comes."""
    return Response(b"ready")


app = Starlette(
    routes=[
        Route("/call", place_call, methods=["POST"]),
        Route("/ready", say_ready, methods=["GET"]),
    ],
    lifespan=_lifespan,
)


def serve_command(port: int, *, dial_url: str) -> Command:
    """How the relay is served: one worker, no access log, the fast parts named."""
    loop = "uvloop" if HAS_UVLOOP else "asyncio"
    return Command(
        name="bare relay",
        argv=(
            *(sys.executable, "-m", "uvicorn", "bench.relay:app"),
            *("--host", HOST, "--port", str(port), "--workers", "1"),
            *("--loop", loop, "--http", "httptools", "--ws", "none"),
            *("--no-access-log", "--log-level", "warning", "--no-proxy-headers"),
        ),
        port=port,
        ready_path="/ready",
        environment={**os.environ, TARGET_VARIABLE: dial_url},
    )


def call_requests(command: Command) -> Iterator[bytes]:
    """Calls for the relay, each to another number; 201 is the answer."""
    return calls.posts(command.authority, "/call")
