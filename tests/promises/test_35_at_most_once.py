"""A call is on disk before it is sent, and is sent once."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_nothing_lost.py::test_killed_while_the_phone_system_is_silent",
    "tests/running/test_nothing_lost.py::test_killed_again_and_again",
    "tests/running/test_nothing_lost.py::test_full_disk_stops_the_call_before_it_is_sent",
    "tests/exchange/test_sender.py::test_nothing_is_sent_twice_whatever_the_fault",
)
