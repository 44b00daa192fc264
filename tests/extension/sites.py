"""Web sites on loopback whose pages a test writes. Each page ends with a number of which the test knows.

Pages are looked through from top to bottom: once that number is marked, all before it was judged.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self

LAST: Final = "+442079460999"
_LAST_ON_THE_PAGE: Final = '<p>Tel. <span id="last">+44 20 7946 0999</span></p>'


class Sites:
    """One server, which the names 127.0.0.1 and localhost make two sites."""

    def __init__(self) -> None:
        pages = self._pages = {}  # type: dict[str, bytes]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = pages.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def serve(self, content: str, *, host: str = "127.0.0.1") -> str:
        """The address of a page with this content."""
        path = f"/{len(self._pages)}.html"
        self._pages[path] = (
            f"<!DOCTYPE html><title>Page</title>{content}{_LAST_ON_THE_PAGE}".encode()
        )
        return f"http://{host}:{self._server.server_port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
