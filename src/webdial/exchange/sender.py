"""Sends a request over HTTP, once, and reads what became of it.

Nothing here is ever repeated: neither by us, nor by the library on a connection that has gone
stale, nor by a redirect to another host. Every failure of the library is turned into an outcome
in one place, `_outcome_of_failure`.
"""

import errno
import math
import ssl
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
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
from webdial.exchange.outcome import Outcome, Verdict, dial_again_in
from webdial.exchange.systems import VERIFY, Certificate, CertificateMode
from webdial.language import translatable
from webdial.phonesystems import Answer
from webdial.values import value_class

MAX_ANSWER_BYTES: Final = 65_536
"""As much of an answer as is read: a sentence or a small document, never a download."""

MAX_KEPT_ANSWER: Final = 500
"""Characters of an answer that are kept with the call."""

MAX_REDIRECTS: Final = 5

MAX_RETRY_AFTER_S: Final = 86_400
"""What asks to be left alone for longer is not told: it is no time to wait for at a phone."""

MAX_DIGESTS: Final = 1_000
"""Log-ins by digest whose last challenge is remembered."""

# Kept with the call instead of an answer, in English; told by webdial.site.pages.kept_words.
IN_A_CIRCLE: Final = translatable("It redirected in a circle.")
POINTED_TO: Final = translatable("It pointed to {place}")
NEW_FINGERPRINT: Final = translatable("The certificate's fingerprint is now {fingerprint}.")

_TO_GET = frozenset({301, 302, 303})
_SAME_METHOD = frozenset({307, 308})
_REDIRECTS = _TO_GET | _SAME_METHOD
# Statuses that do not tell whether the request was acted on: a time-out, a fault in the middle of
# the work, a proxy that lost the phone system behind it (RFC 9110 sections 15.5.9, 15.6).
_ERRORS = frozenset({408, 500, 502, 504})
# A status that nobody has defined is to be taken for a 500 (RFC 9110 section 15); such are 520 to 527 of
# Cloudflare, and 999.
_KNOWN = frozenset(HTTPStatus)
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
            return _verdict_of_failure(error, redirected_by=status)
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
        return b"".join(chunks), _outcome_of_failure(error)
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


def shown_text(answer: Answer) -> str:
    """The beginning of an answer on one line, without characters that cannot be seen."""
    most = MAX_KEPT_ANSWER * 8
    if len(answer.body) > most:
        answer = Answer(answer.status, (), answer.body[:most], answer.charset)
    return one_line(answer.text, MAX_KEPT_ANSWER)


def one_line(text: str, longest: int) -> str:
    """`text` with visible characters alone, blanks made one, and cut to `longest` characters."""
    visible = text
    if not text.isprintable():
        visible = "".join(character if character.isprintable() else " " for character in text)
    shown = visible.strip()
    if "  " in shown:  # the only blank that counts as visible
        shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def verdict_of_answer(answer: Answer, text: str) -> Verdict:
    """By its status, and with the time after which it wants to be asked again."""
    verdict = verdict_of_status(answer.status, text)
    if verdict.outcome is Outcome.REJECTED and (wait_s := retry_after_s(answer)) is not None:
        return replace(verdict, next_step=dial_again_in(wait_s))
    return verdict


def retry_after_s(answer: Answer) -> int | None:
    """Seconds until it wants to be asked again, within a day; None where it does not say so.

    RFC 9110 section 10.2.3: a number of seconds, or a date.
    """
    text = (answer.header(hdrs.RETRY_AFTER) or "").strip()
    if text.isascii() and text.isdigit():
        wait_s = int(text[:9])
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        wait_s = math.ceil((at - datetime.now(UTC)).total_seconds())
    return wait_s if 0 < wait_s <= MAX_RETRY_AFTER_S else None


def verdict_of_status(status: int, text: str) -> Verdict:
    if 200 <= status < 300:
        return Verdict(Outcome.SENT, status, text)
    if status in _ERRORS or (status not in _KNOWN and status >= 500):
        return Verdict(Outcome.FAILED, status, text)
    if status >= 400:
        return Verdict(Outcome.REJECTED, status, text)
    return Verdict(Outcome.NOT_UNDERSTOOD, status, text)


def _verdict_of_failure(error: Exception, *, redirected_by: int | None) -> Verdict:
    """What a failure means. After a redirect the call's own request has been taken, so that it may
    have rung whatever became of the request that followed.
    """
    if isinstance(error, AddressNotAllowedError):
        outcome = Outcome.ADDRESS_NOT_ALLOWED
    else:
        outcome = _outcome_of_failure(error)
    if redirected_by is not None and not outcome.may_have_rung:
        return Verdict(Outcome.NOT_UNDERSTOOD, redirected_by, _reason(error))
    return Verdict(outcome, redirected_by, _reason(error))


def _outcome_of_failure(error: Exception) -> Outcome:
    """The one place where the library's failures become outcomes; from special to general."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return Outcome.HOST_UNKNOWN
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ServerFingerprintMismatch():
            return Outcome.CERTIFICATE_BAD
        case aiohttp.ClientConnectorSSLError():
            return Outcome.TLS_FAILED
        case aiohttp.ClientConnectorError() if error.os_error.errno == errno.ECONNREFUSED:
            return Outcome.CONNECTION_REFUSED
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, ConnectionError):
            # It took the connection and hung up on the TLS handshake, as a plain server does.
            return Outcome.TLS_FAILED
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Outcome.UNREACHABLE
        case TimeoutError():
            return Outcome.TIMED_OUT
        case aiohttp.ClientResponseError():
            return Outcome.NOT_UNDERSTOOD
        case ValueError():  # a name that cannot be looked up; found before anything is sent
            return Outcome.HOST_UNKNOWN
        case _:
            return Outcome.CUT_OFF


def _reason(error: Exception) -> str:
    """The library's words, for the administrator; they name the target and no secret."""
    match error:
        case AddressNotAllowedError():
            return _shortened(error.plain)
        case aiohttp.ServerFingerprintMismatch():
            return NEW_FINGERPRINT.format(fingerprint=error.got.hex())
        case aiohttp.ClientConnectorCertificateError():
            return _shortened(str(error.certificate_error))
        case aiohttp.ClientConnectorError():
            return _shortened(error.os_error.strerror or str(error.os_error))
        case aiohttp.ClientResponseError():
            return _shortened(error.message)
        case _:
            return ""


def _shortened(text: str) -> str:
    return one_line(text, MAX_KEPT_ANSWER)
