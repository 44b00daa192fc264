"""Notes are text, and stand where people look at a person or a company alone."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_people_pages.py::test_person_has_a_page_with_numbers_notes_and_company",
    "tests/functions/test_database_tables.py::test_function_sees_no_other_table",
)
