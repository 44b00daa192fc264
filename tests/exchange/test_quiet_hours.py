"""Quiet hours: how they are told, and when they end by the clock on the wall."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import InvalidValueError, SourceError
from webdial.exchange.quiet_hours import QuietHours, read_quiet_hours, time_zone

WEEK = 7 * 24 * 60
LONDON = "Europe/London"


def until(value: str, at: str, zone: str = LONDON) -> str:
    """The end, as `YYYY-MM-DD HH:MM`, or nothing; `at` has its offset."""
    found = read_quiet_hours(value).until(datetime.fromisoformat(at), time_zone(zone))
    return "" if found is None else f"{found:%Y-%m-%d %H:%M}"


# 2026-03-02 is a Monday; London is at UTC then, and an hour before it from the 29th on.
@pytest.mark.parametrize(
    ("value", "at", "ends"),
    [
        ("", "2026-03-02T23:00+00:00", ""),
        ("22:00-07:00", "2026-03-02T21:59+00:00", ""),
        ("22:00-07:00", "2026-03-02T22:00+00:00", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03T06:59+00:00", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03T07:00+00:00", ""),
        ("22:00-07:00", "2026-03-08T23:00+00:00", "2026-03-09 07:00"),
        ("Mon-Fri 18:00-08:00", "2026-03-06T20:00+00:00", "2026-03-07 08:00"),
        ("Mon-Fri 18:00-08:00", "2026-03-07T20:00+00:00", ""),
        ("Mon-Fri 18:00-08:00, Sat, Sun", "2026-03-06T20:00+00:00", "2026-03-09 00:00"),
        ("sunday", "2026-03-08T12:00+00:00", "2026-03-09 00:00"),
        ("Sat-Mon 12:00-13:00", "2026-03-09T12:30+00:00", "2026-03-09 13:00"),
        ("12:00–13:00", "2026-03-02T12:30+00:00", "2026-03-02 13:00"),
        # In summer nine in the evening in London is eight by UTC.
        ("21:00-22:00", "2026-07-01T20:30+00:00", "2026-07-01 22:00"),
        # The night in which clocks go forward ends by the clock on the wall.
        ("22:00-07:00", "2026-03-28T23:00+00:00", "2026-03-29 07:00"),
    ],
)
def test_until(value: str, at: str, ends: str) -> None:
    assert until(value, at) == ends


@pytest.mark.parametrize(
    "value",
    [
        "late",
        "25:00-26:00",
        "22:00",
        "Mon-",
        "Mo-Di 22:00-07:00",
        "22:00-22:00",
        "24:00-01:00",
        "t",
    ],
)
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_quiet_hours(f"Sun, {value}")
    assert caught.value.first.start == 5


@given(st.integers(0, WEEK - 1), st.integers(1, WEEK - 1))
def test_span_of_a_day_holds_its_minutes_and_no_others(start: int, length: int) -> None:
    minutes = min(length, 24 * 60 - 1)
    day, first = divmod(start, 24 * 60)
    last = (first + minutes) % (24 * 60)
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    text = f"{names[day]} {first // 60}:{first % 60:02}-{last // 60}:{last % 60:02}"
    spans = read_quiet_hours(text).spans
    covered = {minute for begin, end in spans for minute in range(begin, end)}
    assert covered == {(start + each) % WEEK for each in range(minutes)}


def test_nothing_is_quiet_where_nothing_is_set() -> None:
    assert read_quiet_hours("-- nothing yet") == QuietHours()


@pytest.mark.parametrize("value", ["Europe/Nowhere", "../etc/passwd", "/etc/localtime", "GMT+99"])
def test_zone_that_is_none(value: str) -> None:
    with pytest.raises(InvalidValueError):
        time_zone(value)
