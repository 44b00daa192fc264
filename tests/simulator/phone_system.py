"""A pretend phone system on a real socket, and what a client of it needs."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import uvicorn

from webdial.simulator import Simulator, SimulatorConfig, create_simulator


class EventServer(uvicorn.Server):
    """uvicorn that tells when it is up and waits for an event instead of looking every 0.1 s."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()
        self.is_to_stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        await self.is_to_stop.wait()


@dataclass(frozen=True, slots=True)
class PhoneSystem:
    """A running pretend phone system and a client whose addresses are relative to it."""

    url: str
    simulator: Simulator
    client: aiohttp.ClientSession
    server: EventServer
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        self.simulator.stop()
        self.server.is_to_stop.set()
        await self.serving


@asynccontextmanager
async def run_phone_system(config: SimulatorConfig, port: int = 0) -> AsyncIterator[PhoneSystem]:
    app = create_simulator(config)
    listening = socket.create_server(("127.0.0.1", port))
    server = EventServer(uvicorn.Config(app, log_level="critical", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await server.is_up.wait()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(20)) as client:
        system = PhoneSystem(url, app.state.simulator, client, server, serving)
        try:
            yield system
        finally:
            await system.stop()


class StartPhoneSystem(Protocol):
    """Start one more phone system; it stops with the test."""

    async def __call__(
        self, config: SimulatorConfig | None = None, *, port: int = 0
    ) -> PhoneSystem: ...


@asynccontextmanager
async def phone_systems(usual: SimulatorConfig) -> AsyncIterator[StartPhoneSystem]:
    """Lets a test start phone systems, of the usual config unless it brings its own."""
    async with AsyncExitStack() as running:

        async def start(config: SimulatorConfig | None = None, *, port: int = 0) -> PhoneSystem:
            return await running.enter_async_context(run_phone_system(config or usual, port))

        yield start


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: str


async def read_events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    """Server-Sent Events as a browser's EventSource cuts them; comments are left out."""
    name, data = "message", ""
    async for raw in response.content:
        field_name, _, value = raw.decode().rstrip("\n").partition(": ")
        if field_name == "event":
            name = value
        elif field_name == "data":
            data = value
        elif not field_name and data:
            yield Event(name, data)
            name, data = "message", ""
