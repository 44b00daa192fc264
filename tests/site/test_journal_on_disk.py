"""The journal keeps what comes in, whatever the machine's clock has gone through."""

from contextlib import closing

import pytest

from tests.site.conftest import opened_database
from tests.site.journal_entries import a_beginning, its_end
from webdial.exchange.journal import LONGEST_TOOK_MS
from webdial.site.journal import open_journal_store
from webdial.site.models import Call

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


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
