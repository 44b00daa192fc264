"""What the caller is told of an answer without a success rule, by whose phone rings first."""

from dataclasses import replace

import pytest

from webdial.dialstring import parse_dial_string
from webdial.exchange.judging import judge_dial
from webdial.exchange.outcome import DIALLING, PICK_UP, Outcome
from webdial.phonesystems import Answer, Dial, RingsFirst, read_rule

WITHOUT_RULE = Dial(parse_dial_string("http://pbx.example/?to=#"))
WITH_RULE = replace(WITHOUT_RULE, success=(read_rule("status = 200"),))
OK = Answer(200, (), b"OK")
NOT_CONFIRMED = "Sent to the phone system, not confirmed."


@pytest.mark.parametrize(
    ("rings_first", "sentence"),
    [
        (RingsFirst.CALLER, f"{NOT_CONFIRMED} {PICK_UP}"),
        (RingsFirst.UNKNOWN, f"{NOT_CONFIRMED} {PICK_UP}"),
        (RingsFirst.NOBODY, f"{NOT_CONFIRMED} Your phone should be dialling now."),
    ],
)
def test_nobody_is_told_to_pick_up_a_phone_that_does_not_ring(
    rings_first: RingsFirst, sentence: str
) -> None:
    verdict = judge_dial(OK, WITHOUT_RULE, rings_first=rings_first, secrets=())
    assert verdict.outcome is Outcome.SENT
    assert verdict.sentence == sentence


@pytest.mark.parametrize(
    ("rings_first", "next_step"),
    [(RingsFirst.CALLER, PICK_UP), (RingsFirst.NOBODY, DIALLING), (RingsFirst.UNKNOWN, "")],
)
def test_accepted_call_says_what_the_caller_does_now(
    rings_first: RingsFirst, next_step: str
) -> None:
    verdict = judge_dial(OK, WITH_RULE, rings_first=rings_first, secrets=())
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.sentence == f"The phone system has accepted the call. {next_step}".strip()


def test_failure_is_told_without_a_next_step() -> None:
    verdict = judge_dial(
        Answer(404, (), b"no"), WITHOUT_RULE, rings_first=RingsFirst.NOBODY, secrets=()
    )
    assert verdict.outcome is Outcome.REJECTED
    assert verdict.next_step == ""
