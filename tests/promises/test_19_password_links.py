"""A link that sets a password works once and for a day, and signs nobody in."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_password_links.py::test_administrators_link_is_shown_once_and_works_once",
    "tests/site/accounts/test_password_links.py::test_link_lasts_24_hours",
    "tests/site/accounts/test_password_links.py::test_link_signs_nobody_in_and_ends_sessions",
    "tests/site/accounts/test_second_factor.py::test_new_password_by_link_leaves_the_second_factor",
)
