"""Every fault of the table, met for real: outcome, sentence, and how often the phone system was asked."""

import pytest

from tests.exchange.fault_table import Fault, Result, faults, meet
from webdial.exchange import Outcome
from webdial.exchange.verdicts import MAX_KEPT_ANSWER
from webdial.simulator.fault_scripts import FAULTS

TABLE = faults()


@pytest.mark.parametrize("fault", TABLE, ids=[fault.name for fault in TABLE])
async def test_fault_ends_as_the_table_says(fault: Fault) -> None:
    result = await meet(fault)
    verdict = result.verdict
    assert (verdict.outcome, verdict.status) == (Outcome(fault.outcome), fault.status)
    assert verdict.sentence == fault.sentence
    assert result == Result(verdict, fault.requests)
    assert len(verdict.answer) <= MAX_KEPT_ANSWER
    assert verdict.answer.isprintable()


def test_table_has_every_fault_that_the_simulator_plays() -> None:
    played = {fault.fault for fault in TABLE}
    assert played >= FAULTS.keys() - {"slow"}, "slow answers in time when it is asked to"


def test_names_are_unique() -> None:
    assert len({fault.name for fault in TABLE}) == len(TABLE)
