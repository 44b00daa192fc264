"""Every change is kept with who, when, before and after, in the transaction that makes it."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_changes_domain.py::test_every_act_is_kept",
    "tests/site/test_changes_domain.py::test_an_act_that_fails_leaves_no_change",
    "tests/site/test_changes_domain.py::test_secrets_are_told_by_name_alone",
    "tests/site/accounts/test_second_factor.py::test_own_second_factors_are_in_the_history",
)
