"""Events of a real part, in the order they came, and waiting for the next one of a kind."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")

_SHOWN = 40
"""Events in an error's text: the end tells, the beginning is only long."""


class PartError(Exception):
    """A real part did not do what it was asked to; the text holds what it did instead."""


class EventLog(Generic[Event]):
    """What one part reported. Filled from a reader thread, read by the test.

    Each event is handed out once, so two waits for the same kind find two events.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._all: list[Event] = []
        self._waiting: list[Event] = []
        self._end = ""
        self._changed = threading.Condition()

    def add(self, event: Event) -> None:
        with self._changed:
            self._all.append(event)
            self._waiting.append(event)
            self._changed.notify_all()

    def close(self, reason: str) -> None:
        """Say that nothing more will come: waits that find nothing fail at once."""
        with self._changed:
            self._end = reason
            self._changed.notify_all()

    def wait(
        self, matches: Callable[[Event], bool], *, wanted: str, timeout_s: float = 10.0
    ) -> Event:
        """Return the oldest event not handed out yet that `matches`.

        `wanted` names it in the error. Raises PartError when the part ended or `timeout_s` passed.
        """
        limit = time.monotonic() + timeout_s
        with self._changed:
            while True:
                for place, event in enumerate(self._waiting):
                    if matches(event):
                        return self._waiting.pop(place)
                left = limit - time.monotonic()
                if self._end or left <= 0:
                    reason = self._end or f"nothing within {timeout_s} s"
                    raise PartError(f"{self._owner}: no {wanted} ({reason})\n{self.tail()}")
                self._changed.wait(left)

    def forget(self) -> None:
        """Hand out nothing that came before now; `seen` keeps it."""
        with self._changed:
            self._waiting.clear()

    def seen(self) -> tuple[Event, ...]:
        """Return every event so far, handed out or not."""
        with self._changed:
            return tuple(self._all)

    def tail(self) -> str:
        """Return the last events, a line each, for a person who asks what went wrong."""
        return "\n".join(f"    {event}" for event in self.seen()[-_SHOWN:])
