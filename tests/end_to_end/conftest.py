"""What stands around a browser here: the server over a module's `installed`, a phone system, a page of others."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.end_to_end.strange_site import StrangeSite, strange_site
from tests.real.addresses import Slot
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer


@pytest.fixture(scope="module")
def server(installed: Installation) -> Iterator[Server]:
    with installed.serving() as server:
        yield server


@pytest.fixture
def elsewhere(slot: Slot) -> Iterator[StrangeSite]:
    with strange_site(slot.host(81)) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def phone_system() -> AsyncIterator[FaultServer]:
    async with FaultServer() as phone_system:
        yield phone_system
