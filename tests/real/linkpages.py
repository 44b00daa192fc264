"""A small web server whose pages try every way from a person's click to a program on the desktop."""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>Call</title>
<style>
  input, button, a, iframe {{ position: fixed; left: 0; width: 200px; height: 40px }}
  #note {{ top: 0 }} button {{ top: 100px }} a {{ top: 200px }}
</style>
<input id="note">
<form method="post" action="/call" target="{target}"><button>Call</button></form>
<a href="{link}">{link}</a>
<iframe name="aside" hidden></iframe>
"""

NOTE = (100, 20)
BUTTON = (100, 120)
LINK = (100, 220)
"""Where to click, in CSS pixels from the window's upper left corner."""


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a page shows, and how the POST of its form is answered.

    `target` is the form's: empty, or `aside` for the hidden iframe.
    """

    link: str
    status: HTTPStatus = HTTPStatus.SEE_OTHER
    target: str = ""
    policy: str = ""


@dataclass(slots=True)
class LinkSite:
    """The server as a test sees it. `requests` lists methods and paths, in order."""

    origin: str
    page: LinkPage = field(default_factory=lambda: LinkPage(link="tel:0"))
    requests: list[str] = field(default_factory=list)


@contextmanager
def serve_links(origin: str) -> Iterator[LinkSite]:
    """Serve at `origin`, an http URL of host and port, until the end of the block."""
    site = LinkSite(origin)
    place = urlsplit(origin)
    assert place.hostname is not None

    class Handler(_LinkHandler):
        shown = site

    with ThreadingHTTPServer((place.hostname, place.port or 80), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


class _LinkHandler(BaseHTTPRequestHandler):
    shown: LinkSite

    def do_GET(self) -> None:
        page = self.shown.page
        self._begin(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if page.policy:
            self.send_header("Content-Security-Policy", page.policy)
        self.end_headers()
        text = _PAGE.format(link=html.escape(page.link), target=page.target)
        self.wfile.write(text.encode())

    def do_POST(self) -> None:
        page = self.shown.page
        self._begin(page.status)
        self.send_header("Location", page.link)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing: `requests` is the log."""

    def _begin(self, status: HTTPStatus) -> None:
        self.shown.requests.append(f"{self.command} {self.path}")
        self.send_response(status)
