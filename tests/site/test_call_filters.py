"""Which calls a filter lets through, for whom, and how pages of them are turned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.site.logged_calls import NOW, logged_call
from webdial.errors import InvalidValueError
from webdial.exchange.outcome import Outcome
from webdial.site.domain.call_filters import OUTCOME_GROUPS, needle_of, read_filter
from webdial.site.domain.call_pages import calls_in_batches, page_of_calls
from webdial.site.domain.calls import EVERYTHING, Sight, sight_of
from webdial.site.models import Branch, Role, User


def found(sight: Sight = EVERYTHING, **typed: str) -> list[str]:
    """The numbers of the calls that are found, newest first."""
    wanted = read_filter({k.rstrip("_"): v for k, v in typed.items()}, sight=sight, now=NOW)
    return [row.typed for row in page_of_calls(sight, wanted, size=100).rows]


@pytest.fixture
def log(users: dict[str, User]) -> None:
    """Five calls, newest first: 1 to 5."""
    hour = timedelta(hours=1)
    carl, dora = users["carl"], users["dora"]
    logged_call(carl, age=hour, number="020 7946 0001")
    logged_call(carl, age=14 * hour, number="+44 20 7946 0002", outcome="rejected", channel="api")
    logged_call(dora, age=49 * hour, number="0113 496 0003", phone_system="Leeds")
    logged_call(dora, age=24 * 40 * hour, number="0113 496 0004", outcome="timed_out")
    logged_call(None, age=24 * 400 * hour, number="07700 900005", channel="cli")


CASES: list[tuple[dict[str, str], str]] = [
    ({}, "12345"),
    ({"user": "CO"}, "12"),
    ({"user": "Lindqvist"}, "34"),
    ({"branch": "LDS"}, "34"),
    ({"branch": "leed"}, "34"),
    ({"outcome": "went_wrong"}, "24"),
    ({"outcome": "went_through"}, "135"),
    ({"outcome": "may_have_rung"}, "4"),
    ({"outcome": "not_dialled"}, "2"),
    ({"outcome": "timed_out"}, "4"),
    ({"outcome": "queued"}, ""),
    ({"system": "Leeds"}, "3"),
    ({"channel": "cli"}, "5"),
    ({"number": "496"}, "34"),
    ({"number": "020 7946 0002"}, "2"),
    ({"number": "+44 20 7946 0001"}, "1"),
    ({"number": "0044 20 7946 0001"}, "1"),
    ({"period": "today"}, "1"),
    ({"period": "yesterday"}, "2"),
    ({"period": "7d"}, "123"),
    ({"period": "90d"}, "1234"),
    ({"from_": "2026-11-24"}, "12"),
    ({"to": "2026-11-23"}, "345"),
    ({"from_": "2026-11-23", "to": "2026-11-24"}, "23"),
    ({"period": "today", "to": "2026-11-23"}, "345"),
    ({"user": "CO", "outcome": "went_wrong", "channel": "api", "number": "7946"}, "2"),
]


@pytest.mark.parametrize(("typed", "expected"), CASES)
def test_filter_lets_through(log: None, typed: dict[str, str], expected: str) -> None:
    assert "".join(number[-1] for number in found(**typed)) == expected


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"user": "nobody"}, "user"),
        ({"user": "a"}, "user"),
        ({"branch": "Paris"}, "branch"),
        ({"branch": "L"}, "branch"),
        ({"number": "abc"}, "number"),
        ({"outcome": "lost"}, "outcome"),
        ({"channel": "fax"}, "channel"),
        ({"period": "8d"}, "period"),
        ({"from_": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from_": "2026-11-24", "to": "2026-11-23"}, "to"),
    ],
)
def test_what_is_not_understood_is_told_at_its_field(
    log: None, typed: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        found(**typed)
    assert caught.value.field == field


def test_groups_hold_every_outcome_that_is_final() -> None:
    through, wrong = (OUTCOME_GROUPS[name][1] for name in ("went_through", "went_wrong"))
    assert through | wrong == {outcome for outcome in Outcome if outcome.is_final}
    assert not through & wrong
    rung, not_dialled = (OUTCOME_GROUPS[name][1] for name in ("may_have_rung", "not_dialled"))
    assert rung | not_dialled == wrong


@pytest.mark.parametrize(
    ("typed", "needle"),
    [
        ("020 7946 0123", "2079460123"),
        ("+44 20 7946 0123", "2079460123"),
        ("00442079460123", "2079460123"),
        ("0123", "0123"),
        ("0002", "0002"),
        ("203", "203"),
        ("*21#", "*21#"),
        ("+", ""),
    ],
)
def test_needle_is_the_same_however_it_is_written(typed: str, needle: str) -> None:
    assert needle_of(typed) == needle


def test_sight_is_by_role(users: dict[str, User]) -> None:
    assert sight_of(users["ada"]) == EVERYTHING
    assert sight_of(users["carl"]) == Sight(user_id=users["carl"].pk)
    assert {role.value for role in Role} >= {"caller", "administrator"}


def test_own_sight_is_not_widened_by_a_filter(log: None, users: dict[str, User]) -> None:
    own = sight_of(users["carl"])
    assert [number[-1] for number in found(own, user="DL", branch="LDS")] == ["1", "2"]


def test_sight_of_a_branch(log: None, users: dict[str, User], leeds: Branch) -> None:
    sight = Sight(branch_id=leeds.pk)
    assert [number[-1] for number in found(sight)] == ["3", "4"]
    assert [number[-1] for number in found(sight, user="DL", branch="LON")] == ["3", "4"]
    with pytest.raises(InvalidValueError):
        found(sight, user="CO")


def test_pages_are_turned_both_ways(users: dict[str, User]) -> None:
    for index in range(7):
        logged_call(users["carl"], age=timedelta(minutes=index), number=f"020 7946 000{index}")
    nothing = read_filter({})
    first = page_of_calls(EVERYTHING, nothing, size=3)
    second = page_of_calls(EVERYTHING, nothing, before=first.rows[-1].pk, size=3)
    third = page_of_calls(EVERYTHING, nothing, before=second.rows[-1].pk, size=3)
    back = page_of_calls(EVERYTHING, nothing, after=third.rows[0].pk, size=3)
    newest = page_of_calls(EVERYTHING, nothing, after=second.rows[0].pk, size=3)
    shown = ["".join(row.typed[-1] for row in page.rows) for page in (first, second, third)]
    assert shown == ["012", "345", "6"]
    ends = [(page.has_newer, page.has_older) for page in (first, second, third, back, newest)]
    assert ends == [(False, True), (True, True), (True, False), (True, True), (False, True)]
    assert back.rows == second.rows
    assert newest.rows == first.rows


def test_page_newer_than_the_newest_is_the_first(users: dict[str, User]) -> None:
    row = logged_call(users["carl"])
    page = page_of_calls(EVERYTHING, read_filter({}), after=row.pk, size=3)
    assert (page.rows, page.has_newer) == ((row,), False)


def test_two_queries_a_page_whatever_is_asked(log: None, django_assert_num_queries: Any) -> None:
    wanted = read_filter({"branch": "LDS", "outcome": "went_wrong", "number": "496"}, now=NOW)
    with django_assert_num_queries(2):
        page = page_of_calls(EVERYTHING, wanted, size=50)
        assert [
            (row.user.name, row.branch.name) for row in page.rows if row.user and row.branch
        ] == [("Dora Lindqvist", "Leeds")]


def test_batches_hold_every_call_once(users: dict[str, User], monkeypatch: Any) -> None:
    rows = [logged_call(users["carl"], age=timedelta(minutes=index)) for index in range(5)]
    monkeypatch.setattr("webdial.site.domain.call_pages.BATCH", 2)
    batches = list(calls_in_batches(EVERYTHING, read_filter({})))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [row for batch in batches for row in batch] == rows


def test_days_are_parted_to_the_millisecond(users: dict[str, User]) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    logged_call(users["carl"], placed_at=midnight, number="020 7946 0001")
    logged_call(
        users["carl"], placed_at=midnight - timedelta(milliseconds=1), number="020 7946 0002"
    )
    assert found(period="today") == ["020 7946 0001"]
    assert found(period="yesterday") == ["020 7946 0002"]
