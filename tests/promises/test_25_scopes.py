"""A token places calls, reads calls, or both, and may have a last day."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/api/test_tokens.py::test_every_operation_by_every_token",
)
