"""A sign-in at a phone system comes back to who set out, once, with its proof."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_phone_sign_in.py::test_state_is_good_for_one_return",
    "tests/site/test_phone_sign_in.py::test_state_of_another_user_is_no_use",
    "tests/site/test_phone_sign_in.py::test_proof_of_another_departure_is_refused",
    "tests/site/test_phone_sign_in.py::test_getting_begins_nothing",
)
