"""Fixtures of all tests: real parts, and real servers of the program."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.order import put_longest_first
from tests.server import Installation

pytest_plugins = ["tests.real.fixtures"]

# A loaded machine is no fault of the code: how long an example takes is not what these tests tell.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", deadline=None, suppress_health_check=list(HealthCheck), max_examples=3_000
)
settings.load_profile("suite")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    put_longest_first(items, config.rootpath)


def pytest_collection_finish() -> None:
    """Ten thousand tests and what they import stay: to look for garbage among them took a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A data folder with a branch, a caller and a token, on each of the databases."""
    folder = tmp_path_factory.mktemp("webdial")
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            cluster = request.getfixturevalue("postgres")
            url = stack.enter_context(cluster.fresh_database())
        yield _installed(folder, url)


@pytest.fixture(scope="module")
def sqlite_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """As `installation`, on SQLite alone."""
    return _installed(tmp_path_factory.mktemp("webdial"), "")


def _installed(folder: Path, database_url: str) -> Installation:
    installation = Installation(folder, database_url)
    installation.prepare()
    return installation
