"""An HTTP request to this machine or to a phone in its network: sent once, the answer handed back.

Anywhere else nothing is sent: what the whole world can reach, the server can reach as well. The server
judges the answer; here nothing but the connection's own failures is told apart.
"""

import base64
import contextlib
import hashlib
import http.client
import ipaddress
import secrets
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from webdial.desktop import VERSION

MAX_ANSWER_BYTES: Final = 65_536
_MAX_HEADERS: Final = 16_384
_MAX_CHARSET: Final = 40
"""Characters of what the server is told. It takes 256 KiB, in which each may need six bytes; what it refuses is lost."""

_MAX_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_NEAR: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
_TO_GET: Final = frozenset({301, 302, 303})
_SAME_METHOD: Final = frozenset({307, 308})


@dataclass(frozen=True)
class Request:
    """One request, everything encoded. `certificate` is verify, pinned or own_ca, and its text."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    digest: tuple[str, str] | None = field(repr=False)
    certificate: tuple[str, str] = field(repr=False)
    connect_s: float = 5.0
    total_s: float = 30.0

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        body, digest = content.get("body"), content.get("digest")
        mode, text = content.get("certificate") or ("verify", "")
        return cls(
            method=str(content["method"]),
            url=str(content["url"]),
            headers=tuple((str(name), str(value)) for name, value in content.get("headers") or ()),
            body=None if body is None else str(body).encode(),
            digest=None if digest is None else (str(digest[0]), str(digest[1])),
            certificate=(str(mode), str(text)),
            connect_s=float(content.get("connect_s") or 5.0),
            total_s=float(content.get("total_s") or 30.0),
        )


@dataclass(frozen=True)
class Sent:
    """`answered` with the answer, or the outcome that says why there is none."""

    outcome: str
    detail: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)


class _FailedError(Exception):
    def __init__(self, outcome: str, detail: str = "") -> None:
        super().__init__(outcome)
        self.sent = Sent(outcome, detail)


def send(request: Request) -> Sent:
    """Send it once, following redirects within the same place only. Raises nothing of the network's."""
    deadline = time.monotonic() + request.total_s
    was_redirected = False
    try:
        for _ in range(_MAX_REDIRECTS + 1):
            status, headers, body = _answered(request, deadline)
            following = _redirected(request, status, dict(headers))
            if following is None:
                return _sent(status, headers, body)
            request, was_redirected = following, True
    except _FailedError as error:
        nothing_left = {"host_unknown", "connection_refused", "unreachable", "tls_failed"}
        if was_redirected and error.sent.outcome in nothing_left:
            return Sent("not_understood", error.sent.detail)
        return error.sent
    return Sent("not_understood", "It redirected in a circle.")


def _sent(status: int, headers: list[tuple[str, str]], body: bytes) -> Sent:
    charset = next(
        (
            value.partition("charset=")[2].strip("\"' ;")
            for name, value in headers
            if name == "content-type" and "charset=" in value
        ),
        None,
    )
    if charset is not None and len(charset) > _MAX_CHARSET:  # none has such a name
        charset = None
    encoded = base64.b64encode(body).decode()
    answer = {"status": status, "headers": _told(headers), "body": encoded, "charset": charset}
    return Sent("answered", "", answer)


def _told(headers: list[tuple[str, str]]) -> list[list[str]]:
    """The first ones, as many as the server takes."""
    told: list[list[str]] = []
    room = _MAX_HEADERS
    for name, value in headers[:200]:
        room -= len(name) + len(value)
        if room < 0:
            break
        told.append([name, value])
    return told


def _answered(request: Request, deadline: float) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer; with Digest that to the request which answers the challenge (RFC 7616)."""
    answer = _exchanged(request, deadline, None)
    if answer[0] != 401 or request.digest is None:
        return answer
    challenge = next(
        (
            value[len("digest ") :]
            for name, value in answer[1]
            if name == "www-authenticate" and value.lower().startswith("digest ")
        ),
        None,
    )
    proof = None if challenge is None else digest_proof(request, challenge)
    return answer if proof is None else _exchanged(request, deadline, proof)


def digest_proof(request: Request, challenge: str) -> str | None:
    """The header that answers a challenge; None for one that is not understood."""
    assert request.digest is not None
    told = parse_keqv_list(parse_http_list(challenge))
    name = told.get("algorithm", "MD5")
    maker = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}.get(name.upper().removesuffix("-SESS"))
    qops = [each.strip() for each in told.get("qop", "").split(",") if each.strip()]
    if maker is None or "nonce" not in told or "realm" not in told or (qops and "auth" not in qops):
        return None

    def digest(text: str) -> str:
        return maker(text.encode()).hexdigest()

    parts = urlsplit(request.url)
    uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    user, password = request.digest
    nonce, own, count = told["nonce"], secrets.token_hex(8), "00000001"
    first = digest(f"{user}:{told['realm']}:{password}")
    if name.upper().endswith("-SESS"):
        first = digest(f"{first}:{nonce}:{own}")
    second = digest(f"{request.method}:{uri}")
    between = f"{nonce}:{count}:{own}:auth" if qops else nonce
    fields = [
        f'username="{_quoted(user)}"', f'realm="{_quoted(told["realm"])}"', f'nonce="{nonce}"',
        f'uri="{uri}"', f'response="{digest(f"{first}:{between}:{second}")}"', f"algorithm={name}",
    ]  # fmt: skip
    if "opaque" in told:
        fields.append(f'opaque="{told["opaque"]}"')
    if qops:
        fields += ["qop=auth", f"nc={count}", f'cnonce="{own}"']
    return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _exchanged(
    request: Request, deadline: float, proof: str | None
) -> tuple[int, list[tuple[str, str]], bytes]:
    parts = urlsplit(request.url)
    connection = _connected(request, parts, deadline)
    try:
        return _asked(connection, request, parts, deadline, proof)
    except TimeoutError:
        raise _FailedError("timed_out") from None
    except (http.client.HTTPException, ValueError) as error:
        is_cut = isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead)
        raise _FailedError("cut_off" if is_cut else "not_understood") from error
    except OSError as error:
        raise _FailedError("cut_off", error.strerror or "") from error
    finally:
        connection.close()


def _asked(
    connection: http.client.HTTPConnection,
    request: Request,
    parts: SplitResult,
    deadline: float,
    proof: str | None,
) -> tuple[int, list[tuple[str, str]], bytes]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {name.lower() for name, _ in request.headers}
    connection.putrequest(
        request.method, target, skip_host="host" in named, skip_accept_encoding=True
    )
    for name, value in request.headers:
        if proof is None or name.lower() != "authorization":
            connection.putheader(name, value)
    for name, value in _own_headers(request, proof):
        if name.lower() not in named or name == "Authorization":
            connection.putheader(name, value)
    connection.endheaders(request.body)
    _limit(connection, deadline)
    answer = connection.getresponse()
    body = b""
    while len(body) < MAX_ANSWER_BYTES:
        _limit(connection, deadline)
        # read1 gives what has come: a body that comes byte by byte is held to the time limit as well.
        chunk = answer.read1(MAX_ANSWER_BYTES - len(body))
        if not chunk:
            break
        body += chunk
    if answer.length and len(body) < MAX_ANSWER_BYTES:
        raise http.client.IncompleteRead(body, answer.length)
    headers = [(name.lower(), value) for name, value in answer.getheaders()]
    return answer.status, headers, body


def _own_headers(request: Request, proof: str | None) -> list[tuple[str, str]]:
    own = [("User-Agent", f"Webdial-Desktop/{VERSION}"), ("Accept", "*/*"), ("Connection", "close")]
    if request.body is not None or request.method in {"POST", "PUT"}:
        own.append(("Content-Length", str(len(request.body or b""))))
    if proof is not None:
        own.append(("Authorization", proof))
    return own


def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    # A server that closes after its answer leaves no socket here; what is left is then in memory.
    if connection.sock is not None:
        connection.sock.settimeout(left_s)


def _connected(request: Request, parts: SplitResult, deadline: float) -> http.client.HTTPConnection:
    host, scheme = parts.hostname or "", parts.scheme
    if scheme not in _PORTS or not host:
        raise _FailedError("not_understood", "This is no address for a request.")
    try:
        port = parts.port or _PORTS[scheme]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except ValueError as error:
        raise _FailedError("not_understood", "This is no address for a request.") from error
    except (OSError, UnicodeError) as error:
        raise _FailedError("host_unknown") from error
    addresses = [each[4][:2] for each in found]
    if not addresses or not all(is_near(str(address[0])) for address in addresses):
        raise _FailedError(
            "address_not_allowed", "The helper sends to this computer and its own network alone."
        )
    connection = http.client.HTTPConnection(host, port)
    connection.sock = _opened(addresses, min(request.connect_s, deadline - time.monotonic()))
    if scheme == "https":
        connection.sock = _secured(connection.sock, host, request.certificate)
    # The addresses were looked at; a second look-up could give others.
    connection.auto_open = 0
    connection.default_port = _PORTS[scheme]
    return connection


def is_near(address: str) -> bool:
    """Whether an address is this machine's or of a private network (RFC 1918, RFC 4193).

    Link-local ones are none: there clouds keep their secrets, and no phone.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    near = mapped or parsed
    return any(near in network for network in _NEAR)


def _opened(addresses: list[Any], timeout_s: float) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection(address, timeout=max(timeout_s, 0.001))
        except OSError as error:
            failure = error
    if isinstance(failure, ConnectionRefusedError):
        raise _FailedError("connection_refused") from failure
    raise _FailedError("unreachable", getattr(failure, "strerror", "") or "") from failure


def _secured(plain: socket.socket, host: str, certificate: tuple[str, str]) -> ssl.SSLSocket:
    mode, text = certificate
    try:
        context = ssl.create_default_context(cadata=text if mode == "own_ca" else None)
        if mode == "pinned":
            # Its own fingerprint is looked at instead of a signature, before anything is sent.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        secured = context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise _FailedError("certificate_bad", error.verify_message) from error
    except (OSError, ValueError) as error:
        plain.close()
        raise _FailedError("tls_failed", str(error)[:200]) from error
    if mode == "pinned":
        shown = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
        if not secrets.compare_digest(shown, text.replace(":", "").lower()):
            with contextlib.suppress(OSError):
                secured.close()
            raise _FailedError("certificate_bad", f"The certificate's fingerprint is now {shown}.")
    return secured


def _redirected(request: Request, status: int, headers: Mapping[str, str]) -> Request | None:
    """The next request when the answer points on within the same place; methods change as in browsers."""
    location = headers.get("location")
    if location is None or status not in _TO_GET | _SAME_METHOD:
        return None
    target = urljoin(request.url, location)
    if not _is_same_place(request.url, target):
        raise _FailedError("redirected_away", f"It pointed to {urlsplit(target).netloc}"[:200])
    if status in _SAME_METHOD or (request.method != "POST" and status != 303):
        method, body, kept = request.method, request.body, request.headers
    else:
        method, body = "GET", None
        kept = tuple(each for each in request.headers if each[0].lower() != "content-type")
    return Request(
        method, target, kept, body, request.digest, request.certificate,
        request.connect_s, request.total_s,
    )  # fmt: skip


def _is_same_place(url: str, target: str) -> bool:
    try:
        before, after = urlsplit(url), urlsplit(target)
        ports = before.port or _PORTS.get(before.scheme), after.port or _PORTS.get(after.scheme)
    except ValueError:
        return False
    if before.hostname != after.hostname or after.username is not None:
        return False
    if before.scheme == after.scheme:
        return ports[0] == ports[1]
    return (before.scheme, after.scheme) == ("http", "https") and ports == (80, 443)
