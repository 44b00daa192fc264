"""One site for all promises, and one more behind https."""

from collections.abc import Iterator

import pytest

from tests.promises.attacked import AttackedSite, attacked_site


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedSite]:
    with attacked_site(tmp_path_factory.mktemp("attacked")) as site:
        yield site
