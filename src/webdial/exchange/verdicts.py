"""What an answer says of the call that asked for it, or a failure that stands in its place.

Every failure of the HTTP library is turned into an outcome in one place, `outcome_of_failure`. What a phone system's
own rules read in an answer is `webdial.exchange.judging`'s.
"""

import errno
import math
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp import hdrs

from webdial.exchange.network_policy import AddressNotAllowedError
from webdial.exchange.outcome import Outcome, Verdict, dial_again_in
from webdial.language import translatable
from webdial.phonesystems import Answer

MAX_KEPT_ANSWER: Final = 500
"""Characters of an answer that are kept with the call."""

MAX_RETRY_AFTER_S: Final = 86_400
"""What asks to be left alone for longer is not told: it is no time to wait for at a phone."""

# Kept with the call instead of an answer, in English; told by webdial.site.pages.kept_words.
NEW_FINGERPRINT: Final = translatable("The certificate's fingerprint is now {fingerprint}.")

# Statuses that do not tell whether the request was acted on: a time-out, a fault in the middle of
# the work, a proxy that lost the phone system behind it (RFC 9110 sections 15.5.9, 15.6).
_ERRORS = frozenset({408, 500, 502, 504})
# A status that nobody has defined is to be taken for a 500 (RFC 9110 section 15); such are 520 to 527 of
# Cloudflare, and 999.
_KNOWN = frozenset(HTTPStatus)


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


def verdict_of_failure(error: Exception, *, redirected_by: int | None) -> Verdict:
    """What a failure means. After a redirect the call's own request has been taken, so that it may
    have rung whatever became of the request that followed.
    """
    if isinstance(error, AddressNotAllowedError):
        outcome = Outcome.ADDRESS_NOT_ALLOWED
    else:
        outcome = outcome_of_failure(error)
    if redirected_by is not None and not outcome.may_have_rung:
        return Verdict(Outcome.NOT_UNDERSTOOD, redirected_by, _reason(error))
    return Verdict(outcome, redirected_by, _reason(error))


def outcome_of_failure(error: Exception) -> Outcome:
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
