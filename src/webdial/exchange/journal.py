"""The journal: no call leaves before it is on disk, and many calls share one write.

Calls that arrive while a write is under way go together into the next one (group commit), so the
disk's own speed does not bound the calls per second. One thread writes; it hands every call back
to the event loop only after the commit.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from webdial.errors import CallNotPlacedError, JournalError
from webdial.exchange.calls import PlacedCall
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.terms import NO_TERMS, Terms
from webdial.exchange.watching import Watcher
from webdial.language import translate

log = logging.getLogger("webdial.journal")

LONGEST_TOOK_MS: Final = 2**31 - 1
"""What a database's integer holds: 24 days."""

MAX_BATCH = 256
"""Entries of one commit: beyond this a commit's own length would be felt by those who wait."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A call about to leave (or, with a verdict, a link about to be handed over), and its terms."""

    call: PlacedCall
    run_id: str
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. `on_disk_at`: when its beginning was known to be on disk.

    `took_ms`: from then to the answer, which is the phone system's own time and none of ours.
    """

    call_id: UUID
    verdict: Verdict
    finished_at: datetime
    on_disk_at: datetime | None = None

    @property
    def took_ms(self) -> int | None:
        if self.on_disk_at is None or self.verdict.outcome is Outcome.INTERRUPTED:
            return None
        took_ms = round((self.finished_at - self.on_disk_at).total_seconds() * 1000)
        # A clock that was set meanwhile; the database would keep neither, and so not the end itself.
        return min(max(took_ms, 0), LONGEST_TOOK_MS)


Entry = Begun | Ended


class EntryRefusedError(Exception):
    """The database will not keep one of the entries as it is; without it the others would do."""


class JournalStore(Protocol):
    """Where entries are kept. Used by one thread at a time."""

    def write(self, entries: Sequence[Entry]) -> Mapping[UUID, CallNotPlacedError]:
        """Put all entries on disk in one transaction, or raise and leave none.

        Calls whose terms are not met are left out, and told by their ids with ClaimedError or
        TallyFullError; of two that want the same the earlier one goes first.

        Raises EntryRefusedError when an entry is at fault and not the database.
        """

    def close(self) -> None: ...


class Journal(Protocol):
    """What the exchange needs of a journal."""

    async def write(self, entry: Entry) -> None:
        """Return when the entry is on disk.

        Raises JournalError when it is not, ClaimedError or TallyFullError when it must not be.
        """


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]" = field(repr=False)
    since_s: float


class GroupCommitJournal:
    """A Journal over a store, with a thread of its own. Close it to write what is left."""

    def __init__(self, store: JournalStore, *, watcher: Watcher | None = None) -> None:
        self._store = store
        self._watcher = watcher or Watcher()
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="webdial-journal", daemon=True)
        self._is_closed = False
        self._thread.start()

    async def write(self, entry: Entry) -> None:
        if self._is_closed:
            raise JournalError(
                translate("The server is shutting down, so the call was not placed.")
            )
        loop = asyncio.get_running_loop()
        waiting = _Waiting(entry, loop, loop.create_future(), time.perf_counter())
        self._waiting.put(waiting)
        # Whoever gives up waiting does not take the entry back: it will be on disk all the same.
        await waiting.done

    @property
    def is_alive(self) -> bool:
        """Whether entries are still written: the thread is there, and `close` was not called."""
        return self._thread.is_alive() and not self._is_closed

    @property
    def waiting_count(self) -> int:
        """Entries that no commit has taken up yet."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Write what has come in, then end the thread. Blocks for at most a commit or two."""
        self._is_closed = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._next_batch()
            if batch:
                self._commit(batch)
        self._store.close()

    def _next_batch(self) -> tuple[list[_Waiting], bool]:
        """All that waits, at least one entry unless the journal is closed."""
        batch: list[_Waiting] = []
        item = self._waiting.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= MAX_BATCH:
                return batch, True
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            refused = self._store.write([waiting.entry for waiting in batch])
        except EntryRefusedError as error:
            if len(batch) > 1:  # nobody's call is stopped by another's entry
                for waiting in batch:
                    self._commit([waiting])
                return
            log.exception("an entry cannot be kept in the journal", extra=_calls_of(batch))
            self._watcher.entries_failed(len(batch))
            self._release(batch, error)
        except Exception as error:  # any failure at all means: not on disk, so not sent
            log.exception("the journal could not be written", extra=_calls_of(batch))
            self._watcher.entries_failed(len(batch))
            self._release(batch, error)
        else:
            written = self._release_refused(batch, refused) if refused else batch
            self._release(written, None)
            now_s = time.perf_counter()
            self._watcher.entries_written([now_s - waiting.since_s for waiting in written])

    def _release_refused(
        self, batch: list[_Waiting], refused: Mapping[UUID, CallNotPlacedError]
    ) -> list[_Waiting]:
        """Tell those whose terms are not met; the others of the batch."""
        written: list[_Waiting] = []
        for waiting in batch:
            entry = waiting.entry
            refusal = refused.get(entry.call.id) if isinstance(entry, Begun) else None
            if refusal is None:
                written.append(waiting)
            else:
                self._release([waiting], refusal)
        return written

    @staticmethod
    def _release(batch: list[_Waiting], error: Exception | None) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        for waiting in batch:
            by_loop.setdefault(waiting.loop, []).append(waiting)
        for loop, released in by_loop.items():
            try:
                loop.call_soon_threadsafe(_settle, released, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                log.warning("%d entries were written for a loop that has ended", len(released))


def _calls_of(batch: list[_Waiting]) -> dict[str, object]:
    """For a log line of this thread, which works on many calls at once."""
    entries = [waiting.entry for waiting in batch]
    ids = [each.call.id if isinstance(each, Begun) else each.call_id for each in entries]
    if len(ids) == 1:
        return {"call_id": ids[0]}
    return {"fields": {"calls": [str(call_id) for call_id in ids]}}


def _settle(released: list[_Waiting], error: Exception | None) -> None:
    for waiting in released:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        elif isinstance(error, CallNotPlacedError):
            waiting.done.set_exception(error)
        else:
            failure = JournalError(
                translate("The call log could not be written, so the call was not placed."),
                hint=translate("An administrator finds the reason in the server's log."),
            )
            failure.__cause__ = error
            waiting.done.set_exception(failure)
