"""One sick phone system harms no other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by
from tests.running.test_nothing_lost import phone_system
from webdial.simulator.faults import FaultServer

test_proven_elsewhere = proven_by(
    "tests/running/test_sick_phone_systems.py::test_breaker_that_opens_on_one_holds_on_the_other_until_it_is_tried",
    "tests/running/test_sick_phone_systems.py::test_calls_in_flight_on_one_count_on_the_other",
)
MECHANISM: Final = "Use Web Phone Dialling Mechanism"
TIME_LIMIT: Final = "Web Phone Dialling Total Time Limit"
MANY: Final = 20


@pytest.fixture
def silent() -> Iterator[FaultServer]:
    """A phone system that takes every request and never answers."""
    with phone_system() as silent:
        yield silent


def test_calls_through_others_go_on_while_many_wait_for_one(
    attacked: AttackedSite, silent: FaultServer
) -> None:
    attacked.hire("patience", {MECHANISM: silent.url("never", "?to=#"), TIME_LIMIT: "5"})
    patience, carl = attacked.program("patience"), attacked.program("carl")
    with ThreadPoolExecutor(MANY) as pool:
        waiting = [pool.submit(patience.call, f"016329613{count:02}") for count in range(MANY)]
        silent.wait(1)  # type: ignore[attr-defined]
        assert carl.call("01632961400").json()["outcome"] == "sent"
        assert not any(each.done() for each in waiting)
        outcomes = [each.result(60).json()["outcome"] for each in waiting]
    assert set(outcomes) <= {"timed_out", "held_back"}
    assert silent.requests_seen == outcomes.count("timed_out")


def test_address_that_is_gone_is_not_asked_for_ever(attacked: AttackedSite) -> None:
    """After some failures calls are held back at once, while others go on, on the same machine too."""
    with phone_system() as gone:
        address = gone.url("", "/?to=#")
    attacked.hire("knocker", {MECHANISM: address})
    knocker = attacked.program("knocker")
    outcomes = [knocker.call(f"016329615{count:02}").json()["outcome"] for count in range(12)]
    assert set(outcomes) == {"connection_refused", "held_back"}
    assert outcomes == sorted(outcomes)
    assert (
        outcomes.count("connection_refused") == 5
    )  # Phone System Failures, as it is set by default
    assert attacked.program("carl").call("01632961599").json()["outcome"] == "sent"
