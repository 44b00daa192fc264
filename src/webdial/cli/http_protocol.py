"""How requests are read from a connection: uvicorn's way, within bounds, and refused where two could read it differently.

uvicorn keeps whatever stands before and behind a body, however much comes: anybody could fill the memory
with one header. A proxy in front has such a limit; a server that is asked directly needs its own.
"""

from typing import Final
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
"""Of a request line with its headers. Browsers send some 2 KiB; nginx takes 32 by default."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
)


class BoundedProtocol(HttpToolsProtocol):
    """Costs a call half a microsecond."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self._came_bytes = 0
        """Of the request that is being read, without the part that its beginning came in."""
        self._body_bytes = 0
        self._is_in_head = False

    def data_received(self, data: bytes) -> None:
        """A body is bounded by whoever reads it. Around it, chunks of one byte are more than enough."""
        self._came_bytes += len(data)
        super().data_received(data)
        if self._came_bytes - 2 * self._body_bytes > MAX_HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._came_bytes = self._body_bytes = 0
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """Whatever is raised here is answered with 400."""
        if self.url[:1] != b"/":
            self._check_target()
        super().on_headers_complete()
        self._is_in_head = False
        # Fields behind the body are none of the request's: a proxy has not looked at them.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def _check_target(self) -> None:
        """A target with a host must name the same as Host (RFC 9112 section 3.2.2)."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if [urlsplit(self.url).netloc] != hosts:
            raise ValueError("the target names another host")

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head:  # else an answer may be under way
            self.transport.write(_TOO_LARGE)
        self.transport.close()
