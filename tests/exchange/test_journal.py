"""Group commit: nothing is told to be on disk before it is, and what waits goes together."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from webdial.errors import CallNotPlacedError, JournalError
from webdial.exchange import GroupCommitJournal, Outcome, Verdict
from webdial.exchange.group_commit import MAX_BATCH
from webdial.exchange.journal import Ended, Entry, EntryRefusedError


def an_entry() -> Ended:
    return Ended(uuid4(), Verdict(Outcome.SENT, 200), datetime.now(UTC))


def _id_of(entry: Entry) -> UUID:
    return entry.call_id if isinstance(entry, Ended) else entry.call.id


class Store:
    """A JournalStore that a test can hold up and break."""

    def __init__(self) -> None:
        self.batches: list[list[Entry]] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.is_writing = threading.Event()
        self.is_broken = False
        self.is_closed = False
        self.refused: Entry | None = None
        self.unmet: dict[UUID, CallNotPlacedError] = {}

    def write(self, entries: Sequence[Entry]) -> Mapping[UUID, CallNotPlacedError]:
        self.is_writing.set()
        self.may_write.wait(10)
        if self.is_broken:
            raise OSError("No space left on device")
        if any(entry is self.refused for entry in entries):
            raise EntryRefusedError("value too long")
        kept = [each for each in entries if _id_of(each) not in self.unmet]
        self.batches.append(kept)
        return self.unmet

    def close(self) -> None:
        self.is_closed = True


async def test_entry_is_told_only_after_its_commit() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    entry = an_entry()
    writing = asyncio.create_task(journal.write(entry))
    await asyncio.to_thread(store.is_writing.wait, 10)
    assert not writing.done()
    store.may_write.set()
    await writing
    assert store.batches == [[entry]]
    journal.close()
    assert store.is_closed


async def test_what_waits_goes_into_one_commit_in_its_order() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    first = asyncio.create_task(journal.write(an_entry()))
    await asyncio.to_thread(store.is_writing.wait, 10)
    entries = [an_entry() for _ in range(20)]
    rest = [asyncio.create_task(journal.write(entry)) for entry in entries]
    await asyncio.sleep(0)
    store.may_write.set()
    await asyncio.gather(first, *rest)
    assert store.batches[1:] == [entries]
    journal.close()


async def test_what_turns_of_the_loop_bring_one_after_the_other_is_one_commit() -> None:
    """A loop that goes on bringing entries commits when it has no more, not with each few."""
    store = Store()
    journal = GroupCommitJournal(store)
    entries = [an_entry() for _ in range(30)]
    writes: list[asyncio.Task[None]] = []
    all_brought = asyncio.Event()

    def bring_one_a_turn() -> None:
        writes.append(asyncio.create_task(journal.write(entries[len(writes)])))
        if len(writes) < len(entries):
            asyncio.get_running_loop().call_soon(bring_one_a_turn)
        else:
            all_brought.set()

    bring_one_a_turn()
    await all_brought.wait()
    await asyncio.gather(*writes)
    assert store.batches == [entries]
    journal.close()


def test_each_loop_has_its_own_batches_and_none_waits_for_another() -> None:
    """A loop that ended with an entry not taken up yet stops nobody, and closing writes it."""
    store = Store()
    journal = GroupCommitJournal(store)
    left, others = an_entry(), [an_entry() for _ in range(3)]

    async def leave_one() -> None:
        asyncio.create_task(journal.write(left))  # noqa: RUF006 - nobody is to wait for it
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave_one())
    loop.close()
    for entry in others:
        asyncio.run(journal.write(entry))
    assert journal.waiting_count == 1
    journal.close()
    assert store.batches == [[entry] for entry in (*others, left)]


async def test_batches_are_bounded() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    writes = [asyncio.create_task(journal.write(an_entry())) for _ in range(2 * MAX_BATCH + 10)]
    await asyncio.sleep(0)
    store.may_write.set()
    await asyncio.gather(*writes)
    assert sum(map(len, store.batches)) == 2 * MAX_BATCH + 10
    assert max(map(len, store.batches)) <= MAX_BATCH
    journal.close()


async def test_failed_write_is_told_to_all_who_wait_and_the_next_may_work() -> None:
    store = Store()
    store.is_broken = True
    journal = GroupCommitJournal(store)
    with pytest.raises(JournalError) as caught:
        await journal.write(an_entry())
    assert "No space left" not in caught.value.hint + caught.value.message
    store.is_broken = False
    await journal.write(an_entry())
    assert len(store.batches) == 1
    journal.close()


async def test_closing_writes_what_is_left_and_takes_nothing_new() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    writes = [asyncio.create_task(journal.write(an_entry())) for _ in range(5)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(journal.close))
    store.may_write.set()
    await asyncio.gather(closing, *writes)
    assert sum(map(len, store.batches)) == 5
    with pytest.raises(JournalError):
        await journal.write(an_entry())


async def test_giving_up_waiting_does_not_take_the_entry_back() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    entry = an_entry()
    writing = asyncio.create_task(journal.write(entry))
    await asyncio.to_thread(store.is_writing.wait, 10)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    store.may_write.set()
    await asyncio.to_thread(journal.close)
    assert store.batches == [[entry]]


async def test_entry_that_cannot_be_kept_stops_no_other() -> None:
    store = Store()
    store.may_write.clear()
    journal = GroupCommitJournal(store)
    first = asyncio.create_task(journal.write(an_entry()))
    await asyncio.to_thread(store.is_writing.wait, 10)
    entries = [an_entry() for _ in range(5)]
    store.refused = entries[2]
    writes = [asyncio.create_task(journal.write(entry)) for entry in entries]
    await asyncio.sleep(0)
    store.may_write.set()
    results = await asyncio.gather(first, *writes, return_exceptions=True)
    assert [isinstance(result, JournalError) for result in results] == [False] * 3 + [True] + [
        False
    ] * 2
    assert [entry for batch in store.batches[1:] for entry in batch] == entries[:2] + entries[3:]
    journal.close()
