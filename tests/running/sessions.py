"""A person's browser as far as several nodes need one: cookies, forms, no pictures."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.server import Server

_FORGERY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Cookies hold for every node, as they do when one name stands for all of them."""

    def __init__(self, *, patience_s: float = 60) -> None:
        self._patience_s = patience_s
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def open(self, server: Server, path: str) -> tuple[str, str]:
        """Path and content of the page that one ends at."""
        with self._opener.open(server.address + path, timeout=self._patience_s) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def send(self, server: Server, path: str, **fields: str) -> tuple[str, str]:
        """Fill in the form that stands at `path`, and send it."""
        found = _FORGERY.search(self.open(server, path)[1])
        assert found is not None
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **fields}).encode()
        request = urllib.request.Request(server.address + path, form)
        request.add_header("Referer", server.address + path)
        with self._opener.open(request, timeout=self._patience_s) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()
