"""Figures of the call log, on both databases."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from tests.site.logged_calls import NOW, logged_call
from webdial.exchange.outcome import Outcome
from webdial.site.domain.call_figures import (
    AnswerTimes,
    Figures,
    Step,
    Tally,
    figures_of,
    percentile,
)
from webdial.site.domain.call_filters import read_filter
from webdial.site.domain.calls import EVERYTHING, Sight
from webdial.site.models import User

DAY = timedelta(days=1)


def figures(sight: Sight = EVERYTHING, **typed: str) -> Figures:
    return figures_of(sight, read_filter(typed, now=NOW), now=NOW)


def figures_in(zone: ZoneInfo, **typed: str) -> Figures:
    return figures_of(EVERYTHING, read_filter(typed, now=NOW, zone=zone), now=NOW)


@pytest.fixture
def log(users: dict[str, User]) -> None:
    carl, dora = users["carl"], users["dora"]
    logged_call(carl, phone_system="Head office")
    logged_call(carl, phone_system="Head office", outcome="timed_out")
    logged_call(carl, age=DAY, outcome="handed_over", kind="link", took_ms=None)
    logged_call(dora, age=DAY, phone_system="Leeds", outcome="rejected")
    logged_call(dora, age=40 * DAY, phone_system="Leeds")
    logged_call(dora, outcome="placing", finished_at=None, took_ms=None)


def test_calls_by_day_with_days_that_had_none(log: None) -> None:
    told = figures(period="7d")
    assert told.step is Step.DAY
    days = [(each.name, each.calls, each.failed) for each in told.times]
    assert days[0] == ("2026-11-19", 0, 0)
    assert days[-2:] == [("2026-11-24", 2, 1), ("2026-11-25", 3, 1)]
    assert len(days) == 7
    assert (told.calls, told.failed) == (5, 2)


def test_calls_by_hour_of_one_day(log: None) -> None:
    told = figures(period="today")
    assert told.step is Step.HOUR
    assert [each.name for each in told.times][:2] == ["2026-11-25 00", "2026-11-25 01"]
    assert [(each.name, each.calls) for each in told.times if each.calls] == [("2026-11-25 12", 3)]


def test_calls_by_month_of_a_long_time(log: None) -> None:
    told = figures()
    assert told.step is Step.MONTH
    assert [(each.name, each.calls) for each in told.times] == [("2026-10", 1), ("2026-11", 5)]


def test_days_and_hours_are_those_of_the_zone(users: dict[str, User]) -> None:
    """In Auckland it is 26 November, an hour past midnight, when it is noon of the 25th in UTC."""
    auckland = ZoneInfo("Pacific/Auckland")
    for age in (timedelta(), timedelta(hours=1, minutes=1)):
        logged_call(users["carl"], age=age)
    days = figures_in(auckland, period="7d").times
    assert [(each.name, each.calls) for each in days][-2:] == [("2026-11-25", 1), ("2026-11-26", 1)]
    hours = figures_in(auckland, period="today").times
    assert [(each.name, each.calls) for each in hours] == [
        ("2026-11-26 00", 0),
        ("2026-11-26 01", 1),
    ]
    assert [each.name for each in figures_in(auckland, period="365d").times][::12] == [
        "2025-11",
        "2026-11",
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_day_on_which_clocks_change_has_all_its_hours(log: None, day: str, hours: int) -> None:
    told = figures_in(ZoneInfo("Europe/London"), **{"from": day, "to": day}).times
    assert len(told) == hours
    assert (told[0].name, told[-1].name) == (f"{day} 00", f"{day} 23")


def test_months_of_a_year_are_each_named_once(log: None) -> None:
    names = [each.name for each in figures(period="365d").times]
    assert names == [f"2025-{month:02}" for month in (11, 12)] + [
        f"2026-{month:02}" for month in range(1, 12)
    ]


def test_calls_by_branch_and_outcome(log: None) -> None:
    told = figures(period="30d")
    assert [(each.name, each.calls, each.failed) for each in told.branches] == [
        ("London", 3, 1),
        ("Leeds", 2, 1),
    ]
    assert dict(told.outcomes) == {
        Outcome.SENT: 1,
        Outcome.TIMED_OUT: 1,
        Outcome.HANDED_OVER: 1,
        Outcome.REJECTED: 1,
        Outcome.PLACING: 1,
    }


def test_branches_of_one_name_are_two(log: None, users: dict[str, User], leeds: Any) -> None:
    leeds.name = "London"
    leeds.save()
    assert [(each.name, each.calls) for each in figures(period="30d").branches] == [
        ("London", 3),
        ("London", 2),
    ]


def test_phone_systems_with_failures_and_answer_times(log: None) -> None:
    told = [(each.name, each.calls, each.failed, times) for each, times in figures().systems]
    half_a_second = AnswerTimes(500, 500)
    assert told == [
        ("", 2, 0, AnswerTimes()),  # a link and a call that is being placed: nobody answered
        ("Head office", 2, 1, half_a_second),
        ("Leeds", 2, 1, half_a_second),
    ]


def test_answer_times_are_told_to_the_millisecond(users: dict[str, User]) -> None:
    for ms in (17, 17, 17, 2_344):
        logged_call(users["carl"], took_ms=ms)
    ((_, times),) = figures().systems
    assert times == AnswerTimes(17, 2_344)


def test_figures_are_of_what_is_in_sight(log: None, users: dict[str, User]) -> None:
    own = figures(Sight(user_id=users["dora"].pk))
    assert (own.calls, [each.name for each in own.branches]) == (3, ["Leeds"])


def test_no_calls_are_no_figures(users: dict[str, User]) -> None:
    told = figures()
    assert (told.calls, told.times, told.branches, told.systems) == (0, (), (), ())


def test_calls_of_no_branch_go_wrong_as_well(users: dict[str, User]) -> None:
    logged_call(None, outcome="timed_out")
    logged_call(None)
    assert figures(period="30d").branches == (Tally("No branch", 2, 1),)


def test_every_outcome_is_counted_as_what_it_is(users: dict[str, User]) -> None:
    for outcome in Outcome:
        logged_call(users["carl"], outcome=outcome.value)
    told = figures(period="30d")
    failed = [each for each in Outcome if each.is_final and not each.is_success]
    assert dict(told.outcomes) == dict.fromkeys(Outcome, 1)
    assert told.branches == (Tally("London", len(Outcome), len(failed)),)
    assert (told.calls, told.failed) == (len(Outcome), len(failed))


def test_figures_of_days_to_come_are_none(log: None) -> None:
    told = figures(**{"from": "2027-01-01"})
    assert (told.calls, told.branches, told.systems) == (0, (), ())


def test_queries_do_not_grow(log: None, django_assert_num_queries: Any) -> None:
    """Phone systems and outcomes, the numbers, the branches' names; PostgreSQL counts three numbers one by one."""
    with django_assert_num_queries(4 if connection.vendor == "sqlite" else 5):
        figures(period="30d")


@pytest.mark.parametrize(
    ("counts", "percent", "expected"),
    [
        ({}, 50, None),
        ({7: 1}, 50, 7),
        ({7: 1}, 95, 7),
        ({1: 1, 2: 1, 3: 1}, 50, 2),
        ({1: 1, 2: 1}, 50, 1),
        ({1: 95, 9: 5}, 95, 1),
        ({1: 94, 9: 6}, 95, 9),
    ],
)
def test_percentile(counts: dict[int, int], percent: int, expected: int | None) -> None:
    assert percentile(counts, percent) == expected
