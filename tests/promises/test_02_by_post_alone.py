"""A call is placed by POST alone: looking at an address changes nothing, whoever looks and however."""

import re
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

NUMBER: Final = "01632960202"
TRICKS: Final = (
    f"number={NUMBER}&confirmed=1&act=erase&set=1&_method=POST&csrfmiddlewaretoken={'a' * 32}"
)
OVERRIDE: Final = {
    "X-HTTP-Method-Override": "POST",
    "X-Method-Override": "POST",
    "HX-Request": "true",
}

test_proven_elsewhere = proven_by(
    "tests/site/test_nothing_twice_in_browser.py::test_loading_again_and_going_back_dial_nothing",
)


def addresses(attacked: AttackedSite) -> list[str]:
    """Every address of the site with rows that exist."""
    from tests.pages.addresses import path_of  # noqa: PLC0415

    return [path_of(name, attacked.filled) for name in attacked.filled.routes]


@pytest.mark.parametrize("login", ["ada", "carl"])
def test_no_address_dials_or_changes_anything_when_it_is_looked_at(
    attacked: AttackedSite, login: str
) -> None:
    browser = attacked.browser(login)
    before, dialled = attacked.rows(), attacked.phones.requests_seen
    broken = []
    for path in addresses(attacked):
        tricked = f"{path}{'&' if '?' in path else '?'}{TRICKS}"
        for method, asked in (("GET", path), ("GET", tricked), ("HEAD", tricked)):
            answer = browser.ask(method, asked, headers=OVERRIDE if asked == tricked else {})
            if answer.status >= 500:
                broken.append((method, asked, answer.status))
            browser.cookies = {"sessionid": attacked.people[login].session}
    assert broken == []
    assert attacked.phones.requests_seen == dialled
    after = attacked.rows()
    assert [name for name in before if before[name] != after[name]] == []


def test_api_dials_by_post_alone(attacked: AttackedSite) -> None:
    dialled = attacked.phones.requests_seen
    program = attacked.program("carl")
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = program.ask(method, f"/api/v1/calls?{TRICKS}", headers=OVERRIDE)
        assert answer.status in ({200} if method == "GET" else {405}), method
    assert attacked.phones.requests_seen == dialled


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/"},
        {"X-CSRFToken": "b" * 32},
        {"Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
    ],
    ids=str,
)
def test_forged_form_dials_nothing(attacked: AttackedSite, headers: dict[str, str]) -> None:
    dialled = attacked.phones.requests_seen
    browser = attacked.browser("carl")
    browser.cookies["csrftoken"] = "a" * 32
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    answer = browser.ask("POST", "/calls", body=f"number={NUMBER}".encode(), headers=form)
    assert answer.status == 403
    assert attacked.phones.requests_seen == dialled


def test_session_is_nothing_to_the_api(attacked: AttackedSite) -> None:
    browser = attacked.browser("carl")
    assert browser.call(NUMBER).status == 401
    answer = browser.get("/api/v1/phones")
    assert answer.status == 401
    assert not re.search("(?i)access-control-allow-credentials", str(answer.headers))
