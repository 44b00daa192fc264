"""The log of requests that reached the phone system, each with the answer it got."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

MAX_ENTRIES = 200
"""Requests kept; with the cuts below the log stays under 4 MiB at the worst."""

MAX_TARGET_CHARS = 2_000
MAX_BODY_CHARS = 2_000
MAX_ANSWER_CHARS = 300
MAX_HEADERS = 40
MAX_HEADER_CHARS = 120


class Progress(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class Entry:
    """A request and, once there is one, its answer. `revision` moves with every change.

    Texts are cut and secrets masked before they come here. `status` stays None when the line was
    closed before any answer.
    """

    entry_id: int
    revision: int
    at: datetime
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    progress: Progress = Progress.WAITING
    status: int | None = None
    answer: str = ""
    took_ms: float | None = None


class ReceivedLog:
    """The last requests, oldest first. `changed` counts a change and returns the new revision."""

    def __init__(self, changed: Callable[[], int]) -> None:
        self._changed = changed
        self._entries: dict[int, Entry] = {}
        self._next_id = 1
        self.began_at_revision = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def changed_since(self, revision: int) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries.values() if entry.revision > revision)

    def begin(
        self, *, at: datetime, method: str, target: str, headers: tuple[tuple[str, str], ...]
    ) -> int:
        """Keep a request that has just arrived; returns the id to `finish` it by."""
        while len(self._entries) >= MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]
        entry_id = self._next_id
        self._next_id += 1
        self._entries[entry_id] = Entry(
            entry_id=entry_id,
            revision=self._changed(),
            at=at,
            method=method,
            target=shorten_to(target, MAX_TARGET_CHARS),
            headers=headers,
        )
        return entry_id

    def show_body(self, entry_id: int, body: str) -> None:
        """Add the request's body, which arrives after its head."""
        if entry := self._entries.get(entry_id):
            body = shorten_to(body, MAX_BODY_CHARS)
            self._entries[entry_id] = replace(entry, body=body, revision=self._changed())

    def show_status(self, entry_id: int, status: int | None) -> None:
        """Add the status of an answer that has begun and goes on."""
        if entry := self._entries.get(entry_id):
            self._entries[entry_id] = replace(entry, status=status, revision=self._changed())

    def finish(
        self,
        entry_id: int,
        *,
        progress: Progress,
        status: int | None,
        answer: str,
        took_ms: float,
    ) -> None:
        """Add the answer. An entry that newer ones have pushed out stays forgotten."""
        if entry := self._entries.get(entry_id):
            self._entries[entry_id] = replace(
                entry,
                revision=self._changed(),
                progress=progress,
                status=status,
                answer=shorten_to(answer, MAX_ANSWER_CHARS),
                took_ms=took_ms,
            )

    def clear(self) -> None:
        """Forget every request. Ids go on, so that a late answer finds no stranger's entry."""
        self._entries.clear()
        self.began_at_revision = self._changed()


def shorten_to(text: str, limit: int) -> str:
    """`text`, or its first `limit` characters and an ellipsis."""
    return text if len(text) <= limit else f"{text[:limit]}…"
