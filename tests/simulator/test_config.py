"""Phone systems that cannot be."""

from collections.abc import Callable

import pytest

from webdial.errors import InvalidValueError
from webdial.simulator import DeskPhone, OutsideParty, SimulatorConfig

CARL = DeskPhone(extension="201", name="Carl")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SimulatorConfig(desk_phones=()), "A phone system needs a desk phone."),
        (lambda: SimulatorConfig(desk_phones=(CARL, CARL)), "Two phones have 201."),
        (
            lambda: SimulatorConfig(
                desk_phones=(CARL,), outside_parties=(OutsideParty(number="2 01", name="Priya"),)
            ),
            "Two phones have 201.",
        ),
        (
            lambda: SimulatorConfig(
                desk_phones=tuple(DeskPhone(extension=str(n), name="") for n in range(201))
            ),
            "At most 200 phones of a kind.",
        ),
        (
            lambda: SimulatorConfig(desk_phones=(CARL,), product_url="javascript:alert(1)"),
            "The product's address is no web address.",
        ),
        (lambda: DeskPhone(extension="a b", name="Carl"), "“a b” cannot be an extension."),
        (
            lambda: OutsideParty(number="none", name="Priya"),
            "“none” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can.",
        ),
    ],
)
def test_impossible_config_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        make()
    assert refused.value.message == message
