"""The server, asked over HTTPS with the standard library. Nothing is repeated, and no redirect followed.

The certificate is verified. Plain http is taken for this machine itself alone, where nothing is on a wire.
"""

import http.client
import ipaddress
import json
import os
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

from webdial.desktop import VERSION
from webdial.desktop.errors import HelperError, NotPairedError, RefusedError, UnreachableError
from webdial.desktop.pairing import Pairing

_TIMEOUT_S: Final = 15.0

WAIT_TIMEOUT_S: Final = 40.0
"""For the request that waits: the server answers it after 25 seconds at most."""

_MAX_ANSWER: Final = 1_000_000


def checked_address(address: str) -> str:
    """The server's address as it is kept. Raises HelperError."""
    address = address.strip()
    try:
        parts = urlsplit(address if "//" in address else f"https://{address}")
        port = parts.port
    except ValueError as error:
        raise HelperError("This is no address of a server.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise HelperError("This is no address of a server. It is like https://webdial.example.com")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise HelperError("The server must be reached by https://, so that nobody reads along.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "") + parts.path.rstrip("/")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Site:
    """The API of one server, for one machine."""

    def __init__(self, pairing: Pairing) -> None:
        self._pairing = pairing
        self._parts = urlsplit(pairing.site)

    def page(self, path: str) -> str:
        """The whole address of one of its pages. Raises UnreachableError for what is no path."""
        if not path.startswith("/") or path.startswith("//"):
            raise UnreachableError("The server named a page that is none of its own.")
        return self._pairing.site + path

    def get(self, path: str, *, timeout_s: float = _TIMEOUT_S) -> Any:
        return self._ask("GET", path, None, timeout_s)

    def post(self, path: str, content: Any, *, timeout_s: float = _TIMEOUT_S) -> Any:
        """The answer's JSON, None for an empty one.

        Raises NotPairedError, RefusedError with the server's own words, or UnreachableError.
        """
        return self._ask("POST", path, json.dumps(content).encode(), timeout_s)

    def _ask(self, method: str, path: str, body: bytes | None, timeout_s: float) -> Any:
        connection = self._connection(timeout_s)
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"Webdial-Desktop/{VERSION}",
        }
        if self._pairing.token:
            headers["Authorization"] = f"Bearer {self._pairing.token}"
        try:
            connection.request(method, f"{self._parts.path}/api/v1/desktop{path}", body, headers)
            answer = connection.getresponse()
            content = answer.read(_MAX_ANSWER)
        except ssl.SSLCertVerificationError as error:
            raise UnreachableError(
                f"The certificate of {self._pairing.site} is not trusted here: {error.verify_message}."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(
                f"{self._pairing.site} cannot be reached: {error or type(error).__name__}."
            ) from error
        finally:
            connection.close()
        return _content_of(answer.status, content)

    def _connection(self, timeout_s: float) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout_s)
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=_trust())


def _trust() -> ssl.SSLContext:
    """What the machine trusts. SSL_CERT_FILE names an authority of the company's own besides."""
    context = ssl.create_default_context()
    if own := os.environ.get("SSL_CERT_FILE"):
        context.load_verify_locations(own)
    return context


def _content_of(status: int, body: bytes) -> Any:
    try:
        content = json.loads(body) if body else None
    except ValueError:
        content = body
    if 200 <= status < 300 and not isinstance(content, bytes):
        return content
    problem = content if isinstance(content, dict) else {}
    told = problem.get("detail")
    if status == 401 and told:
        raise NotPairedError(str(told))
    if told and 400 <= status < 500:
        hint = problem.get("hint") or ""
        raise RefusedError(f"{told} {hint}".strip(), status)
    raise UnreachableError(f"The server answered {status}, which is not understood.")
