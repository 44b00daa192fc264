"""Second factors cannot be gone round, and whoever decides where requests go must have one where the rule says so."""

import json

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_second_factor.py::test_code_is_good_once",
    "tests/site/accounts/test_second_factor.py::test_wrong_codes_lock_out_and_it_is_told_how_long",
    "tests/site/accounts/test_second_factor.py::test_secrets_are_kept_sealed",
    "tests/site/accounts/test_second_factor.py::test_own_second_factors_are_in_the_history",
    "tests/site/accounts/test_second_factor.py::test_who_decides_where_requests_go_must_have_one",
)


def test_password_alone_opens_no_page_of_who_has_one(attacked: AttackedSite) -> None:
    half_way = attacked.nobody()
    answer = half_way.submit("/sign-in", username="ada", password=attacked.filled.passwords["ada"])
    assert answer.headers["Location"] == "/sign-in/second-factor"
    for cookie in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = cookie.partition(";")[0].partition("=")
        half_way.cookies[name] = value
    for path in ("/dial", "/account/second-factor", "/maintenance/users", "/account/confirm"):
        assert half_way.get(path).headers["Location"].startswith("/sign-in"), path
    for code in ("", "000000", "null", "123456" * 50, "\0" * 6):
        assert half_way.submit("/sign-in/second-factor", code=code).headers["Location"] is None
    assert half_way.get("/dial").headers["Location"].startswith("/sign-in")


def test_factor_is_not_taken_away_in_an_open_session(attacked: AttackedSite) -> None:
    """Whoever finds Ada's browser open has not got her password."""
    ada = attacked.browser("ada")
    before = attacked.rows("mfa_authenticator")
    key = attacked.filled.rows["pk"]
    for path in ("app/remove", "codes/new"):
        ada.submit(f"/account/second-factor/{path}")
    ada.submit(f"/account/passkeys/{key}/remove")
    assert ada.get("/account/second-factor/codes").status == 302
    assert attacked.rows("mfa_authenticator") == before


def test_nor_by_the_page_that_keeps_users(attacked: AttackedSite) -> None:
    """Neither factor nor password of one's own is changed where the password is not asked for."""
    ada, ada_id = attacked.browser("ada"), attacked.people["ada"].user_id
    passwords = f"SELECT password FROM webdial_user WHERE id = {ada_id}"
    before = attacked.rows("mfa_authenticator"), attacked.select(passwords)
    page = f"/maintenance/users/{ada_id}"
    ada.submit(f"{page}/sign-in", act="remove-second-factor")
    assert "/sign-in/link/" not in ada.submit(f"{page}/sign-in", act="link").body
    mine = {"login": "ada", "staff_id": "AB", "name": "Ada Byrne", "role": "administrator"}
    answer = ada.submit(page, **mine, is_active="1", password="amber-brook-cedar")
    assert answer.status == 422
    assert (attacked.rows("mfa_authenticator"), attacked.select(passwords)) == before


PASSKEYS = {
    "too deep": "[" * 20_000,
    "objects too deep": '{"a":' * 5_000,
    "number too long": "9" * 5_000,
    "nothing in it": "{}",
    "no bytes": '{"id": "\u00e9", "rawId": "\u00e9", "type": "public-key", "response": {}}',
    "other kinds": '{"id": 1, "rawId": [], "type": {}, "response": 5}',
    "text": '"\\ud800"',
    "no JSON": "\0",
    **{
        f"response {name}": json.dumps(
            {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response}
        )
        for name, response in {
            "empty": {},
            "of nothing": dict.fromkeys(
                ("clientDataJSON", "authenticatorData", "signature", "attestationObject"), ""
            ),
            "of zeros": {
                **dict.fromkeys(("authenticatorData", "signature", "attestationObject"), "A" * 400),
                "clientDataJSON": "e30", "userHandle": "MQ",
            },
            "of a stranger": {"userHandle": "z" * 4_000, "clientDataJSON": "W10"},
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PASSKEYS)
def test_passkey_that_is_none_is_refused_and_fails_nowhere(
    attacked: AttackedSite, name: str
) -> None:
    """Anybody may send one, and would else fill the log."""
    said, half_way = len(attacked.server.rest), attacked.nobody()
    password = attacked.filled.passwords["ada"]
    half_way.take_cookies(half_way.submit("/sign-in", username="ada", password=password))
    carl = attacked.browser("carl")
    carl.submit("/account/confirm", password=attacked.filled.passwords["carl"])
    before = attacked.rows("mfa_authenticator")
    for who, path in (
        (attacked.nobody(), "/sign-in/passkey"),
        (half_way, "/sign-in/second-factor"),
        (attacked.browser("ada"), "/account/confirm/passkey"),
        (carl, "/account/passkeys/add"),
    ):
        who.take_cookies(who.get(path, X_Requested_With="XMLHttpRequest"))  # begins it
        answer = who.submit(path, credential=PASSKEYS[name], name="Key")
        assert answer.status in {200, 302, 422, 429}, path
        assert half_way.get("/dial").status == 302
    assert attacked.rows("mfa_authenticator") == before
    assert "Traceback" not in "\n".join(attacked.server.rest[said:])
