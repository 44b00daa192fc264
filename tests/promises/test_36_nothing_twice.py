"""A request with a key is one call, in every process and after every restart."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_nothing_twice.py::test_two_servers_place_the_same_call_once",
    "tests/api/test_idempotency.py::test_key_holds_after_the_server_was_started_anew",
    "tests/site/test_nothing_twice_in_browser.py::test_without_script_a_page_that_is_sent_again_never_dials",
)
