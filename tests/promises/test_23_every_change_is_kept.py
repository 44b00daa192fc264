"""Every change is kept with who, when, before and after, in the transaction that makes it."""

from typing import Final

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_changes_domain.py::test_every_act_is_kept",
    "tests/site/test_changes_domain.py::test_an_act_that_fails_leaves_no_change",
    "tests/site/test_changes_domain.py::test_secrets_are_told_by_name_alone",
    "tests/site/accounts/test_second_factor.py::test_own_second_factors_are_in_the_history",
)

_KEPT: Final = (
    "SELECT user_name, subject, before, after FROM webdial_change ORDER BY id DESC LIMIT 1"
)


def test_change_is_told_with_who_and_what_it_was(attacked: AttackedSite) -> None:
    attacked.hire("hugh")
    ((branch,),) = attacked.select("SELECT branch_id FROM webdial_user WHERE login = 'hugh'")
    path = f"/maintenance/settings/edit?name=Outside+Line+Prefix&branch={branch}"
    ada = attacked.browser("ada")
    for value in ("9", "0"):
        assert ada.submit(path, value=value).status == 302
    ((who, subject, before, after),) = attacked.select(_KEPT)
    assert (who, subject) == ("Ada Byrne", "setting")
    assert '"9"' in before
    assert '"0"' in after
    assert "Outside Line Prefix" in ada.get("/maintenance/changes").body


def test_history_has_no_form_that_changes_it(attacked: AttackedSite) -> None:
    before = attacked.rows("webdial_change")
    ((last,),) = attacked.select("SELECT max(id) FROM webdial_change")
    for login in ("ada", "olga", "bea"):
        browser = attacked.browser(login)
        for path in ("/maintenance/changes", f"/maintenance/changes/{last}"):
            for method in ("POST", "PUT", "DELETE"):
                fields = {"act": "delete", "user_name": "Nobody", "confirmed": "1"}
                status = (
                    browser.submit(path, **fields).status
                    if method == "POST"
                    else (browser.ask(method, path).status)
                )
                assert status in {302, 403, 404, 405, 422}, (login, method, path, status)
    now = attacked.rows("webdial_change")["webdial_change"]
    assert now[: len(before["webdial_change"])] == before["webdial_change"]
