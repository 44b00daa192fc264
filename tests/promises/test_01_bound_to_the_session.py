"""The caller is bound to the session or the token: nobody rings from another's extension or reads another's calls."""

import csv
import io
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite

NUMBER: Final = "01632960201"


def last_from(attacked: AttackedSite) -> str:
    return attacked.phones.requests[-1].target.partition("from=")[2].partition("&")[0]


@pytest.mark.parametrize(
    "more",
    [
        {"user": "ada"}, {"user_id": 1}, {"caller": "ada"}, {"extension": "201"}, {"from": "201"},
        {"staff_id": "AB"}, {"phone_id": 1}, {"channel": "cli"},
    ],
    ids=str,
)  # fmt: skip
def test_request_cannot_name_the_caller(attacked: AttackedSite, more: dict[str, object]) -> None:
    number = f"0163296{1000 + len(attacked.phones.requests)}"
    answer = attacked.program("carl").call(number, **more)
    assert (answer.status, answer.json()["extension"]) == (201, "203")
    form = attacked.browser("carl").submit(
        "/calls", number=f"{number}1", **{k: str(v) for k, v in more.items()}
    )
    assert form.status == 303
    attacked.phones.wait(attacked.phones.requests_seen)  # type: ignore[attr-defined]
    assert last_from(attacked) == "203"


def test_phone_of_somebody_else_does_not_ring(attacked: AttackedSite) -> None:
    dialled = attacked.phones.requests_seen
    theirs = attacked.filled.rows["phone_id"]
    assert attacked.browser("dora").submit("/calls", number=NUMBER, phone=theirs).status != 303
    assert attacked.program("dora").call(NUMBER, phone="Home office").status == 404
    assert attacked.phones.requests_seen == dialled


@pytest.mark.parametrize("login", ["dora", "fred"])
def test_call_of_somebody_else_is_not_read(attacked: AttackedSite, login: str) -> None:
    call = attacked.filled.rows["call_id"]
    browser, program = attacked.browser(login), attacked.program(login)
    for path in (f"/calls/{call}", f"/calls/{call}/line?in=story"):
        assert browser.get(path).status == 404
    assert program.get(f"/api/v1/calls/{call}").status == 404
    dials_on = program.call(NUMBER, again=call)
    assert dials_on.status == 201
    assert dials_on.json()["extension"] != "203"
    exported = csv.DictReader(io.StringIO(browser.get("/calls/export.csv").body.lstrip("\ufeff")))
    assert {row["staff_id"] for row in exported} <= {{"dora": "DL", "fred": "FRED"}[login]}
    assert call not in program.get("/api/v1/calls").body
