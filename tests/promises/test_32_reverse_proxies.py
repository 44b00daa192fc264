"""What a reverse proxy says is believed from the addresses that were named alone."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_reverse_proxy.py::test_who_is_no_proxy_is_not_believed",
    "tests/running/test_reverse_proxy.py::test_https_and_the_client_s_address_come_through_nginx",
)
