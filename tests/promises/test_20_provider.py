"""The provider is believed after every proof that OpenID Connect has, and no further."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_provider.py::test_lying_token_is_refused",
    "tests/site/accounts/test_provider.py::test_token_signed_by_another_key_is_refused",
    "tests/site/accounts/test_provider.py::test_way_back_works_for_the_browser_that_set_out_and_once",
    "tests/site/accounts/test_provider.py::test_mail_that_is_not_verified_finds_nobody",
)
