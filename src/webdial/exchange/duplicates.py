"""Which requests ask for a call that is there already: nobody's phone rings twice for one wish.

Two rules, and both answer with the first call:

- *By key.* A request that bears a key (the API's Idempotency-Key, the one-time id of a page's form)
  is that one call's for 24 hours, in every process. The journal's own transaction decides it.
- *By click.* A second request of the same user for the same number within the setting Same Call Within
  is a double click, unless the first call cannot have rung anybody. It is known from memory; the database
  is asked as well only while other processes place calls too (docs/decisions/0020).

What is kept of a request is a digest. Who sends what is none of this module's business.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from webdial.errors import CallNotPlacedError, JournalError, WebdialError
from webdial.exchange.calls import PlacedCall, Repeat
from webdial.exchange.clicks import Click, Clicks, holds
from webdial.exchange.terms import Claim, ClaimedError
from webdial.language import translate
from webdial.values import value_class

KEY_HOLDS: Final = timedelta(hours=24)
"""For so long a key is its call's. The API's reference page says so."""

NO_CALL: Final = UUID(int=0)
"""Holds the key of a form that was answered without a call: sent once more, it shall not dial."""

Placing = tuple[PlacedCall, asyncio.Task[PlacedCall] | None]
"""A call on disk, and the task that carries it out where there is one."""

Begin = Callable[[tuple[Claim, ...]], Awaitable[Placing]]
"""Puts the call on disk with these claims. Raises ClaimedError when one of them is another call's."""


class KeyReusedError(WebdialError):
    """The key belongs to another request (draft-ietf-httpapi-idempotency-key-header-07, section 2.7)."""

    code = "idempotency_key_reused"


class AnsweredBeforeError(CallNotPlacedError):
    """The form was answered before, and nothing was dialled then."""

    code = "answered_before"


@value_class(frozen=True, slots=True)
class Once:
    """A request's key: `request` stands for the key and all that is asked, `key` for the key alone.

    A `key` of None is one under which anything may be asked once.
    """

    request: Claim
    key: Claim | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (self.request,) if self.key is None else (self.request, self.key)


def once_by_key(user_id: int, key: str, asked: Sequence[str | None]) -> Once:
    """The API's: the same key of the same user with anything else in `asked` is an error."""
    until = datetime.now(UTC) + KEY_HOLDS
    return Once(
        Claim(_digest("request", user_id, key, *asked), until),
        Claim(_digest("key", user_id, key), until),
    )


def once_by_form(user_id: int, form: str, asked: Sequence[str | None]) -> Once:
    """A page's: one page may dial several numbers, each of them once."""
    until = datetime.now(UTC) + KEY_HOLDS
    return Once(Claim(_digest("form", user_id, form, *asked), until))


def _digest(kind: str, *parts: str | int | None) -> str:
    """SHA-256 over the parts, told apart by JSON."""
    return f"{kind}:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


class CallRecords(Protocol):
    """The call log and the claims on disk, for what memory does not know. Raise JournalError."""

    async def call(self, call_id: UUID) -> PlacedCall | None:
        """The call as it stands now; None when it is not in the log."""

    async def latest(self, user_id: int, dialled: str, *, within_s: float) -> PlacedCall | None:
        """The user's last call to what is dialled, if it is not older."""

    async def holder(self, claim: Claim) -> UUID | None:
        """The call that holds this claim's key now."""

    async def bind(self, claims: Sequence[Claim], call_id: UUID) -> None:
        """Make these the claims of a call that is on disk; those that are held stay as they are."""

    async def release(self, claim: Claim, call_id: UUID) -> None:
        """Free the claim's key if it is this call's."""


class NoRecords:
    """CallRecords of an exchange that is alone and forgets."""

    async def call(self, _call_id: UUID) -> PlacedCall | None:
        return None

    async def latest(self, _user_id: int, _dialled: str, *, within_s: float) -> PlacedCall | None:
        return None

    async def holder(self, _claim: Claim) -> UUID | None:
        return None

    async def bind(self, _claims: Sequence[Claim], _call_id: UUID) -> None: ...

    async def release(self, _claim: Claim, _call_id: UUID) -> None: ...


class Duplicates:
    """The two rules for one exchange. `has_company` tells whether other processes place calls too."""

    def __init__(
        self,
        *,
        records: CallRecords | None = None,
        has_company: Callable[[], bool] = lambda: False,
        clicks: Clicks | None = None,
    ) -> None:
        self._records = records or NoRecords()
        self._has_company = has_company
        self._began_s = time.monotonic()
        self.clicks = clicks or Clicks()

    async def begin_once(
        self, click: Click, begin: Begin, *, once: Once | None, again: UUID | None
    ) -> Placing:
        """Begin the call, or give the one that the same user has just made to the same number.

        `again` names a call that is to be made once more on purpose. Raises as `begin` does.
        """
        claims = () if once is None else once.claims
        if not click.window_s:
            return await begin(claims)
        while (recent := self.clicks.enter(click, again)) is not None:
            if await recent.on_disk():
                first = recent.call or await self._records.call(recent.call_id)
                if first is not None:
                    return await self._told_again(first, once), None
                self.clicks.forget(recent)  # taken out of the log meanwhile
        try:
            if self._has_company():
                return await self._begin_in_company(click, begin, once, again)
            return await begin(claims)
        except Exception:
            self.clicks.stopped(click)
            raise

    async def first_by_key(self, once: Once) -> PlacedCall | None:
        """The call that was placed by this key.

        Raises KeyReusedError when the key stands for another request, and AnsweredBeforeError when it
        was spent without a call.
        """
        call_id = await self._records.holder(once.request)
        if call_id == NO_CALL:
            raise AnsweredBeforeError(
                translate("This form was sent once more. Nothing was dialled."),
                hint=translate("Press Dial to dial."),
            )
        if call_id is not None:
            first = await self._records.call(call_id)
            return None if first is None else replace(first, repeats=Repeat.KEY)
        if once.key is not None and await self._records.holder(once.key) is not None:
            raise KeyReusedError(
                translate("This Idempotency-Key was used for another request."),
                hint=translate("Send each request with a key of its own, and repeat it unchanged."),
            )
        return None

    async def free(self, claims: Sequence[Claim], call: PlacedCall) -> None:
        """The call was stopped before anything left: it may be asked for again by the same key."""
        with suppress(JournalError):
            for claim in claims:
                await self._records.release(claim, call.id)

    async def spend(self, once: Once) -> None:
        """The form was answered without a call: sent once more, as a browser does, it must not dial."""
        await self._records.bind(once.claims, NO_CALL)

    async def _begin_in_company(
        self, click: Click, begin: Begin, once: Once | None, again: UUID | None
    ) -> Placing:
        """As `begin_once`, when another process may have had the first click."""
        claim = Claim(
            _digest("click", *click.key),
            datetime.now(UTC) + timedelta(seconds=click.window_s),
        )
        claims = (*(() if once is None else once.claims), claim)
        if again is not None:
            await self._records.release(claim, again)
        first = await self._first_unclaimed(click, again)
        if first is not None:
            self.clicks.stopped(click)
            return await self._told_again(first, once), None
        while True:
            try:
                return await begin(claims)
            except ClaimedError as error:
                if error.claim.key != claim.key:
                    raise
                first = await self._records.call(error.call_id)
                if first is not None and holds(first.outcome):
                    self.clicks.stopped(click)
                    return await self._told_again(first, once), None
                await self._records.release(claim, error.call_id)

    async def _first_unclaimed(self, click: Click, again: UUID | None) -> PlacedCall | None:
        """Who was alone until this process began has claimed nothing: their call is found in the log."""
        if time.monotonic() - self._began_s >= click.window_s:
            return None
        first = await self._records.latest(*click.key, within_s=click.window_s)
        return first if first and first.id != again and holds(first.outcome) else None

    async def _told_again(self, first: PlacedCall, once: Once | None) -> PlacedCall:
        """The first call; the second request's key is its own from now on, or was another's before."""
        if once is not None:
            by_key = await self.first_by_key(once)
            if by_key is not None:
                return by_key
            await self._records.bind(once.claims, first.id)
        return replace(first, repeats=Repeat.CLICK)
