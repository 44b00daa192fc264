"""Answers that stay open: the page's live events, and faults that take their time.

uvicorn waits for open answers before it stops, so each of them also ends when the feed closes.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from webdial.simulator.feed import Feed

HEARTBEAT_S = 15.0
"""A comment this often shows the browser, and any proxy between, that the stream lives."""

RETRY_MS = 1000
"""How soon the browser comes back after the stream broke."""

BREATH_S = 0.05
"""Changes that follow this fast upon each other are told together: a burst of calls would
otherwise send the whole wall once per change."""

MAX_WATCHERS = 50
"""Streams open at once."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

Updates = Callable[[int | None], Mapping[str, Any]]
"""Named events for a watcher who has seen up to a revision; None for one who has seen nothing."""


async def hold_open(
    work: Coroutine[Any, Any, None], *, receive: Receive, closing: asyncio.Event
) -> None:
    """Run `work` until it is done, the client has gone, or `closing` is set.

    The request's body must have been read: whatever `receive` brings next counts as goodbye.
    """
    tasks = [
        asyncio.ensure_future(work),
        asyncio.ensure_future(_wait_for_goodbye(receive)),
        asyncio.ensure_future(closing.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]


async def _wait_for_goodbye(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream:
    """ASGI response of Server-Sent Events (HTML Living Standard section 9.2).

    Begins with everything, then tells what `updates` finds whenever the feed moves.
    """

    def __init__(self, feed: Feed, updates: Updates) -> None:
        self._feed = feed
        self._updates = updates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._feed.watchers >= MAX_WATCHERS:
            refusal = PlainTextResponse("Too many pages are open already.", status_code=503)
            await refusal(scope, receive, send)
            return
        self._feed.watchers += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await hold_open(self._tell(send), receive=receive, closing=self._feed.closed)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._feed.watchers -= 1

    async def _tell(self, send: Send) -> None:
        seen: int | None = None
        await _send_text(send, f"retry: {RETRY_MS}\n\n")
        while True:
            revision = self._feed.revision
            await _send_text(send, _as_events(self._updates(seen)))
            seen = revision
            await asyncio.sleep(BREATH_S)
            while not await self._moves_beyond(revision):
                await _send_text(send, ": still here\n\n")

    async def _moves_beyond(self, revision: int) -> bool:
        """Whether the feed moved before the next heartbeat is due."""
        try:
            await asyncio.wait_for(self._feed.wait_beyond(revision), HEARTBEAT_S)
        except TimeoutError:
            return False
        return True


async def _send_text(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _as_events(updates: Mapping[str, Any]) -> str:
    return "".join(
        f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
        for name, data in updates.items()
    )
