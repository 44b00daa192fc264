"""Personal data is handed out and erased by administrators alone, and the chain stays whole."""

from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/test_personal_data.py::test_erasing_a_number_leaves_the_proof",
    "tests/site/test_personal_data.py::test_page_erases_when_it_is_meant",
    "tests/site/test_audit.py::test_erased_calls_stand_as_erased",
    "tests/site/test_audit.py::test_exported_data_leaves_a_note_that_stands",
)

PAGE: Final = "/maintenance/personal-data"
ERASE: Final = {"act": "erase", "confirmed": "yes", "user_link": "cut"}


@pytest.mark.parametrize("login", ["olga", "bea", "carl", "fred", "dora"])
@pytest.mark.parametrize("fields", [ERASE, {"act": "export"}], ids=["erase", "export"])
def test_nobody_but_administrators_takes_it_or_erases_it(
    attacked: AttackedSite, login: str, fields: dict[str, str]
) -> None:
    before = attacked.rows("webdial_call", "webdial_change", "webdial_calllognote")
    for subject in ({"user": "carl"}, {"number": "01134960187"}):
        answer = attacked.browser(login).submit(PAGE, **fields, **subject)
        assert answer.status == 403
        assert "01134960187" not in answer.body
    assert attacked.rows("webdial_call", "webdial_change", "webdial_calllognote") == before


def test_exported_data_opens_no_door(attacked: AttackedSite) -> None:
    exported = attacked.browser("ada").submit(PAGE, act="export", user="carl")
    assert exported.status == 200
    assert "Carl Osei" in exported.body
    (digest,) = attacked.select("SELECT password FROM webdial_user WHERE login = 'carl'")[0]
    carl = attacked.people["carl"]
    for secret in (carl.token, carl.session, digest, "argon2", attacked.computer):
        assert secret not in exported.body


def test_erased_number_is_nowhere_any_more(attacked: AttackedSite) -> None:
    """Neither in the log, nor in what programs read, nor in any file but those that are not ours to write."""
    number = "01632963777"
    attacked.hire("pia")
    pia, ada = attacked.program("pia"), attacked.browser("ada")
    call = pia.call(number).json()["id"]
    assert number in ada.get(f"/calls/{call}").body
    assert ada.submit(PAGE, number=number, **ERASE).status == 302
    for answer in (ada.get(f"/calls/{call}"), ada.get("/calls"), pia.get("/api/v1/calls")):
        assert number not in answer.body
    rows = [str(row) for table in attacked.rows().values() for row in table]
    assert [row for row in rows if number[1:] in row] == []
