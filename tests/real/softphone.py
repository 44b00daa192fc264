"""A SIP phone that a test starts, orders about and listens to.

It registers, rings, answers or rejects, sends a tone and tells which tone it hears, so that
"connected" means audio both ways. The phone itself is `phone_process`, a process of its own.
"""

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from .events import EventLog
from .phone_messages import (
    Act,
    Happening,
    PhoneEvent,
    PhoneOrder,
    PhoneSettings,
    event_from,
    to_line,
)
from .processes import START_LIMIT_S, Child

_TESTS = Path(__file__).parents[1]


class Softphone:
    """A running phone; a context manager that ends it."""

    def __init__(self, settings: PhoneSettings) -> None:
        """Start the phone; `wait_ready` says when it can be called."""
        self.settings = settings
        name = f"softphone {settings.extension}"
        self.events: EventLog[PhoneEvent] = EventLog(name)
        self._child = Child(
            name,
            [
                sys.executable,
                "-m",
                f"{Path(__file__).parent.name}.phone_process",
                to_line(settings),
            ],
            folder=_TESTS,
            on_line=self._note,
            on_end=self.events.close,
        )

    @property
    def uri(self) -> str:
        """The SIP URI that reaches this phone without a server."""
        return f"sip:{self.settings.extension}@{self.settings.address}"

    def wait_ready(self) -> None:
        """Wait until it is registered, where it has a server, and can ring.

        Raises PartError with the phone's log when it cannot be started or registered.
        """
        self._child.wait_line('"ready"', timeout_s=START_LIMIT_S)

    def wait(
        self, happening: Happening, *, call: int | None = None, timeout_s: float = 10.0
    ) -> PhoneEvent:
        """Return the next event of this kind, of one call or any, not returned before.

        Raises PartError, with what happened instead, after `timeout_s`.
        """
        return self.events.wait(
            lambda event: event.happening is happening and call in (None, event.call),
            wanted=happening,
            timeout_s=timeout_s,
        )

    def wait_tone(self, hz: int, *, timeout_s: float = 10.0) -> None:
        """Wait until the phone hears this tone."""
        self.events.wait(
            lambda event: event.happening is Happening.HEARS and event.hz == hz,
            wanted=f"tone of {hz} Hz",
            timeout_s=timeout_s,
        )

    def has(self, happening: Happening) -> bool:
        """Say whether an event of this kind has come so far."""
        return any(event.happening is happening for event in self.events.seen())

    def dial(self, uri: str) -> None:
        self._order(PhoneOrder(Act.DIAL, uri))

    def answer(self) -> None:
        self._order(PhoneOrder(Act.ANSWER))

    def reject(self) -> None:
        self._order(PhoneOrder(Act.REJECT))

    def hang_up(self) -> None:
        self._order(PhoneOrder(Act.HANG_UP))

    def end(self) -> None:
        self._child.end()

    def _order(self, order: PhoneOrder) -> None:
        self._child.write_line(to_line(order))

    def _note(self, line: str) -> None:
        event = event_from(line)
        if event is not None:
            self.events.add(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
