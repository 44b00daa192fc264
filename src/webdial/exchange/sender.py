"""Sends a request over HTTP, once, and takes in the answer. What that says is `webdial.exchange.verdicts`'.

Nothing here is ever repeated: neither by us, nor by the library on a connection that has gone
stale, nor by a redirect to another host.
"""

import math
import ssl
import time
import zlib
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver
from yarl import URL

import webdial
from webdial.dialstring import DigestLogin, HttpRequest
from webdial.exchange.calls import TimeLimits
from webdial.exchange.guarded_connections import GuardedConnector, PolicySource
from webdial.exchange.network_policy import AddressNotAllowedError
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.systems import VERIFY, Certificate, CertificateMode
from webdial.exchange.verdicts import (
    MAX_KEPT_ANSWER,
    outcome_of_failure,
    shown_text,
    verdict_of_answer,
    verdict_of_failure,
)
from webdial.language import translatable
from webdial.phonesystems import Answer
from webdial.values import value_class

MAX_ANSWER_BYTES: Final = 65_536
"""As much of an answer as is read: a sentence or a small document, never a download."""

MAX_REDIRECTS: Final = 5

MAX_DIGESTS: Final = 1_000
"""Log-ins by digest whose last challenge is remembered."""

# Kept with the call instead of an answer, in English; told by webdial.site.pages.kept_words.
IN_A_CIRCLE: Final = translatable("It redirected in a circle.")
POINTED_TO: Final = translatable("It pointed to {place}")

_TO_GET = frozenset({301, 302, 303})
_SAME_METHOD = frozenset({307, 308})
_REDIRECTS = _TO_GET | _SAME_METHOD
_KEEP_ALIVE_S = 15
_PORTS = {"http": 80, "https": 443}
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_SET_COOKIE: Final = hdrs.SET_COOKIE.lower()


class HttpSender:
    """Sends over pools of connections, one for each rule of certificates. Close it at the end.

    Nothing is sent where `policy` does not allow it, a redirect included.
    """

    def __init__(
        self,
        *,
        policy: PolicySource,
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._ssl = ssl_context or ssl.create_default_context()
        self._sessions: dict[Certificate, aiohttp.ClientSession] = {}
        self._digests: dict[tuple[DigestLogin, URL], aiohttp.DigestAuthMiddleware] = {}

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        """Send `request` once within `limits` and say by its status what became of it."""
        answer = await self.fetch(request, limits)
        if isinstance(answer, Verdict):
            return answer
        return verdict_of_answer(answer, shown_text(answer))

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate = VERIFY
    ) -> Answer | Verdict:
        """Send `request` once within `limits`: the whole answer, or why there is none."""
        deadline = time.monotonic() + limits.total_s
        step = _Step.first(request)
        status: int | None = None
        try:
            session = self._session(certificate)
            for _ in range(MAX_REDIRECTS + 1):
                left_s = deadline - time.monotonic()
                answer, failure = await self._exchange(session, step, limits.connect_s, left_s)
                status = answer.status
                if failure is not None:
                    return Verdict(failure, status, shown_text(answer))
                following = step.redirected(answer)
                if not isinstance(following, _Step):
                    return following
                step = following
        except (
            aiohttp.ClientError, TimeoutError, OSError, ValueError, AddressNotAllowedError,
        ) as error:  # fmt: skip
            return verdict_of_failure(error, redirected_by=status)
        return Verdict(Outcome.NOT_UNDERSTOOD, status, IN_A_CIRCLE)

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _exchange(
        self, session: aiohttp.ClientSession, step: "_Step", connect_s: float, total_s: float
    ) -> tuple[Answer, Outcome | None]:
        """The answer, and what broke its body off if anything did."""
        url = URL(step.url, encoded=True)
        response = await session.request(
            step.method,
            url,
            data=step.body,
            headers=step.headers,
            allow_redirects=False,
            timeout=_timeout(connect_s, round(max(total_s, 0.001), 3)),
            middlewares=() if step.digest is None else (self._digest(step.digest, url),),
        )
        body, failure = await _read(response)
        body = _unpacked(body, response.headers.get(hdrs.CONTENT_ENCODING, ""))
        headers = tuple(response.headers.items())
        return Answer(response.status, headers, body, response.charset), failure

    def _digest(self, login: DigestLogin, url: URL) -> aiohttp.DigestAuthMiddleware:
        """Kept, so that the next request answers the challenge that is already known.

        One for each place: the library signs in nowhere but where it signed in first, and all handsets of
        an office may have the same password.
        """
        key = login, url.origin()
        if key not in self._digests:
            if len(self._digests) >= MAX_DIGESTS:
                self._digests.clear()
            self._digests[key] = aiohttp.DigestAuthMiddleware(login.user, login.password)
        return self._digests[key]

    def _session(self, certificate: Certificate) -> aiohttp.ClientSession:
        """Opened on first use, since it belongs to the event loop that runs then."""
        session = self._sessions.get(certificate)
        if session is None:
            session = aiohttp.ClientSession(
                connector=GuardedConnector(
                    self._policy,
                    resolver=self._resolver,
                    certificate_rule=self._trust(certificate),
                    keepalive_timeout_s=_KEEP_ALIVE_S,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={
                    hdrs.USER_AGENT: f"Webdial/{webdial.__version__}",
                    hdrs.ACCEPT_ENCODING: "identity",
                },
                auto_decompress=False,
                trust_env=False,
            )
            # aiohttp sends GET and PUT again when a kept connection turns out to be closed. To
            # a phone system the second request may be a second call.
            session._retry_connection = False  # noqa: SLF001 - no public switch exists
            self._sessions[certificate] = session
        return session

    def _trust(self, certificate: Certificate) -> ssl.SSLContext | aiohttp.Fingerprint:
        """What is trusted. Raises ValueError (ssl.SSLError is none) for a text that is none."""
        match certificate.mode:
            case CertificateMode.PINNED:
                return aiohttp.Fingerprint(bytes.fromhex(certificate.text.replace(":", "")))
            case CertificateMode.OWN_CA:
                return ssl.create_default_context(cadata=certificate.text)
            case CertificateMode.VERIFY:
                return self._ssl


@value_class(frozen=True, slots=True)
class _Step:
    """One request on the way: the call's own, or the one that a redirect makes of it.

    `set_cookies` are those headers of the answers that redirected so far.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    digest: DigestLogin | None = None
    set_cookies: tuple[tuple[str, str], ...] = ()

    @classmethod
    def first(cls, request: HttpRequest) -> "_Step":
        body = None if request.body is None else request.body.encode()
        return cls(request.method, request.url, dict(request.headers), body, request.digest)

    def redirected(self, answer: Answer) -> "_Step | Answer | Verdict":
        """The next step when the answer points on within the same host, else what it comes to.

        Methods change as browsers change them (Fetch Standard, HTTP-redirect fetch). A cookie that is
        set with a redirect goes along and belongs to the answer: so do log-ins by form.
        """
        status, location = answer.status, answer.header(hdrs.LOCATION)
        if location is None or status not in _REDIRECTS:
            if not self.set_cookies:
                return answer
            return replace(answer, headers=(*self.set_cookies, *answer.headers))
        target = urljoin(self.url, location)
        if not _is_same_host(self.url, target):
            kept = POINTED_TO.format(place=urlsplit(target).netloc or target)
            return Verdict(Outcome.REDIRECTED_AWAY, status, kept[:MAX_KEPT_ANSWER])
        set_now = tuple(each for each in answer.headers if each[0].lower() == _SET_COOKIE)
        headers = _with_cookies(self.headers, answer.cookies) if set_now else self.headers
        following = replace(
            self, url=target, headers=headers, set_cookies=(*self.set_cookies, *set_now)
        )
        if status in _SAME_METHOD or (self.method != "POST" and status != 303):
            return following
        headers = {
            name: value
            for name, value in headers.items()
            if name.lower() != hdrs.CONTENT_TYPE.lower()
        }
        return replace(following, method="GET", headers=headers, body=None)


def _with_cookies(headers: dict[str, str], cookies: dict[str, str]) -> dict[str, str]:
    """The headers with further cookies, a new value in place of the old."""
    pairs = [each.partition("=") for each in headers.get(hdrs.COOKIE, "").split("; ") if each]
    sent = {name: value for name, _, value in pairs} | cookies
    return {**headers, hdrs.COOKIE: "; ".join(f"{name}={value}" for name, value in sent.items())}


def _is_same_host(url: str, target: str) -> bool:
    """The same scheme, name and port; or from http to https of the same name on the usual ports."""
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


@lru_cache(maxsize=256)
def _timeout(connect_s: float, total_s: float) -> aiohttp.ClientTimeout:
    # Without the threshold the library rounds limits of more than 5 s up to whole seconds.
    return aiohttp.ClientTimeout(total=total_s, connect=connect_s, ceil_threshold=math.inf)


async def _read(response: aiohttp.ClientResponse) -> tuple[bytes, Outcome | None]:
    """The body, at most MAX_ANSWER_BYTES of it, and what broke it off if anything did."""
    chunks: list[bytes] = []
    left = MAX_ANSWER_BYTES
    try:
        while left > 0 and (chunk := await response.content.read(left)):
            chunks.append(chunk)
            left -= len(chunk)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return b"".join(chunks), outcome_of_failure(error)
    finally:
        # A connection with more to come is of no further use.
        response.release() if response.content.at_eof() else response.close()
    return b"".join(chunks), None


def _unpacked(body: bytes, coding: str) -> bytes:
    """The body of an answer that was packed although it was asked not to be; at most MAX_ANSWER_BYTES."""
    if coding.strip().lower() not in _PACKED:
        return body
    for kind in (
        32 + zlib.MAX_WBITS,
        -zlib.MAX_WBITS,
    ):  # what has a head of gzip or zlib, or has none
        try:
            return zlib.decompressobj(kind).decompress(body, MAX_ANSWER_BYTES)
        except zlib.error:
            continue
    return body
