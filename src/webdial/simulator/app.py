"""Puts the pretend phone system together as one Starlette application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from webdial.errors import InvalidValueError, NotFoundError, WebdialError
from webdial.simulator.addresses import addresses_route
from webdial.simulator.calls import Call, CallState
from webdial.simulator.clock import Clock, LoopClock
from webdial.simulator.config import SimulatorConfig
from webdial.simulator.controls import controls_of
from webdial.simulator.doors import doors_of
from webdial.simulator.fault_doors import FaultDoors
from webdial.simulator.fault_scripts import FAULTS_PATH
from webdial.simulator.feed import Feed
from webdial.simulator.guard import Guard
from webdial.simulator.page import pages_of
from webdial.simulator.received import ReceivedLog
from webdial.simulator.recorder import Recorder
from webdial.simulator.switchboard import Switchboard, WrongMomentError

_SENTENCES = {
    404: "There is nothing at this address. The page of this phone system lists those it has.",
    405: "This address takes other methods.",
}


@dataclass(frozen=True, slots=True)
class Simulator:
    """The parts of a running pretend phone system, for programs in the same event loop."""

    switchboard: Switchboard
    received: ReceivedLog
    feed: Feed

    async def wait_for(self, state: CallState, *, call_id: int | None = None) -> Call:
        """The newest call in `state`, or call `call_id` once it is; waits for it to be so."""
        while True:
            revision = self.feed.revision
            for call in reversed(self.switchboard.calls):
                if call.state is state and call_id in {None, call.call_id}:
                    return call
            await self.feed.wait_beyond(revision)

    def stop(self) -> None:
        """End every live stream, held answer and timer, so that a server can stop at once.

        uvicorn waits for open answers before it tells an application to stop: whoever runs the
        server calls this before `should_exit` takes effect.
        """
        self.switchboard.stop()
        self.feed.close()


def create_simulator(config: SimulatorConfig, *, clock: Clock | None = None) -> Starlette:
    """The application; `app.state.simulator` is its `Simulator`. It binds no address itself."""
    clock = clock or LoopClock()
    feed = Feed()
    received = ReceivedLog(feed.publish)
    switchboard = Switchboard(config, clock=clock, changed=feed.publish)
    simulator = Simulator(switchboard, received, feed)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        simulator.stop()

    guards = [] if config.open_to_others else [Middleware(Guard)]
    app = Starlette(
        routes=[
            *pages_of(config),
            *controls_of(switchboard, received, feed=feed, clock=clock),
            *doors_of(switchboard),
            addresses_route(),
            Route(
                f"{FAULTS_PATH}{{fault:path}}",
                FaultDoors(feed=feed, away=config.redirect_away_to),
                name="faults",
            ),
        ],
        middleware=[*guards, Middleware(Recorder, log=received, clock=clock)],
        exception_handlers={WebdialError: _tell_error, HTTPException: _tell_refusal},
        lifespan=lifespan,
    )
    app.state.simulator = simulator
    return app


async def _tell_error(_: Request, error: Exception) -> Response:
    """Every fault of a request as one plain sentence: these answers are read by people."""
    assert isinstance(error, WebdialError)
    return PlainTextResponse(f"{error} {error.hint}".rstrip(), status_code=_status_of(error))


def _status_of(error: WebdialError) -> int:
    match error:
        case NotFoundError():
            return 404
        case InvalidValueError():
            return 400
        case WrongMomentError():
            return 409
        case _:
            return 500


async def _tell_refusal(_: Request, error: Exception) -> Response:
    """Starlette's own refusals in our words; those raised here bring their sentence along."""
    assert isinstance(error, HTTPException)
    is_bare = error.detail == HTTPStatus(error.status_code).phrase
    sentence = _SENTENCES.get(error.status_code, error.detail) if is_bare else error.detail
    return PlainTextResponse(sentence, status_code=error.status_code, headers=error.headers)
