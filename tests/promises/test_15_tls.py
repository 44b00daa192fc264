"""TLS is verified, also of an address that was looked up before."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_sender.py::test_certificate",
    "tests/exchange/test_guarded_connections.py::test_tls_verifies_the_name_of_a_pinned_address",
)
