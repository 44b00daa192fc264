"""What the tests of the bench share."""

import pytest

from tests.bench.own_children import OwnChildren


@pytest.fixture
def own_children() -> OwnChildren:
    return OwnChildren()
