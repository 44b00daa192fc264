"""Toll fraud is bounded: what a stolen token can ring, how often, and how it can be written."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from tests.promises.attacked import AttackedSite, Attacker, until_known
from tests.promises.proofs import proven_by
from tests.server import Server

test_proven_elsewhere = proven_by(
    "tests/numbers/test_ranges.py::test_no_way_of_writing_hides_what_a_number_is",
    "tests/api/test_ringing.py::test_stolen_token_gets_no_further_than_the_limit_and_is_revoked_everywhere",
)


@pytest.mark.parametrize(
    "number",
    ["+1 202 555 0123", "001 202 555 0123", "0044 900 123 4567", "+44 9098 790123", "09098 790123",
     "+881 6 1234 5678", "00 881 612345678", "+44 (0)9098 790123", "tel:+12025550123", "＋12025550123"],
)  # fmt: skip
def test_stolen_token_rings_no_dear_number(attacked: AttackedSite, number: str) -> None:
    dialled = attacked.phones.requests_seen
    answer = attacked.program("dora").call(number, confirmed=True)
    assert answer.json().get("outcome", "refused") in {"blocked", "refused"}, answer.body
    assert attacked.phones.requests_seen == dialled


def test_limit_is_one_for_all_doors_and_servers(attacked: AttackedSite, elsewhere: Server) -> None:
    """Two stolen tokens and the session dial at once on two servers, each time another number."""
    mallory = attacked.hire("mallory", {"Calls per Day for a User": "7"})
    made = attacked.browser("mallory").submit("/account/tokens", name="more", scopes="place-calls")
    more = attacked.bearing(re.findall(r"wd_[\w-]{43}", made.body)[0])
    for server in (attacked.server, elsewhere):
        until_known(Attacker(server.address, headers=more.headers))
    dialled = attacked.phones.requests_seen
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda count: dial(attacked, elsewhere, more, count), range(40)))
    log = calls_by_day(attacked, mallory.user_id)
    assert sum(log.values()) == attacked.phones.requests_seen - dialled
    assert set(log.values()) == {7}  # at midnight a second day begins


def dial(attacked: AttackedSite, elsewhere: Server, more: Attacker, count: int) -> None:
    number = f"01632962{count:03}"
    doors = (attacked.program("mallory"), more, attacked.browser("mallory"))
    door = doors[count % 3]
    there = Attacker([attacked.server, elsewhere][count % 2].address, door.cookies, door.headers)
    if there.cookies:
        assert there.submit("/calls", number=number).status in {303, 422, 429}
    else:
        assert there.call(number).status in {201, 429}


def calls_by_day(attacked: AttackedSite, user_id: int) -> dict[str, int]:
    query = (
        "SELECT date(placed_at), count(*) FROM webdial_call WHERE outcome = 'sent' AND user_id ="
    )
    return dict(attacked.select(f"{query} {user_id} GROUP BY 1"))


def test_limit_of_a_branch_holds_for_all_its_users_together(attacked: AttackedSite) -> None:
    attacked.hire("bonnie", {"Calls per Day for a Branch": "3"})
    attacked.hire("clyde", beside="bonnie")
    dialled = attacked.phones.requests_seen
    for count in range(8):
        thief = attacked.program(("bonnie", "clyde")[count % 2])
        assert thief.call(f"01632963{count:03}").status in {201, 429}
    assert attacked.phones.requests_seen - dialled == 3


def test_blocks_without_end_fill_no_log(attacked: AttackedSite) -> None:
    """Who goes on and on is told so, and when to come back; the log and the disk stay as they were."""
    impatient = attacked.hire("impatient")
    program = attacked.program("impatient")
    answers = [program.call("+1 202 555 0123") for _ in range(150)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert {1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused} == {True}
    query = f"SELECT count(*) FROM webdial_call WHERE user_id = {impatient.user_id}"
    assert attacked.select(query) == [(len(answers) - len(refused),)]


@pytest.mark.parametrize("login", ["bea", "carl", "dora", "fred", "olga"])
def test_nobody_gives_themselves_more(attacked: AttackedSite, login: str) -> None:
    """Neither the right to ring abroad nor a higher limit, by any form and for any branch."""
    before = attacked.rows("webdial_generalsetting", "webdial_user")
    browser, user_id = attacked.browser(login), attacked.people[login].user_id
    rights = {"may_ring_abroad": "1", "may_ring_premium": "1", "may_ring_in_quiet_hours": "1"}
    for name in ("Calls per Day for a User", "Numbers Never Rung", "Numbers That Need a Right"):
        for branch in ("", attacked.filled.rows["GLA"]):
            asked = urlencode({"name": name, "branch": branch})
            path = f"/maintenance/settings/edit?{asked}"
            assert browser.submit(path, value="100000").status == 403
    for path in (f"/maintenance/users/{user_id}", "/maintenance/users/bulk", "/account"):
        browser.submit(path, users=str(user_id), login=login, **rights)
    assert attacked.rows("webdial_generalsetting", "webdial_user") == before
