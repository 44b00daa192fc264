"""What most tests of the pretend phone system begin with."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator.hand_clock import HandClock
from tests.simulator.phone_system import PhoneSystem, StartPhoneSystem, phone_systems
from webdial.simulator import DeskPhone, OutsideParty, SimulatorConfig


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def config() -> SimulatorConfig:
    """Three desk phones and two known numbers; nothing waits but people."""
    return SimulatorConfig(
        desk_phones=(
            DeskPhone(extension="201", name="Carl Chambers", branch="Bristol"),
            DeskPhone(extension="202", name="Bea Barlow", branch="Bristol"),
            DeskPhone(extension="301", name="Dora Devereux", branch="Leeds"),
        ),
        outside_parties=(
            OutsideParty(number="020 7946 0123", name="Harbour Foods"),
            OutsideParty(number="0117 496 0321", name="Priya Patel"),
        ),
        started_from="webdial demo",
        dialling_s=0.0,
        auto_answer_after_s=0.0,
    )


@pytest.fixture
async def start(config: SimulatorConfig) -> AsyncIterator[StartPhoneSystem]:
    """Start phone systems of a config of one's own; all stop with the test."""
    async with phone_systems(config) as start_one:
        yield start_one


@pytest.fixture
async def system(start: StartPhoneSystem) -> PhoneSystem:
    return await start()
