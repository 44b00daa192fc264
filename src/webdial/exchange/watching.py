"""What the exchange tells whoever watches it: for figures and log lines, never for a decision.

`Watcher` is also the one that watches nothing. What metrics are, and how a log looks, is known
elsewhere (webdial.metrics, webdial.exchange.call_lines, webdial.site.log_lines).
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final
from uuid import UUID

from webdial.exchange.calls import Channel, PlacedCall

current_call: Final[ContextVar[UUID | None]] = ContextVar("current_call", default=None)
"""The call that is being worked on, from the click to its end; log lines bear its id."""


class Watcher:
    """Told of what happens. Its methods must be quick and raise nothing. Times are in seconds.

    `phone_system` is the name that the administrator gave it, empty for a dial string of its own.
    """

    def call_begun(self, call: PlacedCall) -> None:
        """The call is on disk and about to be sent."""

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        """The call has its verdict, `took_s` after the click."""

    def call_stopped(self, channel: Channel, error_code: str) -> None:
        """Nothing has left; no call is in the log."""

    def call_blocked(self, channel: Channel, reason: str) -> None:
        """A rule of who may ring what has stopped a call, be it written down or not."""

    def answered(self, phone_system: str, took_s: float) -> None:
        """The phone system's answer to a dial request is read, or it was given up."""

    def held_back(self, phone_system: str, *, addresses: int) -> None:
        """So many of the phone system's addresses do not answer, and calls to them are held back."""

    def logged_in(self, phone_system: str, *, is_success: bool) -> None:
        """A log-in at a phone system was tried."""

    def function_ran(self, result: str, took_s: float) -> None:
        """The database function was called. `result` is `text`, `null`, or the code of its error."""

    def end_not_written(self, call_id: UUID) -> None:
        """A verdict could not be written at once; it is tried again later."""

    def entries_written(self, lags_s: Sequence[float]) -> None:
        """One commit of the journal: for each entry how long it waited. From the journal's thread."""

    def entries_failed(self, count: int) -> None:
        """So many entries could not be written. From the journal's thread."""


class Several(Watcher):
    """Tells several watchers, in turn."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = tuple(watchers)

    def call_begun(self, call: PlacedCall) -> None:
        for watcher in self._watchers:
            watcher.call_begun(call)

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        for watcher in self._watchers:
            watcher.call_ended(call, took_s)

    def call_stopped(self, channel: Channel, error_code: str) -> None:
        for watcher in self._watchers:
            watcher.call_stopped(channel, error_code)

    def call_blocked(self, channel: Channel, reason: str) -> None:
        for watcher in self._watchers:
            watcher.call_blocked(channel, reason)

    def answered(self, phone_system: str, took_s: float) -> None:
        for watcher in self._watchers:
            watcher.answered(phone_system, took_s)

    def held_back(self, phone_system: str, *, addresses: int) -> None:
        for watcher in self._watchers:
            watcher.held_back(phone_system, addresses=addresses)

    def logged_in(self, phone_system: str, *, is_success: bool) -> None:
        for watcher in self._watchers:
            watcher.logged_in(phone_system, is_success=is_success)

    def function_ran(self, result: str, took_s: float) -> None:
        for watcher in self._watchers:
            watcher.function_ran(result, took_s)

    def end_not_written(self, call_id: UUID) -> None:
        for watcher in self._watchers:
            watcher.end_not_written(call_id)

    def entries_written(self, lags_s: Sequence[float]) -> None:
        for watcher in self._watchers:
            watcher.entries_written(lags_s)

    def entries_failed(self, count: int) -> None:
        for watcher in self._watchers:
            watcher.entries_failed(count)
