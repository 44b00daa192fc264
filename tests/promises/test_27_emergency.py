"""An emergency number is rung on purpose."""

import pytest

from tests.promises.attacked import AttackedSite


@pytest.mark.parametrize("number", ["999", "112", "9 9 9", "(999)", "tel:999", "９９９", "1-1-2"])
def test_it_does_not_ring_by_the_way(attacked: AttackedSite, number: str) -> None:
    dialled = attacked.phones.requests_seen
    for confirmed in (None, False, "true", 1, "yes"):
        fields = {} if confirmed is None else {"confirmed": confirmed}
        assert attacked.program("dora").call(number, **fields).status in {403, 409, 422}
    assert attacked.browser("dora").submit("/calls", number=number).status == 422
    assert attacked.phones.requests_seen == dialled
