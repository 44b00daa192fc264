"""Writes every request from the outside into the log, with the answer it got.

Stands around the whole application, so that a mistyped address and a fault made on purpose are
seen too. The page's own traffic is left out.
"""

from dataclasses import dataclass, field
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webdial.simulator.clock import Clock
from webdial.simulator.masking import mask_header, mask_parameters
from webdial.simulator.received import (
    MAX_ANSWER_CHARS,
    MAX_BODY_CHARS,
    MAX_HEADER_CHARS,
    MAX_HEADERS,
    Progress,
    ReceivedLog,
    shorten_to,
)

_OWN_PATHS = frozenset(
    {
        "/",
        "/favicon.ico",
        "/api/addresses",
        "/api/calls",
        "/api/events",
        "/api/phones",
        "/api/requests",
        "/api/reset",
    }
)
_OWN_FOLDERS = ("/page/", "/api/phones/")


class Recorder:
    """ASGI application around `app` that keeps its requests in `log`."""

    def __init__(self, app: ASGIApp, *, log: ReceivedLog, clock: Clock) -> None:
        self._app = app
        self._log = log
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._log, self._begin(scope))
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            exchange.finish()

    def _begin(self, scope: Scope) -> int:
        return self._log.begin(
            at=self._clock.now(),
            method=scope["method"],
            target=mask_parameters(_target(scope)),
            headers=_headers(scope),
        )


@dataclass(slots=True)
class _Exchange:
    """One request on its way in and its answer on its way out."""

    inner_receive: Receive
    inner_send: Send
    log: ReceivedLog
    entry_id: int
    began_s: float = field(default_factory=monotonic)
    body: bytearray = field(default_factory=bytearray)
    status: int | None = None
    answer: bytearray = field(default_factory=bytearray)
    is_complete: bool = False

    async def receive(self) -> Message:
        message = await self.inner_receive()
        if message["type"] == "http.request":
            self.body += message.get("body", b"")[: MAX_BODY_CHARS + 1 - len(self.body)]
            if self.body and not message.get("more_body", False):
                self.log.show_body(self.entry_id, mask_parameters(_decode(self.body)))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.is_complete = not message.get("more_body", False)
            if not self.answer and not self.is_complete:
                self.log.show_status(self.entry_id, self.status)
            self.answer += message.get("body", b"")[: MAX_ANSWER_CHARS + 1 - len(self.answer)]
        await self.inner_send(message)

    def finish(self) -> None:
        self.log.finish(
            self.entry_id,
            progress=Progress.ANSWERED if self.is_complete else Progress.BROKEN_OFF,
            status=self.status,
            answer=_decode(self.answer),
            took_ms=round((monotonic() - self.began_s) * 1000, 1),
        )


def _is_own(path: str) -> bool:
    return path in _OWN_PATHS or path.startswith(_OWN_FOLDERS)


def _target(scope: Scope) -> str:
    """Path and query as they came over the wire."""
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _headers(scope: Scope) -> tuple[tuple[str, str], ...]:
    named = (
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"][:MAX_HEADERS]
    )
    return tuple(
        (shorten_to(name, MAX_HEADER_CHARS), shorten_to(mask_header(name, value), MAX_HEADER_CHARS))
        for name, value in named
    )


def _decode(raw: bytearray) -> str:
    return raw.decode("utf-8", errors="replace")
