"""Passwords are kept as Argon2 hashes, and poor ones are not taken by any door."""

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_first_start.py::test_codes_cannot_be_tried_out",
    "tests/site/accounts/test_first_start.py::test_code_is_for_the_servers_owner_alone",
)


def test_kept_hashes_are_argon2(attacked: AttackedSite) -> None:
    kept = [
        value
        for row in attacked.rows("webdial_user")["webdial_user"]
        for value in row
        if "$" in str(value)
    ]
    assert kept
    assert {str(each).partition("$")[0] for each in kept} <= {"argon2", "!"}


@pytest.mark.parametrize(
    "new",
    [
        "short",
        "password1234",
        "dora lindqvist",
        "",
        "1234567890",
        " " * 12,
        "aaaaaaaaaaaa",
        "DLDLDLDLDLDL",
    ],
)
def test_poor_password_is_not_taken(attacked: AttackedSite, new: str) -> None:
    before = attacked.rows("webdial_user")
    fields = {"current": attacked.filled.passwords["dora"], "new": new, "repeated": new}
    assert attacked.browser("dora").submit("/account/password", **fields).status == 422
    assert attacked.rows("webdial_user") == before
