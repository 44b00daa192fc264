"""Time for the switchboard: what it is now, and acts that happen later.

Tests put a clock of their own here, whose hands they turn.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware."""
        ...

    def call_later(self, delay_s: float, act: Callable[[], None]) -> Timer:
        """Have `act` called once after `delay_s` seconds, unless cancelled before."""
        ...


class LoopClock:
    """The machine's time, and timers of the event loop that is running when one is set."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def call_later(self, delay_s: float, act: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, act)
