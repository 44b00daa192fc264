"""Serves the files that pages load, straight from the packages they come in.

Their address holds a version that changes with their content, so browsers may keep them for ever.
An older address still finds the newest file, but is not kept.

One file is for pages of other programs, and has an address that stays: ELEMENT_PATH.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from webdial.site.assets import ELEMENT_PATH, assets_folders

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_KEPT: Final = "no-cache"
_FOR_AN_HOUR: Final = "public, max-age=3600"

Scope = MutableMapping[str, Any]


class StaticFolders:
    """An ASGI application for paths /static/<version>/<file>."""

    def __init__(self, url: str) -> None:
        self._url = url
        ours, *others = assets_folders()
        self._files = StaticFiles(directory=ours)
        self._files.all_directories = [ours, *others]

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        path = scope["path"]
        file = "/".join(path.split("/")[3:])
        response: Response
        try:
            response = await self._files.get_response(file, scope)
        except Exception:
            response = PlainTextResponse("There is no such file.", status_code=404)
        is_current = path.startswith(self._url) and response.status_code < 400
        response.headers["Cache-Control"] = _FOR_EVER if is_current else _NOT_KEPT
        response.headers["X-Content-Type-Options"] = "nosniff"
        if path == ELEMENT_PATH:
            _open_to_all(response)
        await response(scope, receive, send)


def _open_to_all(response: Response) -> None:
    """Any page may load it, also one that wants every file to say so (COEP, integrity)."""
    response.headers["Cache-Control"] = _FOR_AN_HOUR
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
