"""A call is on disk before it is sent, and is sent once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by
from tests.running.test_nothing_lost import phone_system
from webdial.simulator.fault_scripts import FAULTS, Asked, FaultScript, Step, answer
from webdial.simulator.faults import FaultServer

test_proven_elsewhere = proven_by(
    "tests/running/test_nothing_lost.py::test_killed_while_the_phone_system_is_silent",
    "tests/running/test_nothing_lost.py::test_killed_again_and_again",
    "tests/running/test_nothing_lost.py::test_full_disk_stops_the_call_before_it_is_sent",
    "tests/exchange/test_sender.py::test_nothing_is_sent_twice_whatever_the_fault",
)

TAKEN_AND_LOST: Final = (
    "hangs-up", "resets", "closes", "nonsense", "error", "refuse", "busy", "garbled",
)  # fmt: skip
"""What befalls a request that the phone system has read, and after which it may ring."""

WATCHED: Final = "01632963599"


def number_of(fault: str) -> str:
    return f"016329635{TAKEN_AND_LOST.index(fault):02}"


class Witness:
    """Looks into the log at the moment when a request is there."""

    def __init__(self, attacked: AttackedSite) -> None:
        self._file = attacked.installation.folder / "webdial.sqlite3"
        self.saw: list[str] = []

    def steps(self, _: Asked) -> Iterator[Step]:
        with closing(sqlite3.connect(self._file)) as database:
            query = "SELECT outcome FROM webdial_call WHERE dialled = ?"
            self.saw += [outcome for (outcome,) in database.execute(query, [WATCHED])]
        return answer(200, "OK")


@pytest.fixture(scope="module")
def witness(attacked: AttackedSite) -> Witness:
    return Witness(attacked)


@pytest.fixture(scope="module")
def phones(attacked: AttackedSite, witness: Witness) -> Iterator[FaultServer]:
    faults = [replace(FAULTS[each], name=number_of(each)) for each in TAKEN_AND_LOST]
    watching = FaultScript(WATCHED, "Looks.", witness.steps)
    scripts = {each.name: each for each in (*faults, watching)}
    with phone_system(scripts=FAULTS | scripts) as phones:
        attacked.hire("una", {"Use Web Phone Dialling Mechanism": phones.url("", "/faults/#")})
        yield phones


@pytest.mark.parametrize("fault", TAKEN_AND_LOST)
def test_what_may_have_rung_is_not_sent_again(
    attacked: AttackedSite, phones: FaultServer, fault: str
) -> None:
    asked = phones.requests_seen
    called = attacked.program("una").call(number_of(fault))
    assert called.status == 201
    assert phones.requests_seen == asked + 1
    assert phones.requests[-1].target.endswith(number_of(fault))


@pytest.mark.usefixtures("phones")
def test_call_is_on_disk_before_it_is_sent(attacked: AttackedSite, witness: Witness) -> None:
    assert attacked.program("una").call(WATCHED).json()["outcome"] == "sent"
    assert witness.saw == ["placing"]
