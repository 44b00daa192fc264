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
    """A user's wish for one number, and the call that it became. `window_s`: 0 switches the rule off.

    Of a call that has ended only its outcome is kept, since the call log has the rest: thousands of whole
    calls kept for seconds would be cold memory for each that comes, 6 % of the processor on a loaded server.
    """

    key: tuple[int, str]
    """The user's id, and what is dialled."""
    call_id: UUID
    window_s: float
    until_s: float = 0.0
    call: PlacedCall | None = None
    """While it is being placed; longer where its end could not be written, and for a link, which the log has with
    its secrets masked."""
    outcome: Outcome | None = None
    """None until it is on disk."""
    is_stopped: bool = False
    waiting: "list[asyncio.Future[None]] | None" = None

    def stands_for(self, again: UUID | None, now_s: float) -> bool:
        """Whether a click now is the same call's."""
        if self.call_id == again:
            return False
        if self.outcome is None:  # on its way to the disk, however long that takes
            return True
        return now_s < self.until_s and holds(self.outcome)

    @property
    def is_settled(self) -> bool:
        return self.outcome is not None or self.is_stopped

    async def on_disk(self) -> bool:
        """True once the call is on disk, False when it was stopped before."""
        if not self.is_settled:
            told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiting = [*(self.waiting or ()), told]
            await told
        return self.outcome is not None

    def begun(self, call: PlacedCall) -> None:
        """The call is on disk; one that has ended already begins with its end."""
        self.outcome = call.outcome
        if call.verdict is None or call.link is not None:
            self.call = call
        if self.waiting:
            self._tell()

    def ended(self, call: PlacedCall, *, is_on_disk: bool) -> None:
        """The call has come to its end, whether or not that could be written."""
        self.outcome = call.outcome
        self.call = None if is_on_disk else call

    def stopped(self) -> None:
        """The call was stopped before anything left."""
        self.is_stopped = True
        self._tell()

    def _tell(self) -> None:
        for told in self.waiting or ():
            if not told.done():
                told.set_result(None)
        self.waiting = None


class Clicks:
    """For one event loop."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._by_key: dict[tuple[int, str], Click] = {}
        self._in_order: deque[Click] = deque()

    def enter(self, click: Click, again: UUID | None) -> Click | None:
        """The click that this one is the second to; with None this is the first from now on."""
        now_s = self._clock_s()
        self._forget_old(now_s)
        recent = self._by_key.get(click.key)
        if recent is not None and recent.stands_for(again, now_s):
            return recent
        click.until_s = now_s + click.window_s
        self._in_order.append(click)
        self._by_key[click.key] = click
        return None

    def stopped(self, click: Click) -> None:
        """Its call was stopped before anything left: the next click is the first."""
        if not click.is_settled:
            self.forget(click)
            click.stopped()

    def forget(self, click: Click) -> None:
        """The next click on the same number is the first."""
        if self._by_key.get(click.key) is click:
            del self._by_key[click.key]

    def _forget_old(self, now_s: float) -> None:
        """Two at most for each that comes, so that no call pays for many. They lie in the order of time;
        where branches have other windows, one goes with a later look.
        """
        lying = self._in_order
        for _ in range(2):
            if not lying or lying[0].until_s > now_s or not lying[0].is_settled:
                return
            self.forget(lying.popleft())
