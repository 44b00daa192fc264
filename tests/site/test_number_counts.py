"""Numbers counted among calls, on both databases, in one part and in several."""

from datetime import timedelta

import pytest
from django.db.models import F

from tests.site.logged_calls import logged_call
from webdial.site.domain.number_counts import AT_ONCE, count_numbers
from webdial.site.models import Call, User

TIMES = (5, 7, None, 5, 5, 7)


@pytest.fixture
def log(users: dict[str, User]) -> None:
    for age, took_ms in enumerate(TIMES):
        logged_call(users["carl"], age=timedelta(hours=age), took_ms=took_ms)


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 6, AT_ONCE])
def test_each_call_is_counted_once(log: None, at_once: int) -> None:
    numbers = {"ms": F("took_ms"), "twice": F("took_ms") * 2}
    counts = count_numbers(Call.objects.all(), numbers, at_once=at_once)
    assert counts == {"ms": {5: 3, 7: 2, None: 1}, "twice": {10: 3, 14: 2, None: 1}}


@pytest.mark.parametrize("at_once", [1, AT_ONCE])
def test_only_calls_that_are_asked_for_are_counted(log: None, at_once: int) -> None:
    calls = Call.objects.filter(took_ms__gt=5)
    assert count_numbers(calls, {"ms": F("took_ms")}, at_once=at_once) == {"ms": {7: 2}}


def test_no_calls_have_no_numbers(users: dict[str, User]) -> None:
    assert count_numbers(Call.objects.all(), {"ms": F("took_ms")}) == {"ms": {}}
