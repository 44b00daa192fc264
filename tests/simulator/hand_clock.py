"""A clock whose hands a test turns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class HandTimer:
    due: datetime
    act: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass(slots=True)
class HandClock:
    """A `Clock` that stands still until `advance` is called."""

    time: datetime = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
    timers: list[HandTimer] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def call_later(self, delay_s: float, act: Callable[[], None]) -> HandTimer:
        timer = HandTimer(self.time + timedelta(seconds=delay_s), act)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Turn the hands; timers that come due act in order, each at its own time."""
        end = self.time + timedelta(seconds=seconds)
        while due := [timer for timer in self.waiting() if timer.due <= end]:
            first = min(due, key=lambda timer: timer.due)
            self.timers.remove(first)
            self.time = first.due
            first.act()
        self.time = end

    def waiting(self) -> list[HandTimer]:
        return [timer for timer in self.timers if not timer.is_cancelled]
