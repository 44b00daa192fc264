"""Old calls are removed, when a general setting says how long they are kept.

What was removed is told by a note that is never removed itself (docs/decisions/0016).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from webdial.exchange.general_settings import CALL_RETENTION, days_kept
from webdial.exchange.outcome import Outcome
from webdial.site.audit.log_acts import record_removed
from webdial.site.domain.call_filters import CallFilter, matching_calls
from webdial.site.domain.calls import EVERYTHING
from webdial.site.domain.general_settings import setting_view
from webdial.site.models import Call, CallLogNote

BATCH: Final = 1_000
"""Calls removed in one transaction: the journal waits no longer than that takes, some 20 ms."""


@dataclass(frozen=True, slots=True)
class Removal:
    """`placed_before` is None when calls are kept for ever."""

    count: int = 0
    placed_before: datetime | None = None


def keep_calls_for() -> int | None:
    """Days, by the value for all branches; None is for ever."""
    return days_kept(setting_view(CALL_RETENTION.name).effective.value)


def old_calls(now: datetime) -> Removal:
    """What `remove_old_calls` would remove."""
    before = _placed_before(now)
    return Removal() if before is None else Removal(_removable(before).count(), before)


def remove_old_calls(
    now: datetime, *, actor: str, goes_on: Callable[[], bool] = lambda: True
) -> Removal:
    """Remove what is kept for too long, a thousand at a time; a call that is being placed stays.

    `goes_on` is asked after each thousand whether to.
    """
    before = _placed_before(now)
    if before is None:
        return Removal()
    note = CallLogNote(
        act=CallLogNote.Act.REMOVED, made_at=now, actor=actor, count=0, placed_before=before
    )
    while _remove_batch(note, before) and goes_on():
        pass
    return Removal(note.count, before)


def _placed_before(now: datetime) -> datetime | None:
    days = keep_calls_for()
    return None if days is None else now - timedelta(days=days)


def _removable(before: datetime) -> QuerySet[Call]:
    old = matching_calls(EVERYTHING, CallFilter(until=before))
    return old.exclude(outcome=Outcome.PLACING.value)


def _remove_batch(note: CallLogNote, before: datetime) -> int:
    """Remove the oldest thousand and write so into the note, both or neither; how many they were."""
    with transaction.atomic():
        ids = list(_removable(before).order_by("pk").values_list("pk", flat=True)[:BATCH])
        count, _ = Call.objects.filter(pk__in=ids).delete()
        if count:
            note.first_call = note.first_call or ids[0]
            note.last_call = ids[-1]
            note.count += count
            note.save()
            record_removed(note, ids)
    return count
