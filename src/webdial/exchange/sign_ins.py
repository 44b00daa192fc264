"""Sign-ins of users at a phone system in their browser (OAuth 2.0), and how they are kept fresh.

The user signs in once (RFC 6749 section 4.1, with the proof of RFC 7636); what the phone system gives
then is kept sealed. Each call takes the access token, which is renewed here when it has lapsed.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from webdial.dialstring import DialString, DialStringError, HttpRequest, Values
from webdial.exchange.judging import MAX_MESSAGE, read_short
from webdial.exchange.lapsing import MARGIN_S, lasts_s
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.redaction import redacted
from webdial.exchange.verdicts import shown_text
from webdial.language import translatable
from webdial.phonesystems import Answer, SignIn

_NEVER_IN: Final = translatable("you are not signed in to it; sign in under My phones")
_LAPSED: Final = translatable("your sign-in has lapsed; sign in under My phones")
_NO_TOKEN: Final = translatable("it gave no token; sign in to it again")

Fetch = Callable[[HttpRequest], Awaitable[Answer | Verdict]]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gave. `until` is when the access token lapses; None when nobody said."""

    access_token: str = field(repr=False)
    until: datetime | None = None
    refresh_token: str = field(default="", repr=False)

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until - timedelta(seconds=MARGIN_S)


class SignInStore(Protocol):
    """Keeps sign-ins by set-up and user, sealed. Raises WebdialError when one cannot be read."""

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None: ...

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None: ...


class NoSignIns:
    """A SignInStore where nobody has signed in."""

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None:
        return None

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None:
        raise NotImplementedError("nothing is kept here")


@dataclass(frozen=True, slots=True)
class Departure:
    """A user on the way to the phone system's sign-in page: `url` to go to, the rest to remember."""

    url: str
    state: str = field(repr=False)
    code_verifier: str = field(repr=False)


def begin_sign_in(sign_in: SignIn, values: Values, redirect_uri: str) -> Departure:
    """Raises DialStringError when a field is not filled in."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    more = {
        **values.more,
        "state": state,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "code_challenge": challenge.decode().rstrip("="),
    }
    plan = sign_in.authorize.plan(replace(values, more=more))
    return Departure(plan.url, state, verifier)


async def finish_sign_in(
    sign_in: SignIn, values: Values, *, code: str, verifier: str, redirect_uri: str, fetch: Fetch
) -> SignedIn | Verdict:
    """Change the code that the browser brought for tokens; a verdict says why there are none."""
    more = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
    return await _ask(sign_in, sign_in.token, values, more, fetch)


class SignIns:
    """The access tokens of users, renewed when they lapse; who wants the same one waits for it."""

    def __init__(
        self, store: SignInStore, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock
        self._locks: dict[tuple[int, int], asyncio.Lock] = {}
        self._kept: dict[tuple[int, int], SignedIn] = {}

    def forget(self, setup_id: int, user_id: int) -> None:
        """The user has signed in anew or out: what is remembered no longer counts."""
        self._kept.pop((setup_id, user_id), None)

    async def token(
        self, sign_in: SignIn, key: tuple[int, int], values: Values, fetch: Fetch, *, refused: str
    ) -> str | Verdict:
        """An access token that holds, another one than `refused`."""
        kept = self._kept.get(key)
        if kept is not None and kept.access_token != refused and kept.holds(self._clock()):
            return kept.access_token
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = await self._store.find(*key)
            if found is None:
                return _signed_out(_NEVER_IN)
            if found.access_token == refused or not found.holds(self._clock()):
                renewed = await self._renew(sign_in, found, values, fetch)
                if isinstance(renewed, Verdict):
                    self._kept.pop(key, None)
                    return renewed
                found = renewed
                await self._store.keep(*key, found)
            self._kept[key] = found
            return found.access_token

    async def _renew(
        self, sign_in: SignIn, old: SignedIn, values: Values, fetch: Fetch
    ) -> SignedIn | Verdict:
        if sign_in.refresh is None or not old.refresh_token:
            return _signed_out(_LAPSED)
        more = {"refresh_token": old.refresh_token}
        new = await _ask(sign_in, sign_in.refresh, values, more, fetch, self._clock())
        if isinstance(new, SignedIn) and not new.refresh_token:
            return replace(new, refresh_token=old.refresh_token)
        return new


async def _ask(
    sign_in: SignIn,
    request: DialString,
    values: Values,
    more: dict[str, str],
    fetch: Fetch,
    now: datetime | None = None,
) -> SignedIn | Verdict:
    try:
        plan = request.plan(replace(values, more={**values.more, **more}))
    except DialStringError as error:
        return Verdict(Outcome.LOG_IN_FAILED, message=error.message)
    assert isinstance(plan, HttpRequest)
    answer = await fetch(plan)
    if isinstance(answer, Verdict):
        beneath = answer.outcome
        return Verdict(
            Outcome.LOG_IN_FAILED, answer.status, message=beneath.kept_label, beneath=beneath
        )
    token = sign_in.access_token.read(answer) if 200 <= answer.status < 300 else None
    if token is None:
        message = redacted(read_short(sign_in.message, answer, MAX_MESSAGE), plan.secrets)
        text = redacted(shown_text(answer), plan.secrets)
        why = message or _NO_TOKEN
        return Verdict(Outcome.LOG_IN_FAILED, answer.status, text, why)
    fresh = None if sign_in.new_refresh_token is None else sign_in.new_refresh_token.read(answer)
    holds_s = lasts_s(sign_in.lasts, answer)
    until = None if holds_s is None else (now or datetime.now(UTC)) + timedelta(seconds=holds_s)
    return SignedIn(token, until, fresh or "")


def _signed_out(why: str) -> Verdict:
    return Verdict(Outcome.LOG_IN_FAILED, message=why)
