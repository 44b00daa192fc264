"""Tampering shows: each entry that was changed, removed or put in is named."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_audit.py::test_tampering_is_told_by_call_id_and_status",
    "tests/site/test_audit.py::test_every_column_of_a_call_is_chained",
    "tests/site/test_audit.py::test_call_put_in_is_named",
    "tests/site/test_audit.py::test_record_cut_short_or_written_anew_is_found_by_the_head",
)
