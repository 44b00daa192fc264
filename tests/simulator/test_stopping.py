"""A server with open pages and held answers stops when told."""

import asyncio
from contextlib import suppress

import aiohttp

from tests.simulator.phone_system import PhoneSystem


async def test_open_streams_and_held_answers_do_not_hold_the_server(system: PhoneSystem) -> None:
    page = await system.client.get("/api/events")
    held = asyncio.ensure_future(system.client.get("/faults/never"))
    endless = await system.client.get("/faults/endless")
    await asyncio.wait_for(_received(system, 2), 5)
    await system.client.get("/api/call/makecall/201/1")

    await asyncio.wait_for(system.stop(), 10)

    page.close()
    endless.close()
    with suppress(aiohttp.ClientError):
        (await held).close()


async def _received(system: PhoneSystem, count: int) -> None:
    while len(system.simulator.received) < count:
        await system.simulator.feed.wait_beyond(system.simulator.feed.revision)
