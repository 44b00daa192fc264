"""From a click to an outcome: has a call prepared, writes it down, sends it once, writes the outcome.

At most once: a call that is on disk as "placing" is sent by the run that wrote it or by nobody.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import UUID

import uuid_utils.compat

from webdial.dialstring import HttpRequest, Link, Values
from webdial.errors import JournalError, WebdialError
from webdial.exchange.admission import block_of_tally
from webdial.exchange.calls import Channel, Computer, PlacedCall, PreparedCall, TimeLimits
from webdial.exchange.clicks import Click
from webdial.exchange.computers import (
    Computers,
    NoComputers,
    start_at_computer,
    starting_computer,
)
from webdial.exchange.configuration import Configuration, ConfigurationSource
from webdial.exchange.duplicates import Duplicates, Once, Placing
from webdial.exchange.functions import DialFunction, NoFunction
from webdial.exchange.gates import Admission, Gates
from webdial.exchange.general_settings import (
    SAME_CALL_WITHIN,
    same_call_s,
)
from webdial.exchange.journal import Begun, Ended, Journal
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.preparation import Preparation
from webdial.exchange.redaction import redacted
from webdial.exchange.resolving import Opener, open_nothing
from webdial.exchange.ringing import BlockLog, RingingTold, blocked, permit_of, tell_ringing
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import SystemSetup
from webdial.exchange.terms import NO_TERMS, Claim, TallyFullError, Terms
from webdial.exchange.watching import Watcher, current_call
from webdial.language import speak

log = logging.getLogger("webdial.exchange")


RETRY_DELAYS_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""When an outcome that could not be written is tried again: nine minutes in all."""


class Sender(Protocol):
    """Sends one request once and says what became of it; raises nothing of the network's."""

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict: ...


def _now() -> datetime:
    return datetime.now(UTC)


def _new_call_id() -> UUID:
    return uuid_utils.compat.uuid7()


@dataclass(slots=True)
class _Start:
    """How a call is begun. Whoever waits for its end (`is_waited_for`) is told once, when it has ended; others
    when it is on disk.
    """

    channel: Channel
    system_caller: SystemCaller | None
    is_waited_for: bool
    is_trial: bool = False
    click: Click | None = None
    call_id: UUID = field(default_factory=_new_call_id)
    clicked_s: float = field(default_factory=time.perf_counter)


async def _ended(call: PlacedCall, task: "asyncio.Task[PlacedCall] | None") -> PlacedCall:
    """The call with its outcome, where somebody here is about it."""
    if task is None:
        return call
    ended = await asyncio.shield(task)
    return ended if call.repeats is None else replace(ended, repeats=call.repeats)


class Exchange:
    """One for each run of the program; `run_id` stands beside every call that it places."""

    def __init__(
        self,
        *,
        configuration: ConfigurationSource,
        journal: Journal,
        sender: Sender,
        function: DialFunction | None = None,
        system_caller: SystemCaller | None = None,
        computers: Computers | None = None,
        opener: Opener = open_nothing,
        run_id: str,
        clock: Callable[[], datetime] = _now,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        watcher: Watcher | None = None,
        gates: Gates | None = None,
        duplicates: Duplicates | None = None,
    ) -> None:
        self._configuration = configuration
        self._journal = journal
        self._sender = sender
        self._system_caller = system_caller
        self._computers = computers or NoComputers()
        self._preparation = Preparation(configuration, function or NoFunction(), opener)
        self._run_id = run_id
        self._clock = clock
        self._retry_delays_s = retry_delays_s
        self._watcher = watcher or Watcher()
        self.gates = gates or Gates(configuration, watcher=watcher)
        self.duplicates = duplicates or Duplicates()
        self._block_log = BlockLog()
        self._late: set[asyncio.Task[None]] = set()
        self._underway: dict[UUID, asyncio.Task[PlacedCall]] = {}

    @property
    def configuration(self) -> Configuration:
        """The picture by which the next call is placed."""
        return self._configuration.current

    def computer_of(self, user_id: int) -> Computer | None:
        """The user's own machine that would start a call now, if its helper is connected."""
        return self._computers.connected(user_id)

    def sign_in_values(self, setup: SystemSetup, *, user_id: int) -> Values:
        """The values for the user's sign-in at a phone system. Raises NotFoundError for no such user."""
        return self._preparation.sign_in_values(setup, user_id=user_id)

    async def prepare_call(
        self, number: str, *, user_id: int, phone_id: int | None = None
    ) -> PreparedCall:
        """Decide everything about a call and do nothing yet.

        `phone_id` is one of the user's further phones; None is their first one.

        Raises WebdialError when there is no such user, the number cannot be dialled, or the
        dial string in force is at fault or wants an extension that the user has not, or the
        database function gives none.
        """
        return await self._preparation.call(number, user_id=user_id, phone_id=phone_id)

    def prepare_trial(self, number: str, *, user_id: int, setup_id: int) -> PreparedCall:
        """As `prepare_call`, through one phone system that is set up, whatever setting is in force.

        One that is switched off can be tried too.
        """
        return self._preparation.trial(number, user_id=user_id, setup_id=setup_id)

    def tell_ringing(self, prepared: PreparedCall) -> RingingTold:
        """Whether the rules of who may ring what would let this call through now.

        Raises CallNotPlacedError for a setting at fault.
        """
        return tell_ringing(prepared, self._configuration.current, at=self._clock())

    async def place_trial(
        self,
        prepared: PreparedCall,
        *,
        channel: Channel,
        system_caller: SystemCaller,
        once: Once | None = None,
    ) -> PlacedCall:
        """Place what `prepare_trial` gave and wait for its outcome; `system_caller` sends it.

        Written down before and after like every call, and sent once. With `once`, as `start_call`.
        """
        start = _Start(channel, system_caller, is_waited_for=True, is_trial=True)
        terms = NO_TERMS if once is None else Terms(once.claims)
        try:
            placing = await self._begin_permitted(prepared, start, terms)
        except WebdialError as error:
            placing = await self._placed_before(once, error)
        return await _ended(*placing)

    async def start_call(
        self,
        number: str,
        *,
        user_id: int,
        channel: Channel,
        phone_id: int | None = None,
        once: Once | None = None,
        again: UUID | None = None,
        is_confirmed: bool = False,
    ) -> PlacedCall:
        """Place a call and return as soon as it is on disk; it goes on by itself.

        A request that was made before, by its key `once` or by a second click, places nothing and gives
        the first call, whose `repeats` says so. `again` names a call to place once more on purpose.
        An emergency number is rung only with `is_confirmed`. A call that may not be placed has the
        outcome blocked.

        Raises WebdialError when it was stopped before anything left.
        """
        start = _Start(channel, self._system_caller, is_waited_for=False)
        call, _ = await self._begin_from(
            start, number, user_id, phone_id, once, again, is_confirmed=is_confirmed
        )
        return call

    async def place_call(
        self,
        number: str,
        *,
        user_id: int,
        channel: Channel,
        phone_id: int | None = None,
        once: Once | None = None,
        again: UUID | None = None,
        is_confirmed: bool = False,
    ) -> PlacedCall:
        """Place a call and wait for its outcome, as `start_call` does.

        Whoever stops waiting (a client that goes away) does not stop the call. A first call that
        another process places is not waited for.
        """
        start = _Start(channel, self._system_caller, is_waited_for=True)
        placing = await self._begin_from(
            start, number, user_id, phone_id, once, again, is_confirmed=is_confirmed
        )
        return await _ended(*placing)

    async def _begin_from(
        self,
        start: _Start,
        number: str,
        user_id: int,
        phone_id: int | None,
        once: Once | None,
        again: UUID | None,
        *,
        is_confirmed: bool,
    ) -> Placing:
        """The call on disk, and the task that carries it out; a link needs none, nor what has ended."""
        entered = current_call.set(start.call_id)
        try:
            try:
                prepared = await self._preparation.call(number, user_id=user_id, phone_id=phone_id)
                if is_confirmed:
                    prepared = replace(prepared, is_confirmed=True)
                return await self._begin_once(prepared, start, once, again)
            except WebdialError as error:
                return await self._placed_before(once, error)
        except WebdialError as error:
            self._watcher.call_stopped(start.channel, error.error_code)
            raise
        finally:
            current_call.reset(entered)

    async def _begin_once(
        self, prepared: PreparedCall, start: _Start, once: Once | None, again: UUID | None
    ) -> Placing:
        """As `_begin`, unless the same call is there already (webdial.exchange.duplicates)."""
        caller = prepared.caller
        within = self._configuration.current.effective(SAME_CALL_WITHIN, caller.branch_id).value
        click = Click((caller.user_id, prepared.dialled), start.call_id, same_call_s(within))
        start.click = click

        def begin(claims: tuple[Claim, ...]) -> Awaitable[Placing]:
            return self._begin_permitted(prepared, start, Terms(claims) if claims else NO_TERMS)

        try:
            call, task = await self.duplicates.begin_once(click, begin, once=once, again=again)
        except asyncio.CancelledError:  # whoever asked has gone; a call under way sees to its click
            if start.call_id not in self._underway:
                self.duplicates.clicks.stopped(click)
            raise
        return call, task or self._underway.get(call.id)

    async def _placed_before(self, once: Once | None, error: WebdialError) -> Placing:
        """What the same request has placed before; raises `error` when it has placed nothing."""
        first = None
        if once is not None and not isinstance(error, JournalError):
            first = await self.duplicates.first_by_key(once)
        if first is None:
            raise error
        return first, self._underway.get(first.id)

    async def _begin_permitted(
        self, prepared: PreparedCall, start: _Start, terms: Terms
    ) -> Placing:
        """As `_begin`, unless a rule of who may ring what stops the call: it is in the log as blocked.

        Raises UnconfirmedError and BlockedTooOftenError besides (webdial.exchange.ringing).
        """
        configuration, at = self._configuration.current, self._clock()
        permit = permit_of(prepared, configuration, at=at)
        block = permit.block
        if block is None:
            counted = Terms(terms.claims, permit.tallies) if permit.tallies else terms
            try:
                return await self._begin(prepared, start, counted, at)
            except TallyFullError as full:
                block = block_of_tally(full.tally)
        self._watcher.call_blocked(start.channel, block.reason.value)
        call = PlacedCall(start.call_id, prepared, start.channel, at)
        call = blocked(call, block, configuration)
        self._block_log.check(call, block)
        await self._write_at_its_end(call, terms, start)
        await self.duplicates.free(terms.claims, call)
        return call, None

    async def _begin(
        self, prepared: PreparedCall, start: _Start, terms: Terms, at: datetime
    ) -> Placing:
        """Put the call on disk, judged `at` that time, and set it going."""
        channel = start.channel
        computer = starting_computer(prepared, channel, self._computers)
        if computer is not None:
            source = f"{prepared.setting_source}; started by the computer {computer.name}"
            prepared = replace(prepared, setting_source=source)
        call = PlacedCall(start.call_id, prepared, channel, at, computer=computer)
        admission = self._admit(call, is_trial=start.is_trial)
        if isinstance(admission, Verdict):
            call = call.ended(admission)
            await self._write_at_its_end(call, terms, start)
            return call, None
        # From here on a task owns the call: whoever waits may go away, and it still gets its end.
        loop = asyncio.get_running_loop()
        told: asyncio.Future[PlacedCall] = loop.create_future()
        task = loop.create_task(self._carry_out(call, start, told, admission, terms))
        self._underway[call.id] = task
        call = await told
        return call, None if start.is_waited_for else task

    async def _write_at_its_end(self, call: PlacedCall, terms: Terms, start: _Start) -> None:
        """Write down a call that begins with its verdict: nothing of it is sent from here."""
        await self._journal.write(Begun(call, self._run_id, terms))
        if start.click is not None:
            start.click.begun(call)
        self._watcher.call_begun(call)
        self._watcher.call_ended(call, time.perf_counter() - start.clicked_s)

    def _admit(self, call: PlacedCall, *, is_trial: bool) -> Admission | Verdict | None:
        """Its pass to the phone system, or how it ends before anything is sent from here.

        None for a call that starts at the user's own computer, and meets no phone system from here.
        """
        plan = call.prepared.plan
        if call.computer is not None:
            return None
        if isinstance(plan, Link):
            return Verdict(Outcome.HANDED_OVER)
        return self.gates.enter(call.prepared, plan, is_asked_for=is_trial)

    async def outcome_of(self, call_id: UUID, *, wait_s: float | None = None) -> PlacedCall | None:
        """The call with its outcome; None when it is not being placed here or is not done in time."""
        underway = self._underway.get(call_id)
        if underway is None:
            return None
        done, _ = await asyncio.wait({underway}, timeout=wait_s)
        return underway.result() if done else None

    async def close(self, *, wait_s: float) -> None:
        """Let calls in flight finish for `wait_s` seconds; the rest end as interrupted."""
        tasks: set[asyncio.Task[Any]] = set(self._underway.values())
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=wait_s)
            for task in left:
                task.cancel()
            await asyncio.wait(tasks)
        for late in self._late:
            late.cancel()

    @property
    def underway(self) -> frozenset[UUID]:
        """The calls that are being placed here now."""
        return frozenset(self._underway)

    @property
    def late_ends(self) -> int:
        """How many outcomes are known and could not be written yet."""
        return len(self._late)

    async def _carry_out(
        self,
        call: PlacedCall,
        start: _Start,
        told: "asyncio.Future[PlacedCall]",
        admission: Admission | None,
        terms: Terms,
    ) -> PlacedCall:
        """Write the call down, send it, write its end. `told` gets the call, or why it is not on disk."""
        current_call.set(call.id)  # this task's own context: it ends with the task
        click = start.click
        try:
            await self._journal.write(Begun(call, self._run_id, terms))
        except Exception as error:  # told to whoever waits; nothing is sent
            self._underway.pop(call.id, None)
            if click is not None:
                self.duplicates.clicks.stopped(click)
            self._leave(admission, None)
            if not told.done():
                told.set_exception(error)
            return call
        on_disk_at = self._clock()
        if not start.is_waited_for and not told.done():
            told.set_result(call)
        if click is not None:
            click.begun(call)
        self._watcher.call_begun(call)
        ended, is_written = call, False
        try:
            verdict = await self._send(call, start.system_caller)
            self._leave(admission, verdict)
            ended = call.ended(verdict)
            end = Ended(call.id, verdict, self._clock(), on_disk_at)
            is_written = await self._is_end_written(end)
        finally:
            self._underway.pop(call.id, None)
            if click is not None:
                click.ended(ended, is_on_disk=is_written)
            self._watcher.call_ended(ended, time.perf_counter() - start.clicked_s)
            if not told.done():
                told.cancel() if ended.verdict is None else told.set_result(ended)
        return ended

    def _leave(self, admission: Admission | None, verdict: Verdict | None) -> None:
        if admission is not None:
            self.gates.leave(admission, verdict)

    async def _is_end_written(self, end: Ended) -> bool:
        """Write how a call ended. The user is told all the same when that fails; it is tried again."""
        try:
            await self._journal.write(end)
        except WebdialError:
            log.exception("call %s: %s not written yet", end.call_id, end.verdict.outcome.value)
            self._watcher.end_not_written(end.call_id)
            late = asyncio.create_task(self._write_end_later(end))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return False
        return True

    async def _write_end_later(self, end: Ended) -> None:
        for delay_s in self._retry_delays_s:
            await asyncio.sleep(delay_s)
            try:
                await self._journal.write(end)
            except WebdialError:
                continue
            return
        log.error("call %s: %s was never written", end.call_id, end.verdict.outcome.value)

    async def _send(self, call: PlacedCall, system_caller: SystemCaller | None) -> Verdict:
        prepared = call.prepared
        request = prepared.plan
        speak(None)  # what is kept is English, whoever dials
        try:
            if call.computer is not None:
                return await start_at_computer(call, self._computers, system_caller)
            if prepared.system_call is not None:
                assert system_caller is not None
                return await system_caller.place(prepared.system_call, prepared.limits)
            assert isinstance(request, HttpRequest)
            sent_s = time.perf_counter()
            verdict = await self._sender.send(request, prepared.limits)
            self._watcher.answered("", time.perf_counter() - sent_s)
        except asyncio.CancelledError:
            return Verdict(Outcome.INTERRUPTED)
        except Exception:  # a fault of ours must not leave a call without an end
            log.exception("call %s: sending failed", call.id)
            return Verdict(Outcome.INTERRUPTED)
        if request.secrets:
            return replace(verdict, answer=redacted(verdict.answer, request.secrets))
        return verdict
