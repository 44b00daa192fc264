"""One process that serves: until it is told to end, and from then on until it has ended in good order.

Told to end, it first says so at /readyz and goes on serving for a while, so that whoever shares out
requests sends it no more. Then it closes its door (webdial.cli.door), and what is under way gets time to finish.
"""

import asyncio
import contextlib
import signal
import socket
import time
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn

from webdial.cli import door
from webdial.cli.http_protocol import BoundedProtocol
from webdial.cli.service_manager import ServiceManager, Superior
from webdial.runtime import SHUTDOWN_S

if TYPE_CHECKING:
    from webdial.asgi import Application
    from webdial.site.health import Health

_TICKS_A_SECOND: Final = 10
"""uvicorn looks that often whether it shall end."""

IN_FLIGHT_S: Final = 0.5
"""For a request that is on its way over a connection that looks idle: some round trips across a continent."""

_LOOKS: Final = 25
"""In this time, whether there is such a connection yet."""

_LAST_ANSWER: Final = (b"connection", b"close")
"""With every answer from then on: a connection that is kept would be closed under somebody's next request."""


def run_server(
    application: "Application",
    listening: socket.socket,
    *,
    drain_s: float = 0.0,
    superior: Superior | None = None,
    is_alone: bool = True,
) -> None:
    """Serve until a signal comes, `drain_s` seconds longer, and until what is under way has finished.

    Not `is_alone`: others take connections from the same socket, and may go on.
    """
    config = uvicorn.Config(
        application,
        http=BoundedProtocol,
        lifespan="on",
        ws="none",  # there is none to serve, and a request for one would tell to install a library
        log_config=None,  # its lines look as all others do
        log_level="error",  # its warnings tell of requests that cannot be read: whoever sends them would fill the log
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(SHUTDOWN_S),
    )
    # A signal that comes before the server takes them over, or after, only ends this function, so
    # that whoever called it can put away its own things.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = _Server(config, application, drain_s, superior or ServiceManager(), is_alone=is_alone)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """uvicorn's, which would close its door at the first signal."""

    def __init__(
        self,
        config: uvicorn.Config,
        application: "Application",
        drain_s: float,
        superior: Superior,
        *,
        is_alone: bool,
    ) -> None:
        super().__init__(config)
        self._application = application
        self._drain_s = drain_s
        self._superior = superior
        self._is_alone = is_alone
        self._is_told_to_end = False
        self._closes_at_s: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the end. Ctrl+C once more hastens it; SIGTERM once more does not,
        since a service manager may send it to every process of ours, whoever passes it on.
        """
        if self._is_told_to_end and sig == signal.SIGINT:
            super().handle_exit(sig, frame)
        self._is_told_to_end = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._superior.tell_ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SECOND == 0 and not self._superior.tell_alive():
            self._is_told_to_end = True
        is_over = await super().on_tick(counter)
        if not self._is_told_to_end:
            return is_over
        if self._closes_at_s is None:
            self._begin_to_end()
        return is_over or (self._closes_at_s or 0.0) <= time.monotonic()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.should_exit = True  # so that Ctrl+C from here on hastens the end, however it began
        self._application.let_go()  # or every request that merely waits would be waited for
        for listening in sockets or ():
            await self._close_door(listening)
        await self._hear_out()
        await super().shutdown(sockets)

    async def _close_door(self, listening: socket.socket) -> None:
        if self._is_alone:
            door.keep_out(listening)
        if not self.force_exit:
            await door.let_in(listening)
        for server in self.servers:
            server.close()
        listening.close()

    async def _hear_out(self) -> None:
        """Let requests come in that are on their way; with its answer each connection ends."""
        self._end_with_answer()
        for _ in range(_LOOKS):
            await asyncio.sleep(IN_FLIGHT_S / _LOOKS)
            if self.force_exit or not any(each.is_idle for each in self._connections()):
                return

    def _end_with_answer(self) -> None:
        """The requests under way were given their headers before _LAST_ANSWER was among them."""
        for each in self._connections():
            if not each.is_idle:
                each.shutdown()

    def _connections(self) -> "list[BoundedProtocol]":
        return cast("list[BoundedProtocol]", list(self.server_state.connections))

    def _begin_to_end(self) -> None:
        self._closes_at_s = time.monotonic() + self._drain_s
        self._superior.tell_ending()
        state: dict[str, Any] = self.lifespan.state
        health: Health = state["health"]
        health.is_stopping = True
        self.config.encoded_headers.append(_LAST_ANSWER)
        self.server_state.default_headers.append(_LAST_ANSWER)
        self._end_with_answer()
