"""What ends by the clock: a token, a session, the windows in which calls are counted. No test waits."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.site.conftest import PASSWORD, Site, opened_database
from tests.site.journal_entries import a_beginning
from webdial.exchange.admission import DAY_S, MINUTE_S
from webdial.exchange.configuration import Token
from webdial.exchange.journal import JournalStore
from webdial.exchange.terms import Tally, TallyFullError, Terms
from webdial.site.domain.tokens import end_of_day
from webdial.site.journal import open_journal_store
from webdial.site.models import CallTally

MIDNIGHT = datetime(2027, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_token_lapses_at_the_moment_and_not_before() -> None:
    token = Token(1, 1, expires_at=MIDNIGHT.timestamp())
    assert not token.is_lapsed((MIDNIGHT - MOMENT).timestamp())
    assert token.is_lapsed(MIDNIGHT.timestamp())
    assert not Token(1, 1).is_lapsed(MIDNIGHT.timestamp())


@pytest.mark.parametrize(
    ("last_day", "ends_at"),
    [
        (date(2026, 12, 31), MIDNIGHT),
        (date(2028, 2, 28), datetime(2028, 2, 29, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 30, tzinfo=UTC)),  # clocks go forward in London
    ],
)
def test_last_day_of_a_token_is_good_to_its_end_in_utc(last_day: date, ends_at: datetime) -> None:
    assert end_of_day(last_day) == ends_at


@pytest.mark.usefixtures("transactional_db")
class TestSession:
    async def test_it_lasts_two_weeks_and_no_longer(self, site: Site) -> None:
        before = timezone.now()
        client = site.browser()
        await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
        kept = await Session.objects.aget(session_key=client.cookies["sessionid"].value)
        lasts = kept.expire_date - before
        assert timedelta(days=14) <= lasts < timedelta(days=14, minutes=5)
        assert client.cookies["sessionid"]["max-age"] == 14 * DAY_S

    @pytest.mark.parametrize(("left", "status"), [(timedelta(minutes=5), 200), (-MOMENT, 302)])
    async def test_it_ends_at_its_moment_whatever_the_browser_sends(
        self, site: Site, left: timedelta, status: int
    ) -> None:
        client = site.browser()
        await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
        key = client.cookies["sessionid"].value
        await Session.objects.filter(session_key=key).aupdate(expire_date=timezone.now() + left)
        assert (await client.get("/account")).status_code == status


@pytest.fixture
def store(transactional_db: None) -> Iterator[JournalStore]:
    with closing(open_journal_store(opened_database())) as store:
        yield store


def refused(store: JournalStore, at: datetime, *tallies: Tally) -> int | None:
    """The window of the tally that refuses a call at this time."""
    entry = a_beginning(terms=Terms(tallies=tallies), placed_at=at)
    refusal = store.write([entry]).get(entry.call.id)
    return refusal.tally.window_s if isinstance(refusal, TallyFullError) else None


def test_day_ends_at_midnight_in_utc(store: JournalStore) -> None:
    day = Tally("user/7", DAY_S, 1)
    assert refused(store, MIDNIGHT - timedelta(days=1), day) is None
    assert refused(store, MIDNIGHT - MOMENT, day) == DAY_S
    assert refused(store, MIDNIGHT, day) is None
    assert refused(store, MIDNIGHT + timedelta(hours=23), day) == DAY_S


def test_at_the_turn_of_both_windows_each_is_counted_by_itself(store: JournalStore) -> None:
    minute, day = Tally("user/7", MINUTE_S, 2), Tally("user/7", DAY_S, 3)
    last = MIDNIGHT - timedelta(minutes=1)
    assert [refused(store, last, minute, day) for _ in range(3)] == [None, None, MINUTE_S]
    assert [refused(store, MIDNIGHT, minute, day) for _ in range(3)] == [None, None, MINUTE_S]
    later = MIDNIGHT + timedelta(minutes=1)
    assert [refused(store, later, minute, day) for _ in range(2)] == [None, DAY_S]


def test_call_that_one_window_refuses_is_counted_in_none(store: JournalStore) -> None:
    minute, day = Tally("user/7", MINUTE_S, 1), Tally("user/7", DAY_S, 9)
    for _ in range(4):
        refused(store, MIDNIGHT, minute, day)
    assert {row.count for row in CallTally.objects.all()} == {1}
