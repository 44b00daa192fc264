"""Toll fraud is bounded: what a stolen token can ring, how often, and how it can be written."""

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/numbers/test_ranges.py::test_no_way_of_writing_hides_what_a_number_is",
    "tests/api/test_ringing.py::test_stolen_token_gets_no_further_than_the_limit_and_is_revoked_everywhere",
)


@pytest.mark.parametrize(
    "number",
    ["+1 202 555 0123", "001 202 555 0123", "0044 900 123 4567", "+44 9098 790123", "09098 790123",
     "+881 6 1234 5678", "00 881 612345678", "+44 (0)9098 790123", "tel:+12025550123", "＋12025550123"],
)  # fmt: skip
def test_stolen_token_rings_no_dear_number(attacked: AttackedSite, number: str) -> None:
    dialled = attacked.phones.requests_seen
    answer = attacked.program("dora").call(number, confirmed=True)
    assert answer.json().get("outcome", "refused") in {"blocked", "refused"}, answer.body
    assert attacked.phones.requests_seen == dialled
