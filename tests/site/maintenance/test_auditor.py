"""Gus reads every page, and finds nothing on it that would change anything."""

import re
from html.parser import HTMLParser

import pytest

from tests.site.maintenance import test_rights
from tests.site.maintenance.visitor import Visitor, text_of
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import User

addresses = test_rights.addresses
ids = test_rights.ids


class OpenFields(HTMLParser):
    """What can be filled in or pressed within a form that is posted."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_posted = False
        self._disabled = 0
        self._fieldsets: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form":
            self._is_posted = named.get("method") == "post"
        elif tag == "fieldset":
            self._fieldsets.append("disabled" in named)
        elif self._is_posted and _is_field(tag, named) and not any(self._fieldsets):
            self.found.append(f"{tag} {named.get('name', '')}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_posted = False
        elif tag == "fieldset":
            self._fieldsets.pop()


def test_pages_hold_nothing_to_send(
    state: dict[str, object], gus: User, addresses: list[str]
) -> None:
    auditor = Visitor(state, gus)
    left: dict[str, list[str]] = {}
    for address in addresses:
        response = auditor.get(address)
        if response.status_code == 200 and "text/html" in response.headers["Content-Type"]:
            parser = OpenFields()
            parser.feed(_main(response.content.decode()))
            links = re.findall(
                r'href="[^"]*/(add|delete|revoke|restore|put-back|clear|use)[?"]',
                _main(response.content.decode()),
            )
            left[address.partition("?")[0]] = parser.found + links
    assert len(left) > 25
    assert {address: found for address, found in left.items() if found} == {}


def test_a_value_is_shown_as_it_stands(state: dict[str, object], gus: User) -> None:
    override_setting(MECHANISM.name, "http://pbx.example/dial?from=^&to=#")
    page = text_of(Visitor(state, gus).get(f"/maintenance/settings/edit?name={MECHANISM.name}"))
    assert "http://pbx.example/dial?from=^&to=#" in page


@pytest.mark.parametrize(
    ("letter", "entries"),
    [
        ("a", ["General Settings", "Users", "Branches", "People", "Phone Systems", "Credentials",
               "Database Functions", "Access", "Changes", "Personal Data", "Import and Export"]),
        ("b", ["General Settings", "Users"]),
        ("f", ["Database Functions"]),
        ("g", ["General Settings", "Users", "Branches", "People", "Phone Systems", "Credentials",
               "Database Functions", "Access", "Changes", "Personal Data"]),
    ],
)  # fmt: skip
def test_the_menu_shows_what_may_be_opened(
    state: dict[str, object],
    ada: User,
    bea: User,
    fay: User,
    gus: User,
    letter: str,
    entries: list[str],
) -> None:
    visitor = Visitor(state, {"a": ada, "b": bea, "f": fay, "g": gus}[letter])
    start = visitor.get("/maintenance/")
    page = visitor.get(start.headers["Location"]).content.decode()
    shown = re.findall(r'<a class="subnav__link"[^>]*>([^<]*)</a>', page)
    assert shown == entries


def test_callers_find_no_maintenance(state: dict[str, object], carl: User) -> None:
    page = Visitor(state, carl).get("/phones").content.decode()
    assert "Maintenance</a>" not in page


def _is_field(tag: str, named: dict[str, str | None]) -> bool:
    is_open = "disabled" not in named and named.get("type") != "hidden"
    return is_open and tag in {"input", "select", "textarea", "button"}


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]
