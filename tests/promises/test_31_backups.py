"""A backup is its owner’s alone, and is looked through before anything of it is used."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_backup.py::test_backup_without_keys_holds_none",
    "tests/running/test_backup.py::test_backup_that_is_not_whole_is_refused",
    "tests/running/test_backup.py::test_backup_takes_no_other_file_s_place",
)
