"""Readings of the call log, and the one act on it: calls that a dead run left behind."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import NotFoundError
from webdial.exchange.outcome import Outcome, Verdict
from webdial.site.models import Call, User


def calls_of_user(user: User) -> QuerySet[Call]:
    """The user's own calls, newest first (ids are UUIDv7, which grow with time)."""
    return Call.objects.filter(user=user).select_related("user", "branch")


def call_of_user(user: User, call_id: UUID) -> Call:
    """One of the user's own calls. Raises NotFoundError, also for somebody else's."""
    return call_of_user_id(user.pk, call_id)


def call_of_user_id(user_id: int, call_id: UUID) -> Call:
    """As `call_of_user`, for a user known by id alone."""
    call = Call.objects.filter(user_id=user_id, pk=call_id).select_related("branch").first()
    if call is None:
        raise NotFoundError("There is no such call.")
    return call


def sentence_of(call: Call) -> str:
    """What the user was told of a call that is in the log."""
    return Verdict(
        Outcome(call.outcome), call.status, message=call.message, next_step=call.next_step
    ).sentence


def runs_placing_calls() -> set[str]:
    """The runs of the program that have calls on disk as being placed."""
    placing = Call.objects.filter(outcome=Outcome.PLACING.value)
    return set(placing.order_by().values_list("run_id", flat=True).distinct())


def mark_interrupted(
    run_id: str, *, except_ids: Collection[UUID] = (), placed_before: datetime | None = None
) -> int:
    """Mark what the run `run_id` was placing as interrupted; how many calls that were.

    For a run that lives, `except_ids` are the calls it still places, and `placed_before` leaves
    out those that it may just have begun.
    """
    left = Call.objects.filter(outcome=Outcome.PLACING.value, run_id=run_id)
    if placed_before is not None:
        left = left.filter(placed_at__lt=placed_before)
    if except_ids:
        left = left.exclude(pk__in=except_ids)
    return left.update(outcome=Outcome.INTERRUPTED.value, finished_at=timezone.now())
