"""Tokens are kept as digests, shown once, and ended within a second."""

import re

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_nodes.py::test_token_revoked_on_one_node_ends_on_the_other",
    "tests/api/test_tokens.py::test_every_operation_by_every_token",
)


def test_database_holds_no_token(attacked: AttackedSite) -> None:
    tokens = [person.token for person in attacked.people.values()] + [
        attacked.computer,
        attacked.filled.token,
    ]
    assert all(len(token.partition("_")[2]) >= 43 for token in tokens)
    kept = (attacked.installation.folder / "webdial.sqlite3").read_bytes()
    kept += (attacked.installation.folder / "webdial.sqlite3-wal").read_bytes()
    assert [token for token in tokens if token.encode() in kept] == []


def test_token_is_shown_once(attacked: AttackedSite) -> None:
    dora = attacked.browser("dora")
    made = dora.submit("/account/tokens", name="once", scopes="read-calls")
    (token,) = set(re.findall(r"wd_[\w-]{43}", made.body))
    assert attacked.bearing(token).get("/api/v1/phones").status in {
        200,
        401,
    }  # taken up within a second
    assert token not in dora.get("/account/tokens").body
    assert token not in attacked.browser("ada").get("/maintenance/access").body


def test_case_and_blanks_make_no_other_token(attacked: AttackedSite) -> None:
    token = attacked.people["carl"].token
    for wrong in (
        token.lower(),
        token[:-1],
        token + "A",
        f"{token},{token}",
        "",
        "null",
        token[::-1],
    ):
        assert attacked.bearing(wrong).get("/api/v1/phones").status == 401
    assert attacked.bearing(token).get("/api/v1/phones").status == 200
    assert attacked.nobody().get(f"/api/v1/phones?token={token}&access_token={token}").status == 401
