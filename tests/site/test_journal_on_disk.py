"""The journal keeps what comes in, however much it is, and whatever the machine's clock has gone through."""

from contextlib import closing

import pytest

from tests.site.conftest import opened_database
from tests.site.journal_entries import a_beginning, ended_at_once, its_end
from webdial.exchange.journal import LONGEST_TOOK_MS
from webdial.site.audit.verifying import Summary, verify
from webdial.site.journal import open_journal_store
from webdial.site.models import Call

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


def verified() -> list[str]:
    """What is wrong with the chains."""
    return [finding.sentence for finding in verify(Summary())]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("took_ms", "kept_ms"), [(-HOUR_MS, 0), (YEAR_MS, LONGEST_TOOK_MS), (40, 40)]
)
def test_end_is_kept_though_the_clock_was_set_meanwhile(took_ms: int, kept_ms: int) -> None:
    begun = a_beginning()
    with closing(open_journal_store(opened_database())) as store:
        store.write([begun])
        store.write([its_end(begun, took_ms=took_ms)])
    call = Call.objects.get(pk=begun.call.id)
    assert (call.outcome, call.took_ms) == ("sent", kept_ms)
    assert call.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_batch_of_every_size_is_kept_whole() -> None:
    """Ends of calls that began before, calls that go on, and calls that begin with their end, in one batch.

    The last one is longer than any statement that is kept prepared.
    """
    with closing(open_journal_store(opened_database())) as store:
        earlier = [a_beginning() for _ in range(9)]
        store.write(earlier)
        for size, end in zip((1, 2, 3, 7, 20, 64, 128, 300), earlier, strict=False):
            links = [ended_at_once(a_beginning(), message=f"{index}") for index in range(size)]
            going_on = a_beginning()
            assert store.write([*links, its_end(end), going_on]) == {}
            kept = Call.objects.in_bulk([link.call.id for link in links])
            assert [kept[link.call.id].message for link in links] == [
                f"{index}" for index in range(size)
            ]
            assert {call.outcome for call in kept.values()} == {"handed_over"}
            assert Call.objects.get(pk=end.call.id).outcome == "sent"
            assert Call.objects.get(pk=going_on.call.id).outcome == "placing"
    assert verified() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", ["", "\U0001f4de \u202e“;--", "é" * 200_000])
def test_texts_are_kept_to_the_letter(text: str) -> None:
    begun = ended_at_once(a_beginning(), message=text)
    with closing(open_journal_store(opened_database())) as store:
        store.write([begun])
    assert Call.objects.get(pk=begun.call.id).message == text
    assert verified() == []
