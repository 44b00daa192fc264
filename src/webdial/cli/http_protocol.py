"""How requests are read from a connection: uvicorn's way, within bounds, and refused where two could read it differently.

uvicorn keeps whatever stands before and behind a body, however much comes: anybody could fill the memory
with one header. A proxy in front has such a limit; a server that is asked directly needs its own.
"""

from typing import Final
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from webdial.cli.door import Leaving

MAX_HEAD_BYTES: Final = 64 * 1024
"""Of a request line with its headers. Browsers send some 2 KiB; nginx takes 32 by default."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
)


class BoundedProtocol(HttpToolsProtocol):
    """Costs a call a microsecond, so uvicorn's own parts are called by name."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self._measured: object = None
        """The request that the two figures are of. uvicorn makes a scope for each."""
        self._came_bytes = self._body_bytes = 0

    def data_received(self, data: bytes) -> None:
        HttpToolsProtocol.data_received(self, data)
        if self.scope is self._measured:
            self._came_bytes += len(data)
            self._look_at_size()
        else:  # most requests come in one piece
            self._measured = self.scope
            self._came_bytes = self._body_bytes = 0

    def on_headers_complete(self) -> None:
        """Whatever is raised here is answered with 400."""
        if self.url[:1] != b"/":
            self._check_target()
        HttpToolsProtocol.on_headers_complete(self)
        # Fields behind the body are none of the request's: a proxy has not looked at them.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        HttpToolsProtocol.on_body(self, body)

    @property
    def is_idle(self) -> bool:
        """No request is being answered; one may be on its way."""
        return self.cycle is None or self.cycle.response_complete

    def shutdown(self) -> None:
        """The server ends, and this connection with the answer under way, or now."""
        if self.is_idle and not self.transport.is_closing() and self.transport.can_write_eof():
            Leaving(self.transport, self)
        else:
            HttpToolsProtocol.shutdown(self)

    def _look_at_size(self) -> None:
        """A body is bounded by whoever reads it. Around it, as many bytes again as it has are more than enough."""
        if self._came_bytes - 2 * self._body_bytes <= MAX_HEAD_BYTES or self.transport.is_closing():
            return
        if self.scope is None or "path" not in self.scope:  # else an answer may be under way
            self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _check_target(self) -> None:
        """A target with a host must name the same as Host (RFC 9112 section 3.2.2)."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if [urlsplit(self.url).netloc] != hosts:
            raise ValueError("the target names another host")
