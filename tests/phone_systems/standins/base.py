"""A phone system that is not there: a real server on loopback that takes only what the facts say.

A stand-in knows method, path, query, headers, media type, log-in and body of one phone system. Any
other request is refused with a reason that a test can read in `refusals`, so that a request which
is almost right fails its test. What it understood stands in `calls`, in the order in which the
real one would have placed them.
"""

import base64
import hashlib
import json
import re
import secrets
import ssl
import xml.etree.ElementTree as ET
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

import trustme
from aiohttp import web

LOOPBACK = "127.0.0.1"


class Mood(Enum):
    """How the stand-in answers a dial request that it has understood."""

    WILLING = auto()
    FAILS_IN_BODY = auto()
    FAILS_BY_STATUS = auto()


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call as the phone system understood it: whose phone rings, and what it then dials."""

    caller: str
    number: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """One request, whole. `target` is path and query as they came, undecoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, still encoded."""
        return urlsplit(self.target).path

    @property
    def query_text(self) -> str:
        return urlsplit(self.target).query

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reply:
    body: str | bytes = ""
    status: int = 200
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def reply_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(json.dumps(content), status, "application/json", headers or {})


def reply_xml(text: str, status: int = 200) -> Reply:
    return Reply(text, status, "text/xml; charset=utf-8")


class NotUnderstoodError(Exception):
    """The request is none that the facts know; the sentence says what is wrong with it."""


class DeniedError(Exception):
    """The stand-in answers as the real one does to who may not: `reply` is that answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"denied with {reply.status}")
        self.reply = reply


def expect(is_right: bool, reason: str) -> None:
    """Raises NotUnderstoodError with `reason` when something in a request is not as the facts say."""
    if not is_right:
        raise NotUnderstoodError(reason)


class StandIn(ABC):
    """A server that one test opens with `async with` and closes again.

    With `authority` it speaks TLS with a certificate of that authority, for loopback and for the
    names in `host_names`.
    """

    host_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, authority: trustme.CA | None = None) -> None:
        self.mood = Mood.WILLING
        self.requests: list[Received] = []
        self.calls: list[Dialled] = []
        self.refusals: list[str] = []
        self.sessions = Sessions()
        self.log_ins = 0
        self.dial_requests = 0
        self.port = 0
        self._authority = authority
        self._runner: web.ServerRunner | None = None

    @abstractmethod
    def answer(self, request: Received) -> Reply:
        """What the phone system answers. May raise NotUnderstoodError or DeniedError."""

    def forget_sessions(self) -> None:
        """Every log-in lapses, as after a restart."""
        self.sessions.forget()

    @property
    def scheme(self) -> str:
        return "http" if self._authority is None else "https"

    @property
    def address(self) -> str:
        """Host and port, as a URL has them."""
        return f"{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle))
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0, ssl_context=self._tls())
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _tls(self) -> ssl.SSLContext | None:
        if self._authority is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(LOOPBACK, *self.host_names).configure_cert(context)
        return context

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        received = Received(request.method, request.raw_path, request.headers, await request.read())
        reply = self.take(received)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Type": reply.media_type, **reply.headers}
        return web.Response(body=body, status=reply.status, headers=headers)

    def take(self, received: Received) -> Reply:
        """Answer one request, as if it had come over the wire."""
        self.requests.append(received)
        try:
            return self.answer(received)
        except DeniedError as denied:
            return denied.reply
        except NotUnderstoodError as fault:
            self.refusals.append(str(fault))
            return Reply(f"The stand-in does not understand: {fault}", 400)


# What a request must be


def check_method(request: Received, method: str) -> None:
    expect(request.method == method, f"method {request.method}, not {method}")


def check_path(request: Received, path: str) -> None:
    expect(request.path == path, f"path {request.path}, not {path}")


def check_header(request: Received, name: str, value: str) -> None:
    found = request.headers.get(name)
    expect(found == value, f"header {name}: {found!r}, not {value!r}")


def check_no_body(request: Received) -> None:
    expect(request.body == b"", f"a body where none belongs: {request.body[:80]!r}")


def read_query(
    request: Received, *, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> dict[str, str]:
    """The query's parameters: each once, all of `required`, none but these and `optional`."""
    pairs = parse_qsl(request.query_text, keep_blank_values=True, strict_parsing=False)
    return _checked_pairs("query", pairs, required, optional)


def read_form(
    request: Received, *, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> dict[str, str]:
    """The variables of a form in the body, checked as `read_query` does."""
    wanted = "application/x-www-form-urlencoded"
    expect(request.media_type == wanted, f"Content-Type {request.media_type!r}, not {wanted}")
    pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True)
    return _checked_pairs("form", pairs, required, optional)


def read_json(
    request: Received, *, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> dict[str, Any]:
    """The JSON object of the body with all of `required` and none but these and `optional`."""
    content = read_any_json(request)
    expect(isinstance(content, dict), f"a JSON {type(content).__name__}, not an object")
    return _checked_pairs("JSON", list(content.items()), required, optional)


def read_any_json(request: Received) -> Any:
    """The JSON value of the body; a name that stands twice in an object is refused."""
    wanted = "application/json"
    expect(request.media_type == wanted, f"Content-Type {request.media_type!r}, not {wanted}")
    try:
        return json.loads(request.body.decode("utf-8"), object_pairs_hook=_names_once)
    except ValueError as error:
        raise NotUnderstoodError(f"the body is no JSON: {error}") from error


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    expect(len(names) == len(set(names)), f"a JSON name stands twice: {names}")
    return dict(pairs)


def check_member(content: Mapping[str, Any], name: str, value: object) -> None:
    """`name` holds exactly `value`, of the same JSON type (1 is not true, nor "1")."""
    found = content.get(name)
    is_same = type(found) is type(value) and found == value
    expect(is_same, f"{name} is {found!r}, not {value!r}")


def read_text(content: Mapping[str, Any], name: str) -> str:
    """The text of a member; a number or nothing is refused."""
    found = content.get(name)
    expect(isinstance(found, str), f"{name} is {found!r}, which is no text")
    return str(found)


def _checked_pairs(
    where: str, pairs: list[tuple[str, Any]], required: Iterable[str], optional: Iterable[str]
) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    wanted, allowed = set(required), {*required, *optional}
    expect(len(names) == len(set(names)), f"the {where} has a name twice: {names}")
    expect(wanted <= set(names), f"the {where} lacks {sorted(wanted - set(names))}")
    expect(set(names) <= allowed, f"the {where} has unknown {sorted(set(names) - allowed)}")
    return dict(pairs)


# XML


def read_xml(request: Received, *, media_types: Iterable[str] = ("text/xml",)) -> ET.Element:
    """The root element of the body, which must be of one of `media_types` and well formed."""
    expect(request.media_type in set(media_types), f"Content-Type {request.media_type!r}")
    expect(b"<!DOCTYPE" not in request.body, "an XML body with a DOCTYPE")
    try:
        return ET.fromstring(request.body)
    except ET.ParseError as error:
        raise NotUnderstoodError(f"the body is no XML: {error}") from error


SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def read_soap(request: Received, *, action: str) -> ET.Element:
    """The one element in the Body of a SOAP 1.1 envelope (W3C Note SOAP 1.1, sections 4 and 6.1).

    The SOAPAction header must be `action`, with or without its quotation marks.
    """
    check_method(request, "POST")
    found = request.headers.get("SOAPAction")
    expect(
        found is not None and found.strip('"') == action, f"SOAPAction {found!r}, not {action!r}"
    )
    envelope = read_xml(request)
    expect(envelope.tag == f"{{{SOAP}}}Envelope", f"{envelope.tag} where an envelope belongs")
    bodies = envelope.findall(f"{{{SOAP}}}Body")
    expect(len(bodies) == 1 and len(bodies[0]) == 1, "not exactly one call in one SOAP body")
    return bodies[0][0]


def child_text(element: ET.Element, name: str) -> str:
    """The text of the one child `name`; a second one, or a child with children, is refused."""
    found = element.findall(name)
    expect(len(found) == 1, f"{len(found)} elements {name} in {element.tag}")
    expect(len(found[0]) == 0, f"{name} holds elements")
    return found[0].text or ""


def soap_answer(inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}">'
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    )


def soap_fault(text: str, detail: str = "") -> str:
    return soap_answer(
        f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{escape(text)}</faultstring>"
        f"<detail>{detail}</detail></s:Fault>"
    )


# Who may


def check_basic(request: Received, user: str, password: str, denied: Reply) -> None:
    """HTTP Basic (RFC 7617) with exactly this user and password, else `denied`."""
    wanted = base64.b64encode(f"{user}:{password}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {wanted}":
        raise DeniedError(denied)


def bearer_token(request: Received) -> str:
    """The token of `Authorization: Bearer ...` (RFC 6750 section 2.1); empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


_DIGEST_PART = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class DigestGuard:
    """HTTP Digest (RFC 7616, qop=auth). Nonces are used in order and die by `forget`."""

    def __init__(self, realm: str, user: str, password: str, algorithm: str = "MD5") -> None:
        self._realm, self._user, self._password = realm, user, password
        self._algorithm = algorithm
        self._counts: dict[str, int] = {}

    def forget(self) -> None:
        """Every nonce is stale from now on."""
        self._counts.clear()

    def check(self, request: Received) -> None:
        """Raises DeniedError with a challenge unless `request` proves the password."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        parts = {name: quoted or plain for name, quoted, plain in _DIGEST_PART.findall(rest)}
        if scheme != "Digest" or not self._is_proof(parts, request):
            is_stale = scheme == "Digest" and parts.get("nonce") not in self._counts
            raise DeniedError(self._challenge(is_stale))

    def _is_proof(self, parts: Mapping[str, str], request: Received) -> bool:
        nonce = parts.get("nonce", "")
        if nonce not in self._counts or parts.get("uri") != request.target:
            return False
        count = int(parts.get("nc", "0"), 16)
        if count <= self._counts[nonce] or parts.get("realm") != self._realm:
            return False
        if not secrets.compare_digest(parts.get("response", ""), self._proof(parts, request)):
            return False
        self._counts[nonce] = count
        return parts.get("username") == self._user and parts.get("qop") == "auth"

    def _proof(self, parts: Mapping[str, str], request: Received) -> str:
        who = self._hash(f"{self._user}:{self._realm}:{self._password}")
        what = self._hash(f"{request.method}:{request.target}")
        middle = (parts["nonce"], parts.get("nc", ""), parts.get("cnonce", ""), "auth")
        return self._hash(":".join((who, *middle, what)))

    def _hash(self, text: str) -> str:
        return _HASHES[self._algorithm](text.encode()).hexdigest()

    def _challenge(self, is_stale: bool) -> Reply:
        nonce = secrets.token_hex(16)
        self._counts[nonce] = 0
        stale = ", stale=true" if is_stale else ""
        challenge = (
            f'Digest realm="{self._realm}", nonce="{nonce}", qop="auth", '
            f"algorithm={self._algorithm}{stale}"
        )
        return Reply("Unauthorized", 401, headers={"WWW-Authenticate": challenge})


class Sessions:
    """Tokens or cookies that the stand-in has given out and still knows."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.forgets_at_once = False

    def begin(self) -> str:
        """A new token. With `forgets_at_once` it is refused from the start, as by a broken server."""
        token = secrets.token_hex(16)
        if not self.forgets_at_once:
            self._known.add(token)
        return token

    def knows(self, token: str) -> bool:
        return token in self._known

    def forget(self) -> None:
        self._known.clear()


def path_parts(request: Received, pattern: str) -> tuple[str, ...]:
    """The decoded groups of `pattern`, which must match the whole encoded path."""
    match = re.fullmatch(pattern, request.path)
    expect(match is not None, f"path {request.path}, not of the form {pattern}")
    assert match is not None
    return tuple(unquote(group or "") for group in match.groups())
