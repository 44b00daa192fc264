"""Answers are data: no rule hangs on them, and what is shown of them is text."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_faults.py::test_fault_ends_as_the_table_says",
    "tests/secrets/test_planted_secret.py::test_calls_show_no_secret_whatever_the_phone_system_repeats",
)
