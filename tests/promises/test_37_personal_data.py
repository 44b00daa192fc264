"""Personal data is handed out and erased by administrators alone, and the chain stays whole."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_personal_data.py::test_erasing_a_number_leaves_the_proof",
    "tests/site/test_personal_data.py::test_page_erases_when_it_is_meant",
    "tests/site/test_audit.py::test_erased_calls_stand_as_erased",
    "tests/site/test_audit.py::test_exported_data_leaves_a_note_that_stands",
)
