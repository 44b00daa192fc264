"""What was clicked here just now: the calls of the last seconds, by user and number.

In memory alone, since it is asked for every call: one look and one entry in a mapping.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from webdial.exchange.calls import PlacedCall
from webdial.exchange.outcome import Outcome


def holds(outcome: Outcome) -> bool:
    """Whether a call with this outcome stands for a second click as well.

    One that cannot have rung anybody does not: it may be tried again at once.
    """
    return outcome is Outcome.PLACING or outcome.is_success or outcome.may_have_rung


@dataclass(slots=True)
class Click:
    """A user's wish for one number, and the call that it became. `window_s`: 0 switches the rule off."""

    key: tuple[int, str]
    """The user's id, and what is dialled."""
    call_id: UUID
    window_s: float
    until_s: float = 0.0
    call: PlacedCall | None = None
    is_stopped: bool = False
    waiting: "list[asyncio.Future[None]] | None" = None

    def stands_for(self, again: UUID | None, now_s: float) -> bool:
        """Whether a click now is the same call's."""
        if self.call_id == again:
            return False
        if self.call is None:  # on its way to the disk, however long that takes
            return True
        return now_s < self.until_s and holds(self.call.outcome)

    @property
    def is_settled(self) -> bool:
        return self.call is not None or self.is_stopped

    async def on_disk(self) -> PlacedCall | None:
        """The call once it is on disk; None when it was stopped before."""
        if not self.is_settled:
            told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiting = [*(self.waiting or ()), told]
            await told
        return self.call

    def tell(self) -> None:
        for told in self.waiting or ():
            if not told.done():
                told.set_result(None)
        self.waiting = None


class Clicks:
    """For one event loop. Ids are kept as numbers: a UUID's hash is worked out by Python at every look."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._by_key: dict[tuple[int, str], Click] = {}
        self._by_id: dict[int, Click] = {}
        self._in_order: deque[Click] = deque()

    def enter(self, click: Click, again: UUID | None) -> Click | None:
        """The click that this one is the second to; with None this is the first from now on."""
        now_s = self._clock_s()
        self._forget_old(now_s)
        recent = self._by_key.get(click.key)
        if recent is not None:
            if recent.stands_for(again, now_s):
                return recent
            self._forget(recent)
        click.until_s = now_s + click.window_s
        self._in_order.append(click)
        self._by_key[click.key] = self._by_id[click.call_id.int] = click
        return None

    def begun(self, call: PlacedCall) -> None:
        """The call is on disk."""
        click = self._by_id.get(call.id.int)
        if click is not None:
            click.call = call
            if click.waiting:
                click.tell()

    def ended(self, call: PlacedCall) -> None:
        click = self._by_id.get(call.id.int)
        if click is not None:
            click.call = call

    def stopped(self, call_id: UUID) -> None:
        """The call was stopped before anything left."""
        click = self._by_id.get(call_id.int)
        if click is not None and click.call is None:
            click.is_stopped = True
            self._forget(click)
            click.tell()

    def _forget_old(self, now_s: float) -> None:
        """Two at most for each that comes, so that no call pays for many. They lie in the order of time;
        where branches have other windows, one goes with a later look.
        """
        lying = self._in_order
        for _ in range(2):
            if not lying or lying[0].until_s > now_s or not lying[0].is_settled:
                return
            self._forget(lying.popleft())

    def _forget(self, click: Click) -> None:
        self._by_id.pop(click.call_id.int, None)
        if self._by_key.get(click.key) is click:
            del self._by_key[click.key]
