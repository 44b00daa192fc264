"""What the tests of phone systems share."""

import pytest
import trustme


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority whose certificates stand-ins show and callers trust."""
    return trustme.CA()
