"""A link that is clicked on a computer, or on any page, dials nothing by itself."""

import json
from urllib.parse import quote

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/desktop/test_actions.py::test_clicked_link_is_shown_and_dials_nothing",
    "tests/desktop/test_actions.py::test_clicked_link_is_dialled_where_the_user_chose_that",
)


@pytest.mark.parametrize(
    "link",
    ["tel:+441632960205", "callto:01632960205", "sip:01632960205@pbx.example", "tel:999",
     "javascript:alert(1)", "tel:01632960205?confirmed=1&dial=1", "tel://#", "file:///etc/passwd"],
)  # fmt: skip
def test_link_is_shown_and_nothing_rings(attacked: AttackedSite, link: str) -> None:
    dialled, before = (
        attacked.phones.requests_seen,
        attacked.rows("webdial_call", "webdial_computeraction"),
    )
    body = json.dumps({"link": link}).encode()
    answer = attacked.bearing(attacked.computer).ask("POST", "/api/v1/desktop/links", body=body)
    assert answer.status in {200, 422}
    if answer.status == 200:
        assert answer.json()["act"] == "show"
        assert answer.json()["path"].startswith("/")
    page = attacked.browser("carl").get(f"/dial/link?to={quote(link, safe='')}&confirmed=1")
    assert page.status in {200, 422}
    assert page.headers["X-Frame-Options"] == "DENY"
    assert attacked.phones.requests_seen == dialled
    assert attacked.rows("webdial_call", "webdial_computeraction") == before
