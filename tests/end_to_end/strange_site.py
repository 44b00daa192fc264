"""A site of somebody else: pages as a test writes them, and which of them were asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class StrangeSite:
    """`pages` are by path, `headers` go with each of them."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def show(self, html: str, **headers: str) -> str:
        """Put this on the first page; its address."""
        self.pages["/"] = f"<!doctype html><html lang=en><link rel=icon href=data:,>{html}"
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.origin + "/"


@contextmanager
def strange_site(host: str) -> Iterator[StrangeSite]:
    """Served at a free port of `host` until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path)
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            for name, text in site.headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer((host, 0), Handler) as server:
        site = StrangeSite(f"http://{host}:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
