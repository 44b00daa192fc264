"""Second factors cannot be gone round, and whoever decides where requests go must have one where the rule says so."""

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
