"""In which language a page is shown: by choice, by the browser, else in English."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.site.maintenance.conftest import carl, london, state
from tests.site.maintenance.visitor import Visitor, text_of
from webdial.language import speak
from webdial.site.models import User

__all__ = ["carl", "london", "state"]

COOKIE = "webdial_language"
GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
FRENCH = {"accept-language": "fr,en-US;q=0.5"}


@pytest.fixture(autouse=True)
def in_english_afterwards() -> Iterator[None]:
    yield
    translation.deactivate()
    speak(None)


@pytest.fixture
def visitor(state: dict[str, object], carl: User) -> Visitor:
    return Visitor(state, carl)


def test_browser_says_german(visitor: Visitor) -> None:
    page = visitor.ask("get", "/account", headers=GERMAN)
    assert '<html lang="de">' in page.content.decode()
    assert page.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    assert "Niederlassung" in text_of(page)


@pytest.mark.parametrize("headers", [{}, FRENCH, {"accept-language": "*"}])
def test_english_is_for_everybody_else(visitor: Visitor, headers: dict[str, str]) -> None:
    page = visitor.ask("get", "/account", headers=headers)
    assert '<html lang="en-gb">' in page.content.decode()
    assert page.headers["Content-Language"] == "en-gb"
    assert "Branch" in text_of(page)


def test_choice_comes_before_the_browser(visitor: Visitor) -> None:
    answer = visitor.ask("post", "/account/language", data={"language": "en-gb"}, headers=GERMAN)
    assert answer.headers["Location"] == "/account"
    cookie = answer.cookies[COOKIE]
    assert cookie.value == "en-gb"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    page = visitor.ask("get", "/account", headers=GERMAN)
    assert page.headers["Content-Language"] == "en-gb"
    assert 'value="en-gb" lang="en-gb" selected' in page.content.decode()


def test_choice_is_told_in_the_language_that_was_chosen(visitor: Visitor) -> None:
    visitor.ask("post", "/account/language", data={"language": "de"})
    assert "Die Seiten erscheinen in der Sprache" in text_of(visitor.get("/account"))


@pytest.mark.parametrize("chosen", ["", "xx", "../de", "DE; x"])
def test_choice_of_none_follows_the_browser(visitor: Visitor, chosen: str) -> None:
    visitor.ask("post", "/account/language", data={"language": "en-gb"}, headers=GERMAN)
    visitor.ask("post", "/account/language", data={"language": chosen}, headers=GERMAN)
    assert visitor.ask("get", "/account", headers=GERMAN).headers["Content-Language"] == "de"


def test_fault_is_told_in_the_language_of_the_page(visitor: Visitor) -> None:
    """The sentence comes from a package that knows no Django."""
    page = visitor.ask("post", "/calls", data={"number": "no digits"}, headers=GERMAN)
    assert page.status_code == 422
    assert "keine Nummer, die gewählt werden könnte" in text_of(page)


def test_page_that_is_not_found_is_told_in_its_language(visitor: Visitor) -> None:
    page = visitor.ask("get", "/no-such-page", headers=GERMAN)
    assert page.status_code == 404
    assert "Diese Seite gibt es nicht" in text_of(page)


def test_sign_in_page_goes_by_the_browser(state: dict[str, object], carl: User) -> None:
    page = Visitor(state, None).ask("get", "/sign-in", headers=GERMAN)
    assert page.headers["Content-Language"] == "de"
    assert "Anmeldename" in text_of(page)
