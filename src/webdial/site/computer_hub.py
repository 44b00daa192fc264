"""Where calls and helpers meet: which machines are connected, and what each is to do.

A call may be placed at one server while the helper's connection is held by another, so actions go through
the database (webdial.site.domain.computer_actions). Whoever waits in this process is woken at once by what
is done in it, and by a look into the database every POLL_S for what is done elsewhere. Without helpers
nothing is looked at.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat

from webdial.exchange.calls import Computer
from webdial.exchange.computers import Action, Report, abilities_of
from webdial.exchange.configuration import ConfigurationSource, PairedComputer
from webdial.exchange.outcome import Outcome, Verdict
from webdial.site.domain import computer_actions as actions
from webdial.site.domain.computer_actions import CLAIM_S, Seen
from webdial.site.domain.computer_lines import TelephoneLine, lines_text
from webdial.site.threads import in_database_thread

log = logging.getLogger("webdial.computers")

POLL_S: Final = 0.3
"""How often the database is looked at while somebody waits. A click is felt as immediate below 0.5 s."""

BETWEEN_POLLS_S: Final = 5.0
"""A helper that asked so short a time ago is taken for connected: it is doing something, and asks again."""

CONNECTED_S: Final = 30.0
"""How far ahead `connected_until` is written, and what a server's sudden end leaves untrue at most."""

_KEEP_S: Final = 10.0
_CLEAN_S: Final = 60.0

REPORT_GRACE_S: Final = 5.0
"""For a report to come back, beyond what the action itself may take."""


@dataclass(slots=True)
class _Line:
    """A helper's connection to this process: `held` requests of it wait now."""

    can: frozenset[str]
    used_at: datetime
    held: int = 0
    left_s: float = 0.0
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class ComputerHub:
    """One for each process (webdial.exchange.computers.Computers)."""

    def __init__(self, configuration: ConfigurationSource) -> None:
        self._configuration = configuration
        self._lines: dict[int, _Line] = {}
        self._asked: dict[UUID, asyncio.Event] = {}
        self._seen: dict[int, Seen] = {}
        self._written: frozenset[int] = frozenset()
        self._written_s = self._cleaned_s = -_CLEAN_S
        self._lock = threading.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._is_ending = False

    # ---- For calls -------------------------------------------------------------------------

    def connected(self, user_id: int) -> Computer | None:
        """See webdial.exchange.computers.Computers."""
        theirs = self._configuration.current.computers_of.get(user_id)
        if theirs is None:
            return None
        seen = [(each, found) for each in theirs if (found := self._seen_here(each)) is not None]
        if not seen:
            return None
        computer, found = max(seen, key=lambda pair: pair[1].used_at)
        can = abilities_of(found.can, computer.line)
        return Computer(computer.id, computer.name, can, computer.line)

    def is_connected(self, computer: PairedComputer) -> bool:
        """Whether its helper holds a connection, to this server or another."""
        return self._seen_here(computer) is not None

    async def ask(self, computer: Computer, action: Action, *, call_id: UUID) -> Report | Verdict:
        """See webdial.exchange.computers.Computers."""
        action_id = uuid_utils.compat.uuid7()
        woken = self._asked[action_id] = asyncio.Event()
        asking = asyncio.ensure_future(
            in_database_thread(lambda: actions.ask_action(action_id, computer.id, call_id, action))
        )
        try:
            await asyncio.shield(asking)
            self._wake(computer.id)
            self._look()
            return await self._outcome(action_id, woken, action.total_s)
        except asyncio.CancelledError:
            # The server ends. Whatever nobody has taken yet must not be taken later.
            await asyncio.wait({asking})
            await asyncio.shield(in_database_thread(lambda: actions.withdraw_action(action_id)))
            raise
        finally:
            del self._asked[action_id]

    async def _outcome(
        self, action_id: UUID, woken: asyncio.Event, total_s: float
    ) -> Report | Verdict:
        await _woken(woken, CLAIM_S)
        if await in_database_thread(lambda: actions.withdraw_action(action_id)):
            return Verdict(Outcome.COMPUTER_AWAY)
        deadline = time.monotonic() + total_s + REPORT_GRACE_S
        while (left_s := deadline - time.monotonic()) > 0:
            report = await in_database_thread(lambda: actions.take_report(action_id))
            if report is not None:
                return report
            await _woken(woken, min(left_s, POLL_S))
        report = await in_database_thread(lambda: actions.take_report(action_id, is_last_look=True))
        return report or Verdict(Outcome.INTERRUPTED)

    # ---- For helpers -----------------------------------------------------------------------

    async def begin(
        self, computer: PairedComputer, can: frozenset[str], lines: Sequence[TelephoneLine] = ()
    ) -> None:
        """A helper was started."""
        told = actions.Told(" ".join(sorted(can)), lines_text(lines))
        await in_database_thread(lambda: actions.note_use(computer.id, told))
        line = await self._line(computer.id)
        line.can, line.used_at, line.left_s = can, datetime.now(UTC), time.monotonic()

    async def note_use(self, computer: PairedComputer) -> None:
        """A link was clicked on the machine."""
        await in_database_thread(lambda: actions.note_use(computer.id))
        if (line := self._lines.get(computer.id)) is not None:
            line.used_at = datetime.now(UTC)

    async def next_action(
        self, computer: PairedComputer, *, wait_s: float, is_paired: Callable[[], bool]
    ) -> UUID | None:
        """The next action that the machine may take; None after `wait_s`, or when it was revoked."""
        line = await self._line(computer.id)
        line.held += 1
        self._look()
        deadline = time.monotonic() + wait_s
        try:
            while is_paired() and not self._is_ending:
                line.woken.clear()
                found = await in_database_thread(lambda: actions.open_action(computer.id))
                if found is not None or (left_s := deadline - time.monotonic()) <= 0:
                    return found
                await _woken(line.woken, left_s)
            return None
        finally:
            line.held -= 1
            line.left_s = time.monotonic()

    async def claim(self, computer: PairedComputer, action_id: UUID) -> dict[str, Any] | None:
        """What the action is; None when it may not be done any more."""
        content = await in_database_thread(lambda: actions.claim_action(action_id, computer.id))
        if content is not None:  # or anybody's claim would end the wait for the right one
            self._tell(action_id)
        return content

    async def report(self, computer: PairedComputer, action_id: UUID, report: Report) -> bool:
        kept = await in_database_thread(
            lambda: actions.report_action(action_id, computer.id, report)
        )
        if kept:
            self._tell(action_id)
        return kept

    # ---- Upkeep ----------------------------------------------------------------------------

    def keep(self) -> None:
        """Once a second, in a thread: tell other servers who is connected here, learn who is there."""
        if not self._configuration.current.computers:
            self._seen = {}
            return
        with self._lock:
            now_s = time.monotonic()
            self._forget_revoked()
            here = frozenset(each for each in list(self._lines) if self._is_here(each))
            if here != self._written or now_s - self._written_s >= _KEEP_S:
                if here:
                    actions.keep_connected(here, for_s=CONNECTED_S)
                if gone := self._written - here:
                    self._keep_gone(gone)
                self._written, self._written_s = here, now_s
            self._seen = actions.connected_computers()
            if now_s - self._cleaned_s >= _CLEAN_S:
                self._cleaned_s = now_s
                actions.remove_left_behind()

    def _forget_revoked(self) -> None:
        paired = {each.id for each in self._configuration.current.computers.values()}
        for computer_id, line in list(self._lines.items()):
            if computer_id not in paired and not line.held:
                self._lines.pop(computer_id, None)

    def let_go(self) -> None:
        """The server is told to end: helpers that wait are answered at once, and ask another server."""
        self._is_ending = True
        for line in self._lines.values():
            line.woken.set()

    async def close(self) -> None:
        """Tell the other servers that no helper is connected here any more."""
        self.let_go()
        if self._looking is not None:
            self._looking.cancel()
        if written := self._written:
            await in_database_thread(lambda: self._keep_gone(written))

    def _keep_gone(self, computer_ids: frozenset[int]) -> None:
        since_s = time.monotonic() - self._written_s
        actions.keep_gone(computer_ids, until_s=CONNECTED_S - since_s + 0.2)

    # ---- Inside ----------------------------------------------------------------------------

    async def _line(self, computer_id: int) -> _Line:
        if computer_id not in self._lines:
            seen = await in_database_thread(lambda: actions.seen_of(computer_id))
            self._lines.setdefault(computer_id, _Line(seen.can, seen.used_at))
        return self._lines[computer_id]

    def _seen_here(self, computer: PairedComputer) -> Seen | None:
        if self._is_here(computer.id):
            line = self._lines[computer.id]
            return Seen(line.can, line.used_at)
        return self._seen.get(computer.id)

    def _is_here(self, computer_id: int) -> bool:
        line = self._lines.get(computer_id)
        if line is None:
            return False
        return line.held > 0 or time.monotonic() - line.left_s < BETWEEN_POLLS_S

    def _wake(self, computer_id: int) -> None:
        if (line := self._lines.get(computer_id)) is not None:
            line.woken.set()

    def _tell(self, action_id: UUID) -> None:
        if (woken := self._asked.get(action_id)) is not None:
            woken.set()

    def _look(self) -> None:
        """Look into the database as long as anybody waits."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on(), name="computers")

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            waiting = {each for each, line in self._lines.items() if line.held}
            asked = set(self._asked)
            if not waiting and not asked:
                return
            try:
                open_for, taken = await in_database_thread(partial(actions.moved, waiting, asked))
            except Exception:  # the database may be away for a while
                log.exception("actions of computers could not be looked at")
                continue
            for computer_id in open_for | self._revoked(waiting):
                self._wake(computer_id)
            for action_id in taken:
                self._tell(action_id)

    def _revoked(self, waiting: set[int]) -> set[int]:
        paired = {each.id for each in self._configuration.current.computers.values()}
        return waiting - paired


async def _woken(event: asyncio.Event, timeout_s: float) -> None:
    """Wait until the event is set, at most `timeout_s`; it is then ready to be set anew."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
