"""Somebody at a browser, as far as requests go."""

import html
import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.http import HttpResponse

from tests.site.conftest import Browser
from webdial.site.domain.configuration import ConfigurationReader
from webdial.site.models import User


class Visitor:
    """Sends requests through the whole site, in the test's own thread and transaction."""

    def __init__(
        self, state: Mapping[str, object], user: User | None, *, checks_csrf: bool = False
    ) -> None:
        self._reader = cast("ConfigurationReader", state["configuration_reader"])
        self._client = Browser(dict(state), enforce_csrf_checks=checks_csrf)
        if user is not None:
            self._client.force_login(user)

    def get(self, path: str, **query: object) -> HttpResponse:
        address = f"{path}?{urlencode(query)}" if query else path
        return self.ask("get", address)

    def post(self, path: str, **fields: Any) -> HttpResponse:
        return self.ask("post", path, data=fields)

    def ask(self, method: str, address: str, **how: Any) -> HttpResponse:
        # The program looks for changes every second; the visitor comes after it has looked.
        self._reader.refresh()
        return async_to_sync(getattr(self._client, method))(address, **how)

    @property
    def is_signed_in(self) -> bool:
        return self.get("/maintenance/users").status_code == 200


def text_of(response: HttpResponse) -> str:
    """What a person reads on the page, blanks made single; `<pre>` and all."""
    return _plain(response.content.decode())


def flash_of(response: HttpResponse, visitor: Visitor) -> str:
    """Follow a redirect after a change, and read what the next page says about it."""
    assert response.status_code == 302, text_of(response)
    page = visitor.get(response.headers["Location"]).content.decode()
    found = re.search(r'<div class="messages".*?</p>', page, re.DOTALL)
    return _plain(found[0]) if found else ""


def rows_of(response: HttpResponse) -> list[str]:
    """The first cell of every row of the page's table."""
    cells = re.findall(r'<th scope="row">(.*?)</th>', response.content.decode(), re.DOTALL)
    return [_plain(cell) for cell in cells]


def values_of(response: HttpResponse, name: str) -> list[str]:
    """The values of the fields of this name."""
    _, _, main = response.content.decode().partition("<main")  # past the header's own fields
    tags = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', main)
    found = (re.search(r'\bvalue="([^"]*)"', tag) for tag in tags)
    return [html.unescape(match[1]) if match else "" for match in found]


def typed_value_of(response: HttpResponse) -> str:
    """What stands in the page's text area."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", response.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
