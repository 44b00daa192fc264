"""The browser's extension dials in its own window alone, on a person's press."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/extension/test_package.py::test_only_the_small_window_places_calls",
    "tests/extension/test_calls.py::test_press_in_the_first_moment_is_not_taken",
    "tests/extension/test_calls.py::test_second_press_dials_nothing_until_it_is_meant",
    "tests/api/test_browser.py::test_it_reads_no_call_of_others_though_its_user_may",
)
