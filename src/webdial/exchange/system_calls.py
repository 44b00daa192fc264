"""Calls through a phone system: logs in where that is wanted, sends the dial request, judges.

The dial request is sent once. It is sent a second time in one case: the answer says, by the rule of the
phone system's file, that the log-in has lapsed. A third time there is none.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from webdial.dialstring import DialString, DialStringError, HttpRequest, Plan
from webdial.dialstring.values import NOTHING
from webdial.errors import WebdialError
from webdial.exchange.calls import TimeLimits
from webdial.exchange.judging import judge_dial, judge_step
from webdial.exchange.lapsing import MARGIN_S, lasts_s
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.redaction import redacted
from webdial.exchange.sign_ins import NoSignIns, SignIns, SignInStore
from webdial.exchange.systems import Certificate, SystemCall, log_in_values, with_taken
from webdial.exchange.watching import Watcher
from webdial.phonesystems import Answer, LogIn, Owner

ACCESS_TOKEN_NAME: Final = "access_token"  # noqa: S105 - a name

_CONFIRMED: Final = frozenset({Outcome.ACCEPTED, Outcome.QUEUED})

MAX_KEPT: Final = 20_000
"""Log-ins that are kept. Beyond it the oldest are forgotten and made anew."""


class Transport(Protocol):
    """Sends one request once: the answer, or why there is none."""

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate
    ) -> Answer | Verdict: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a log-in gave, the values that it was made with, and until when it holds."""

    taken: Mapping[str, str] = field(repr=False)
    made_with: tuple[str, ...] = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class _Failed:
    """A log-in that failed, for those who waited for it."""

    verdict: Verdict
    made_with: tuple[str, ...] = field(repr=False)


_Key = tuple[int, int | None, int | None]

Observer = Callable[[DialString, HttpRequest, Answer | Verdict], None]
"""Told of each request, the dial string that made it, and what came of it; for trials."""


class SystemCaller:
    """Places calls through phone systems, and keeps their log-ins as long as they last."""

    def __init__(
        self,
        transport: Transport,
        *,
        sign_ins: SignInStore | None = None,
        clock: Callable[[], float] = time.monotonic,
        observer: Observer | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._transport = transport
        self._watcher = watcher or Watcher()
        self._clock = clock
        self._observer = observer
        self.sign_ins = SignIns(sign_ins or NoSignIns())
        self._kept: dict[_Key, _Kept] = {}
        self._failed: dict[_Key, _Failed] = {}
        self._locks: dict[_Key, asyncio.Lock] = {}

    def watched(self, observer: Observer) -> "SystemCaller":
        """A caller that logs in anew and tells `observer` of each request, for one trial.

        The sign-ins of users are shared: a token that is renewed here may end the one before it.
        """
        caller = SystemCaller(
            self._transport, clock=self._clock, observer=observer, watcher=self._watcher
        )
        caller.sign_ins = self.sign_ins
        return caller

    def over(self, transport: Transport) -> "SystemCaller":
        """A caller whose requests go another way; it logs in anew, since that is another machine."""
        caller = SystemCaller(
            transport, clock=self._clock, observer=self._observer, watcher=self._watcher
        )
        caller.sign_ins = self.sign_ins
        return caller

    async def place(self, call: SystemCall, limits: TimeLimits) -> Verdict:
        """Log in if that is wanted, dial, and say what became of it. Raises nothing of the network's."""
        taken = await self._admitted(call, limits, refused=None)
        if isinstance(taken, Verdict):
            return taken
        request, answer = await self._dial(call, taken, limits)
        verdict = self._verdict(call, request, answer)
        if verdict.outcome in _CONFIRMED or not _says_expired(call, answer):
            return verdict
        again = await self._admitted(call, limits, refused=taken)
        if isinstance(again, Verdict):
            return again
        request, answer = await self._dial(call, again, limits)
        verdict = self._verdict(call, request, answer)
        if verdict.outcome is Outcome.SENT and _says_expired(call, answer):
            return replace(verdict, outcome=Outcome.REJECTED, next_step="")
        return verdict

    async def _admitted(
        self, call: SystemCall, limits: TimeLimits, *, refused: Mapping[str, str] | None
    ) -> Mapping[str, str] | Verdict:
        """What sign-in and log-in give to the dial request, others than those in `refused`."""
        signed: Mapping[str, str] = NOTHING
        if (sign_in := call.system.sign_in) is not None:
            renewal = sign_in.refresh or sign_in.token
            try:
                token = await self.sign_ins.token(
                    sign_in,
                    (call.setup.id, call.user_id),
                    call.values,
                    lambda request: self._fetch(call, renewal, request, limits),
                    refused="" if refused is None else refused.get(ACCESS_TOKEN_NAME, ""),
                )
            except WebdialError as error:  # what is kept of it cannot be read, or not be kept
                return Verdict(Outcome.LOG_IN_FAILED, message=error.message)
            if isinstance(token, Verdict):
                return token
            signed = {ACCESS_TOKEN_NAME: token}
        if (log_in := call.system.log_in) is None:
            return signed
        if signed:
            call = replace(call, values=with_taken(call.values, signed))
        kept = await self._logged_in(call, log_in, limits, refused=refused)
        if isinstance(kept, Verdict):
            return kept
        return {**signed, **kept.taken} if signed else kept.taken

    async def _dial(
        self, call: SystemCall, taken: Mapping[str, str], limits: TimeLimits
    ) -> "tuple[HttpRequest | None, Answer | Verdict]":
        try:
            if self._observer is None:
                plan: Plan = call.planned(taken)
            else:  # it is shown the request as well, with its secrets masked
                plan = call.request.plan(with_taken(call.values, taken))
        except DialStringError as error:  # what the log-in gave does not fit where it is wanted
            return None, Verdict(Outcome.LOG_IN_FAILED, message=error.message)
        assert isinstance(plan, HttpRequest)
        return plan, await self._fetch(call, call.request, plan, limits)

    async def _fetch(
        self, call: SystemCall, string: DialString, request: HttpRequest, limits: TimeLimits
    ) -> Answer | Verdict:
        sent_s = time.perf_counter()
        answer = await self._transport.fetch(request, limits, call.setup.certificate)
        if string is call.request:
            self._watcher.answered(call.setup.name, time.perf_counter() - sent_s)
        if self._observer is not None:
            self._observer(string, request, answer)
        return answer

    def _verdict(
        self, call: SystemCall, request: HttpRequest | None, answer: Answer | Verdict
    ) -> Verdict:
        secrets = () if request is None else request.secrets
        if isinstance(answer, Verdict):
            return replace(answer, answer=redacted(answer.answer, secrets))
        system = call.system
        return judge_dial(answer, system.dial, rings_first=system.rings_first, secrets=secrets)

    async def _logged_in(
        self,
        call: SystemCall,
        log_in: LogIn,
        limits: TimeLimits,
        *,
        refused: Mapping[str, str] | None,
    ) -> _Kept | Verdict:
        """A log-in that holds, another one than `refused`.

        Whoever else wants it waits for it, and is refused with it: a wrong password that every waiting
        caller tried in turn would have the account locked, and the last one wait for long.
        """
        key = _key_of(call, log_in)
        made_with = _made_with(call)
        if log_in.lasts == 0.0:
            return await self._log_in(call, log_in, limits, made_with)
        if (held := self._holding(key, made_with, refused)) is not None:
            return held
        lock = self._locks.setdefault(key, asyncio.Lock())
        has_waited = lock.locked()
        async with lock:
            if (held := self._holding(key, made_with, refused)) is not None:
                return held
            failed = self._failed.pop(key, None)
            if has_waited and failed is not None and failed.made_with == made_with:
                self._failed[key] = failed
                return failed.verdict
            self._kept.pop(key, None)
            made = await self._log_in(call, log_in, limits, made_with)
            if isinstance(made, _Kept):
                self._keep(key, made)
            else:
                self._failed[key] = _Failed(made, made_with)
            return made

    def _holding(
        self, key: _Key, made_with: tuple[str, ...], refused: Mapping[str, str] | None
    ) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None or kept.made_with != made_with:
            return None
        if refused is not None and kept.taken.items() <= refused.items():
            return None
        return kept if self._clock() < kept.until else None

    def _keep(self, key: _Key, made: _Kept) -> None:
        while len(self._kept) >= MAX_KEPT:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._locks.pop(oldest, None)
        self._kept[key] = made

    async def _log_in(
        self, call: SystemCall, log_in: LogIn, limits: TimeLimits, made_with: tuple[str, ...]
    ) -> _Kept | Verdict:
        made = await self._take_steps(call, log_in, limits, made_with)
        self._watcher.logged_in(call.setup.name, is_success=isinstance(made, _Kept))
        return made

    async def _take_steps(
        self, call: SystemCall, log_in: LogIn, limits: TimeLimits, made_with: tuple[str, ...]
    ) -> _Kept | Verdict:
        """Every step in order. A step that fails ends it, and nothing is dialled."""
        began_at = self._clock()
        taken: dict[str, str] = {}
        answer: Answer | Verdict | None = None
        for step in log_in.steps:
            try:
                request = step.request.plan(with_taken(call.values, taken))
            except DialStringError as error:
                return Verdict(Outcome.LOG_IN_FAILED, message=error.message)
            assert isinstance(request, HttpRequest)
            answer = await self._fetch(call, step.request, request, limits)
            if isinstance(answer, Verdict):
                return _not_dialled(answer, request.secrets)
            secrets = (*request.secrets, *taken.values())
            if (failure := judge_step(answer, step, secrets=secrets)) is not None:
                return failure
            for name, reading in step.take.items():
                taken[name] = reading.read(answer) or ""
        holds_s = lasts_s(log_in.lasts, answer) or 0.0
        return _Kept(taken, made_with, began_at + holds_s - min(MARGIN_S, holds_s / 2))


def _key_of(call: SystemCall, log_in: LogIn) -> _Key:
    """Who shares a log-in: everybody, the user's phones, or nobody."""
    match log_in.owner:
        case Owner.SITE:
            return (call.setup.id, None, None)
        case Owner.USER:
            return (call.setup.id, call.user_id, None)
        case Owner.PHONE:
            return (call.setup.id, call.user_id, call.phone_id)


def _says_expired(call: SystemCall, answer: Answer | Verdict) -> bool:
    rules = call.system.expired_rules
    return isinstance(answer, Answer) and any(rule.holds(answer) for rule in rules)


def _not_dialled(verdict: Verdict, secrets: tuple[str, ...]) -> Verdict:
    """A log-in that got no answer: whatever became of it, no call was asked for."""
    text = redacted(verdict.answer, secrets)
    if verdict.outcome.may_have_rung:
        beneath = verdict.outcome
        reason = beneath.kept_label
        return Verdict(Outcome.LOG_IN_FAILED, verdict.status, text, reason, beneath=beneath)
    return replace(verdict, answer=text)


def _made_with(call: SystemCall) -> tuple[str, ...]:
    """What a log-in is made with: other values are another log-in."""
    if call.bound is not None:
        return call.bound.made_with
    return log_in_values(call.system, call.values.more, call.values.extension)
