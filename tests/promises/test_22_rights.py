"""Rights stand in one table, which no method, header or spelling gets round."""

import pytest

from tests.pages.addresses import path_of
from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/maintenance/test_rights.py::test_every_page_is_tried_by_everybody",
    "tests/site/maintenance/test_rights.py::test_the_table_knows_every_page",
    "tests/site/test_rights.py::test_calls_are_seen_by_right_on_pages_and_by_tokens",
)
TRICKS = {
    "X-Original-URL": "/dial", "X-Rewrite-URL": "/dial", "X-Forwarded-For": "127.0.0.1",
    "X-HTTP-Method-Override": "GET", "X-Forwarded-Prefix": "/dial", "Referer": "http://localhost/maintenance/",
}  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_caller_opens_no_maintenance_page(attacked: AttackedSite, method: str) -> None:
    carl = attacked.browser("carl")
    carl.headers = TRICKS
    before, opened = attacked.rows(), []
    for name in attacked.filled.routes:
        if name.startswith("maintenance:"):
            path = path_of(name, attacked.filled)
            answer = (
                carl.get(path) if method == "GET" else carl.submit(path, act="erase", confirmed="1")
            )
            if answer.status not in {403, 405}:
                opened.append((path, answer.status))
    assert opened == []
    assert attacked.rows() == before


@pytest.mark.parametrize(
    "path",
    ["//maintenance/users", "/./maintenance/users", "/dial/../maintenance/users", "/maintenance%2fusers",
     "/MAINTENANCE/users", "/maintenance/users/", "/maintenance/users;x", "/maintenance/users%20"],
)  # fmt: skip
def test_no_spelling_opens_a_page(attacked: AttackedSite, path: str) -> None:
    assert attacked.browser("carl").get(path).status in {301, 400, 403, 404}


@pytest.mark.parametrize("role", ["administrator", "auditor", "function_author", "branch_manager"])
def test_manager_makes_nobody_more_than_a_caller(attacked: AttackedSite, role: str) -> None:
    before = attacked.rows("webdial_user")
    carl = attacked.people["carl"].user_id
    fields = {
        "login": "carl",
        "staff_id": "CO",
        "name": "Carl",
        "role": role,
        "users": str(carl),
        "extension": "1",
    }
    for path in (
        f"/maintenance/users/{carl}",
        "/maintenance/users/add",
        "/maintenance/users/change",
    ):
        attacked.browser("bea").submit(path, **fields)
    after = attacked.rows("webdial_user")
    assert {row for row in after["webdial_user"] if role in row} == {
        row for row in before["webdial_user"] if role in row
    }
