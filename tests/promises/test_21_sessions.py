"""Sessions begin anew at sign-in, cannot be planted or guessed, and end when they are ended."""

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_sessions.py::test_signing_in_begins_a_session_of_its_own",
    "tests/site/accounts/test_sessions.py::test_all_others_are_ended",
    "tests/site/accounts/test_sessions.py::test_nobody_ends_anothers_session",
    "tests/running/test_nodes.py::test_session_of_one_node_holds_on_the_other_until_it_is_ended",
)


def test_planted_session_does_not_become_the_users(attacked: AttackedSite) -> None:
    victim = attacked.nobody()
    victim.cookies["sessionid"] = "z" * 32
    signed_in = victim.submit(
        "/sign-in", username="carl", password=attacked.filled.passwords["carl"]
    )
    assert signed_in.status == 302
    made = [
        each
        for each in signed_in.headers.get_all("Set-Cookie") or []
        if each.startswith("sessionid=")
    ]
    assert len(made) == 1
    assert "z" * 32 not in made[0]
    assert "HttpOnly" in made[0]
    assert "SameSite=Lax" in made[0]
    attacker = attacked.nobody()
    attacker.cookies["sessionid"] = "z" * 32
    assert attacker.get("/dial").status == 302


@pytest.mark.parametrize("session", ["", "a" * 32, "' OR 1=1 --", "../" * 8, "0" * 4_000])
def test_session_that_was_never_made_is_nobody(attacked: AttackedSite, session: str) -> None:
    somebody = attacked.nobody()
    somebody.cookies["sessionid"] = session
    assert somebody.get("/dial").headers["Location"].startswith("/sign-in?")


def test_signing_out_wants_a_form_of_ours(attacked: AttackedSite) -> None:
    carl = attacked.browser("carl")
    assert carl.get("/sign-out").status == 405
    assert carl.submit("/sign-out", is_forged=True).status == 403
    assert carl.get("/dial").status == 200
