"""A person with the extension, and sites for them to read."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.extension.browser import Person, person_with_extension
from tests.extension.sites import Sites
from tests.real.presence import require


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    require("chromium")
    async with person_with_extension(tmp_path_factory.mktemp("chromium")) as person:
        yield person


@pytest_asyncio.fixture(loop_scope="module")
async def reader(one_person: Person) -> Person:
    """Somebody in Britain who has numbers marked on all sites, nothing paired and no page open."""
    await one_person.start_anew()
    return one_person


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    with Sites() as sites:
        yield sites
