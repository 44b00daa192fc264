"""One sick phone system harms no other."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_sick_phone_systems.py::test_breaker_that_opens_on_one_holds_on_the_other_until_it_is_tried",
    "tests/running/test_sick_phone_systems.py::test_calls_in_flight_on_one_count_on_the_other",
)
