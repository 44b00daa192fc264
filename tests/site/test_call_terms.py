"""A call that does not meet its terms is not written, however many stores write at that moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from tests.site.conftest import opened_database
from tests.site.journal_entries import NOW, a_beginning, claiming, counted, its_end
from webdial.exchange import GroupCommitJournal
from webdial.exchange.journal import Begun, JournalStore
from webdial.exchange.terms import Claim, ClaimedError, Tally, TallyFullError, Terms
from webdial.site.domain.claims import call_with_claim, sweep_claims
from webdial.site.journal import open_journal_store
from webdial.site.models import Call, CallClaim, CallTally

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def store() -> Iterator[JournalStore]:
    with closing(open_journal_store(opened_database())) as store:
        yield store


def written() -> set[object]:
    return set(Call.objects.values_list("pk", flat=True))


def test_entries_without_terms_are_all_written(store: JournalStore) -> None:
    begun = a_beginning()
    assert store.write([begun, a_beginning()]) == {}
    assert store.write([its_end(begun), a_beginning()]) == {}
    assert Call.objects.count() == 3
    assert Call.objects.get(pk=begun.call.id).outcome == "sent"
    assert not CallClaim.objects.exists()
    assert not CallTally.objects.exists()


def test_claimed_key_refuses_the_next_call_and_tells_of_the_first(store: JournalStore) -> None:
    first, second, other = (a_beginning(terms=claiming(key)) for key in ("k", "k", "another"))
    assert store.write([first]) == {}
    refused = store.write([second, other])
    refusal = refused[second.call.id]
    assert isinstance(refusal, ClaimedError)
    assert (refusal.call_id, refusal.claim) == (first.call.id, second.terms.claims[0])
    assert refused.keys() == {second.call.id}
    assert written() == {first.call.id, other.call.id}


def test_of_two_in_one_batch_the_first_wins(store: JournalStore) -> None:
    first, second, third = (a_beginning(terms=claiming("k")) for _ in range(3))
    refused = store.write([first, second, a_beginning(), third])
    assert refused.keys() == {second.call.id, third.call.id}
    assert {getattr(each, "call_id", None) for each in refused.values()} == {first.call.id}
    assert Call.objects.count() == 2


def test_lapsed_claim_can_be_taken_anew(store: JournalStore) -> None:
    first = a_beginning(terms=claiming("k", for_s=10))
    at = NOW + timedelta(seconds=10)
    later = a_beginning(terms=Terms((Claim("k", at + timedelta(seconds=10)),)), placed_at=at)
    assert store.write([first]) == {}
    assert store.write([later]) == {}
    assert call_with_claim("k", at=at) == later.call.id
    assert call_with_claim("k", at=at + timedelta(seconds=10)) is None
    assert call_with_claim("none", at=at) is None


def test_tally_takes_as_many_as_its_limit(store: JournalStore) -> None:
    entries = [a_beginning(terms=counted("carl", limit=3)) for _ in range(5)]
    refused = store.write(entries[:2])
    refused = {**refused, **store.write(entries[2:])}
    assert list(refused) == [entries[3].call.id, entries[4].call.id]
    refusal = refused[entries[3].call.id]
    assert isinstance(refusal, TallyFullError)
    assert refusal.tally == Tally("carl", 60, 3)
    assert written() == {each.call.id for each in entries[:3]}
    assert CallTally.objects.get().count == 3


def test_tally_counts_anew_in_the_next_window(store: JournalStore) -> None:
    terms = counted("carl", limit=1)
    next_minute = NOW.replace(second=0, microsecond=0) + timedelta(minutes=1)
    last_moment = next_minute - timedelta(microseconds=1)
    assert store.write([a_beginning(terms=terms)]) == {}
    assert len(store.write([a_beginning(terms=terms, placed_at=last_moment)])) == 1
    assert store.write([a_beginning(terms=terms, placed_at=next_minute)]) == {}
    assert [row.ends_at for row in CallTally.objects.order_by("ends_at")] == [
        next_minute,
        next_minute + timedelta(minutes=1),
    ]


def test_limit_of_none_lets_nobody_through(store: JournalStore) -> None:
    assert len(store.write([a_beginning(terms=counted("k", limit=0))])) == 1
    assert not Call.objects.exists()


def test_lowered_limit_holds_at_once(store: JournalStore) -> None:
    assert store.write([a_beginning(terms=counted("k", limit=9)) for _ in range(3)]) == {}
    assert len(store.write([a_beginning(terms=counted("k", limit=2))])) == 1
    assert store.write([a_beginning(terms=counted("k", limit=4))]) == {}


def test_call_that_fails_one_of_its_terms_takes_none(store: JournalStore) -> None:
    taken = a_beginning(terms=claiming("taken"))
    both = Terms((Claim("free", NOW + timedelta(minutes=1)), *taken.terms.claims),
                 (Tally("carl", 60, 9),))  # fmt: skip
    store.write([taken])
    assert len(store.write([a_beginning(terms=both)])) == 1
    assert call_with_claim("free", at=NOW) is None
    assert not CallTally.objects.exists()
    full = Terms((Claim("free", NOW + timedelta(minutes=1)),), (Tally("carl", 60, 0),))
    assert len(store.write([a_beginning(terms=full)])) == 1
    assert call_with_claim("free", at=NOW) is None


def test_same_key_twice_in_one_call_counts_once_by_the_stricter(store: JournalStore) -> None:
    twice = Terms(claiming("k", "k").claims, (Tally("t", 60, 1), Tally("t", 60, 5)))
    assert store.write([a_beginning(terms=twice)]) == {}
    assert CallTally.objects.get().count == 1


def test_ends_and_others_of_a_batch_with_refusals_go_in(store: JournalStore) -> None:
    begun = a_beginning(terms=claiming("k"))
    store.write([begun])
    assert len(store.write([a_beginning(terms=claiming("k")), its_end(begun)])) == 1
    assert Call.objects.get().outcome == "sent"


async def test_journal_tells_each_what_became_of_its_call() -> None:
    journal = GroupCommitJournal(open_journal_store(opened_database()))
    first = a_beginning(terms=claiming("k"))
    await journal.write(first)
    with pytest.raises(ClaimedError) as caught:
        await journal.write(a_beginning(terms=claiming("k")))
    assert caught.value.call_id == first.call.id
    await journal.write(a_beginning(terms=counted("t", limit=1)))
    with pytest.raises(TallyFullError):
        await journal.write(a_beginning(terms=counted("t", limit=1)))
    journal.close()


def race(entries: Callable[[], list[Begun]], *, stores: int, batches: int) -> int:
    """How many of all entries the stores refuse, writing at once, each by a connection of its own."""
    refused: list[int] = []
    start = threading.Barrier(stores)

    def write() -> None:
        with closing(open_journal_store(opened_database())) as store:
            start.wait(20)
            refused.extend(len(store.write(entries())) for _ in range(batches))

    threads = [threading.Thread(target=write) for _ in range(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == stores * batches
    return sum(refused)


def test_racing_stores_write_exactly_the_limit() -> None:
    def entries() -> list[Begun]:
        return [a_beginning(terms=counted(key, limit=37)) for key in ("a", "b", "a")]

    refused = race(entries, stores=6, batches=10)
    assert Call.objects.count() == 2 * 37
    assert refused == 6 * 10 * 3 - 2 * 37
    assert {row.count for row in CallTally.objects.all()} == {37}


def test_racing_stores_write_one_call_for_a_key() -> None:
    keys = [f"key {index}" for index in range(20)]

    def entries() -> list[Begun]:
        return [a_beginning(terms=claiming(key)) for key in keys]

    refused = race(entries, stores=5, batches=3)
    assert refused == 5 * 3 * 20 - 20
    assert Call.objects.count() == 20
    assert set(CallClaim.objects.values_list("call_id", flat=True)) == written()


def test_what_has_lapsed_is_swept_after_an_hour(store: JournalStore) -> None:
    terms = Terms(claiming("short", for_s=60).claims, (Tally("minute", 60, 9),))
    lasting = Terms(claiming("long", for_s=90_000).claims, (Tally("day", 86_400, 9),))
    store.write([a_beginning(terms=terms), a_beginning(terms=lasting)])
    assert sweep_claims(NOW + timedelta(minutes=30)) == 0
    assert sweep_claims(NOW + timedelta(minutes=62)) == 2
    assert [row.key for row in CallClaim.objects.all()] == ["long"]
    assert sweep_claims(NOW + timedelta(days=3)) == 2
