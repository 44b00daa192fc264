"""Old calls are removed, and what was removed is told."""

from datetime import timedelta

import pytest

from tests.site.logged_calls import NOW, logged_call
from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import CALL_RETENTION
from webdial.site.domain import call_retention
from webdial.site.domain.call_retention import (
    Removal,
    keep_calls_for,
    old_calls,
    remove_old_calls,
)
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Branch, Call, CallLogNote, User

DAY = timedelta(days=1)


def keep_for(days: str) -> None:
    override_setting(CALL_RETENTION.name, days)


def test_calls_are_kept_for_ever_unless_told(users: dict[str, User]) -> None:
    logged_call(users["carl"], age=9_000 * DAY)
    assert keep_calls_for() is None
    assert remove_old_calls(NOW, actor="test") == Removal()
    assert Call.objects.count() == 1


def test_older_calls_are_removed_and_a_note_tells_it(users: dict[str, User]) -> None:
    keep_for("30")
    oldest = logged_call(users["carl"], age=99 * DAY)
    old = logged_call(users["carl"], age=30 * DAY + timedelta(seconds=1))
    kept = logged_call(users["carl"], age=30 * DAY)
    expected = Removal(2, NOW - 30 * DAY)
    assert old_calls(NOW) == expected
    assert Call.objects.count() == 3
    assert remove_old_calls(NOW, actor="test") == expected
    assert list(Call.objects.all()) == [kept]
    note = CallLogNote.objects.get()
    assert (note.act, note.count, note.actor) == ("removed", 2, "test")
    assert (note.first_call, note.last_call) == (oldest.pk, old.pk)
    assert (note.made_at, note.placed_before) == (NOW, NOW - 30 * DAY)


def test_call_that_is_being_placed_stays(users: dict[str, User]) -> None:
    keep_for("1")
    logged_call(users["carl"], age=9 * DAY, outcome="placing", finished_at=None)
    assert remove_old_calls(NOW, actor="test").count == 0
    assert Call.objects.count() == 1
    assert not CallLogNote.objects.exists()


def test_many_are_removed_in_batches_under_one_note(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for("1")
    rows = [logged_call(users["carl"], age=9 * DAY - timedelta(minutes=i)) for i in range(5)]
    monkeypatch.setattr(call_retention, "BATCH", 2)
    assert remove_old_calls(NOW, actor="test").count == 5
    note = CallLogNote.objects.get()
    assert (note.count, note.first_call, note.last_call) == (5, rows[0].pk, rows[-1].pk)


def test_removal_that_is_stopped_has_told_what_it_did(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for("1")
    for index in range(5):
        logged_call(users["carl"], age=9 * DAY - timedelta(minutes=index))
    monkeypatch.setattr(call_retention, "BATCH", 2)
    assert remove_old_calls(NOW, actor="test", goes_on=lambda: False).count == 2
    assert Call.objects.count() == 3
    assert CallLogNote.objects.get().count == 2


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "a year", "100000", "\u0663"])
def test_value_that_is_no_number_of_days_is_refused(users: dict[str, User], value: str) -> None:
    with pytest.raises(InvalidValueError):
        keep_for(value)


def test_branch_has_no_value_of_its_own(users: dict[str, User], leeds: Branch) -> None:
    with pytest.raises(InvalidValueError, match="one value for all branches"):
        override_setting(CALL_RETENTION.name, "30", branch=leeds)
