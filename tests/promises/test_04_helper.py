"""A helper listens on no port, verifies the server, follows no redirect of it, and sends to near addresses alone."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/desktop/test_requests.py::test_nothing_is_sent_elsewhere",
    "tests/desktop/test_requests.py::test_certificate_is_verified",
    "tests/desktop/test_requests.py::test_redirect_elsewhere_is_not_followed",
    "tests/desktop/test_connection.py::test_links_that_are_never_opened",
    "tests/desktop/test_actions.py::test_action_is_claimed_and_reported_once",
    "tests/desktop/test_actions.py::test_other_users_and_machines_get_nothing_of_it",
    "tests/desktop/test_actions.py::test_nothing_of_an_action_stands_in_the_database_in_clear",
)
