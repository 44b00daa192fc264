"""Tokens are kept as digests, shown once, and ended within a second."""

import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.promises.attacked import AttackedSite, Attacker, until_known
from tests.promises.proofs import proven_by
from tests.running.nodes import wait_until
from tests.server import Server

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


def by_the_user(attacked: AttackedSite, login: str, token_id: int) -> None:
    answer = attacked.browser(login).submit(f"/account/tokens/{token_id}/revoke")
    assert answer.status == 302


def by_an_administrator(attacked: AttackedSite, login: str, token_id: int) -> None:
    assert attacked.browser("ada").submit(f"/maintenance/access/{token_id}/revoke").status == 302


def by_a_command(attacked: AttackedSite, login: str, token_id: int) -> None:
    assert attacked.installation.run("token", "revoke", str(token_id)).returncode == 0


def with_its_user(attacked: AttackedSite, login: str, token_id: int) -> None:
    """Whose form is kept without the tick at Active."""
    user_id = attacked.people[login].user_id
    kept = {"login": login, "staff_id": login.upper(), "name": login, "role": "caller"}
    assert attacked.browser("ada").submit(f"/maintenance/users/{user_id}", **kept).status == 302


@pytest.mark.parametrize("end", [by_the_user, by_an_administrator, by_a_command, with_its_user])
def test_stolen_token_rings_nobody_a_second_after_it_was_ended(
    attacked: AttackedSite, elsewhere: Server, end: Callable[[AttackedSite, str, int], None]
) -> None:
    """The thief dials on two servers without a pause; the log has the time of the last call."""
    login = f"robbed-{end.__name__.replace('_', '-')}"
    attacked.hire(login)
    ((token_id,),) = attacked.select(
        f"SELECT t.id FROM webdial_apitoken t JOIN webdial_user u ON u.id = t.user_id WHERE u.login = '{login}'"
    )
    thieves = [attacked.program(login), attacked.program(login)]
    thieves[1].address = elsewhere.address
    until_known(thieves[1])
    with ThreadPoolExecutor(2) as pool:
        dialling = [pool.submit(dial_until_refused, thief) for thief in thieves]
        wait_until(lambda: len(times_of_calls(attacked, login)) > 2)
        end(attacked, login, token_id)
        ended_at = datetime.now(UTC)
        assert [each.result(60) for each in dialling] == [401, 401]
    last = max(datetime.fromisoformat(at) for at in times_of_calls(attacked, login))
    assert (last.replace(tzinfo=UTC) - ended_at).total_seconds() < 1


def dial_until_refused(thief: Attacker) -> int:
    numbers = (f"0163296{index:04}" for index in itertools.count())
    return next(answer.status for answer in map(thief.call, numbers) if answer.status != 201)


def times_of_calls(attacked: AttackedSite, login: str) -> list[str]:
    user_id = attacked.people[login].user_id
    query = f"SELECT placed_at FROM webdial_call WHERE user_id = {user_id}"
    return [at for (at,) in attacked.select(query)]
