"""Starts Debian's wapiti 3.0.4 with the Python of the system, to which it belongs, and mends six things in it.

Its way of leaving addresses out (-x) fails since Python 3.11, which wants a pattern's flags in front. And it takes
forms for different ones whose fields are the same but for what is made anew with each page, so that it attacks the
same form dozens of times and never comes to the end; so it does with pages of rows, which are alike but for a
number. It knows no buttons, so that what a form does by the button that was pressed was never tried. It does not
know the name of Django's token against forgery, so that it never tried whether that is looked at. And a connection
that it kept, and that the server closed while the machine was busy, cost it a request; it did not tell which one.
Newer releases of wapiti want Python 3.12.
"""

import copy
import fnmatch
import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from typing import Final

from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.util import Retry
from wapitiCore.attack import mod_csrf
from wapitiCore.main import wapiti as program
from wapitiCore.net import crawler, page, web

FORGERY, ONCE = "csrfmiddlewaretoken", "once"
"""The token against forgery, of which any of a session serves every form; and the key of a form that dials,
without which each attack is a call of its own."""

SAME: Final = 3
"""Of pages and forms with the same fields, whose addresses differ by the number of a row, so many are attacked."""

_NUMBERS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
_again: Final = Retry(
    3,
    redirect=0,
    status=0,
    allowed_methods=None,
    backoff_factor=0.5,
    respect_retry_after_header=False,
)
"""Whatever the method: the site is made for it. An answer is an answer, 429 too. What is dropped each time is told."""

_connect = crawler.Crawler.__init__
_send = crawler.Crawler.send
_explore = crawler.Explorer.explore
_forms_of = page.Page.iter_forms
_tokens: list[str] = []


def connected_again(self: crawler.Crawler, *arguments: object, **named: object) -> None:
    _connect(self, *arguments, **named)
    self._session.mount("http://", HTTPAdapter(max_retries=_again))


def sent_or_told(
    self: crawler.Crawler, resource: web.Request, *arguments: object, **named: object
) -> page.Page:
    try:
        return _send(self, resource, *arguments, **named)
    except RequestException as error:
        if resource.hostname.startswith("localhost:"):  # it also asks elsewhere for news of itself
            print(f"skipped due to network issues: {resource.method} {resource.url}: {error}")
        raise


def wildcard_translate(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


def forms_that_stay_the_same(self: page.Page, autofill: bool = True) -> Iterator[web.Request]:
    press_each_button(self)
    for form in _forms_of(self, autofill):
        form._post_params = [
            [name, _first(value) if name == FORGERY else value]
            for name, value in form.post_params
            if name != ONCE
        ]
        yield form


def press_each_button(self: page.Page) -> None:
    """Beside each form, put one for each of its buttons, with what the button adds to it."""
    for form in self.soup.find_all("form"):
        for button in form.find_all("button", attrs={"name": True}):
            pressed = copy.copy(form)
            named = {"type": "hidden", "name": button["name"], "value": button.get("value", "")}
            pressed.append(self.soup.new_tag("input", attrs=named))
            form.insert_after(pressed)


def some_of_each(
    self: crawler.Explorer, urls: deque[object], excluded: list[object] | None = None
) -> Iterator[web.Request]:
    """All are looked at for what they lead to; what is not handed on is not attacked."""
    seen: Counter[tuple[str, str]] = Counter()
    for request in _explore(self, urls, excluded):
        shape = request.method, _NUMBERS.sub("0", request.pattern)
        seen[shape] += 1
        if seen[shape] <= SAME:
            yield request


def _first(token: str) -> str:
    _tokens.append(token)
    return _tokens[0]


crawler.Crawler.__init__ = connected_again
crawler.Crawler.send = sent_or_told
crawler.wildcard_translate = wildcard_translate
mod_csrf.mod_csrf.TOKEN_FORM_STRINGS.append(FORGERY)
crawler.Explorer.explore = some_of_each
page.Page.iter_forms = forms_that_stay_the_same
sys.exit(program.wapiti_main())
