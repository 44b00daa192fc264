"""The database function can write nothing, reach nothing, and run for no longer than a second."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/watcom/test_limits.py::test_hostile_function_is_stopped",
    "tests/watcom/test_limits.py::test_clock_ends_what_takes_too_long",
    "tests/functions/test_database_tables.py::test_reader_cannot_write",
    "tests/functions/test_database_tables.py::test_no_view_shows_a_secret",
    "tests/functions/test_database_tables.py::test_function_sees_no_other_table",
    "tests/functions/test_database_tables.py::test_no_table_of_the_database_can_be_read_by_its_own_name",
)
