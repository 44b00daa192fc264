"""A service by our unit may write to its folder and sees next to nothing else of the machine."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/docs/test_packaging.py::test_unit_is_hardened",
    "tests/docs/test_packaging.py::test_systemd_finds_nothing_wrong_with_the_unit",
    "tests/docs/test_packaging.py::test_container_runs_a_command_that_there_is_as_nobody_special",
)
