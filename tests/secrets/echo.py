"""A phone system that repeats what it was sent, as careless ones do, in one encoding after another."""

import base64
import html
import json
from collections.abc import Callable, Mapping
from typing import Final, Self
from urllib.parse import quote, quote_plus, unquote

from aiohttp import web

WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": lambda text: text,
    "json": json.dumps,
    "php": lambda text: json.dumps(text).replace("/", "\\/"),
    "percent": lambda text: quote(text, safe=""),
    "plus": quote_plus,
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "cut": lambda text: "." * 470 + text,
}
"""How it writes each value; `cut` puts it where the part that is kept ends."""


class EchoingSystem:
    """Listens on loopback while its context is entered. It refuses with `status` and repeats by `way`."""

    def __init__(self) -> None:
        self.way, self.status = "plain", 500
        self.requests: list[str] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self._answer)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        form = [str(value) for value in (await request.post()).values()]
        query = list(request.query.values())
        headers = [value for name, value in request.headers.items() if name in _WATCHED]
        basic = [_opened(value) for value in headers if value.startswith("Basic ")]
        bearer = [value.removeprefix("Bearer ") for value in headers if value.startswith("Bearer ")]
        latin = [value.encode("utf-8", "surrogateescape").decode() for value in headers]
        self.requests.append(f"{request.path_qs}\n{headers}\n{body}")
        write = WAYS[self.way]
        values = [*form, *query, *basic, *bearer, *latin, body, unquote(body), request.path_qs]
        said = " | ".join(write(value) for value in values if value)
        if self.way in {"json", "php"}:
            said = f'{{"error": "refused", "error_description": {write(" | ".join(values))}}}'
        return web.Response(text=said, status=self.status, headers={"X-Echo": "yes"})


_WATCHED: Final = frozenset({"Authorization", "X-Site", "X-Key"})


def _opened(value: str) -> str:
    return base64.b64decode(value.removeprefix("Basic ")).decode().partition(":")[2]
