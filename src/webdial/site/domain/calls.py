"""The call log: who may see which calls, readings of one, and calls that a dead run left behind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import NotFoundError
from webdial.exchange.outcome import Outcome, Verdict
from webdial.language import translate
from webdial.site.audit.digests import new_salt
from webdial.site.audit.log_acts import record_interrupted
from webdial.site.domain.rights import Reach, Subject, reach_of
from webdial.site.models import Call, User


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose calls may be seen: one user's, one branch's, or all when both are None."""

    user_id: int | None = None
    branch_id: int | None = None

    @property
    def is_own(self) -> bool:
        return self.user_id is not None

    def calls(self) -> QuerySet[Call]:
        calls = Call.objects.all()
        if self.user_id is not None:
            calls = calls.filter(user_id=self.user_id)
        if self.branch_id is not None:
            calls = calls.filter(branch_id=self.branch_id)
        return calls


EVERYTHING: Final = Sight()
"""For the command line, which belongs to whoever runs the program."""


def sight_of(user: User) -> Sight:
    """Whose calls this user may see. Every page, export and the API ask here and nowhere else."""
    match reach_of(user, Subject.CALLS):
        case Reach.ALL:
            return EVERYTHING
        case Reach.BRANCH:
            return Sight(branch_id=user.branch_id)
    return Sight(user_id=user.pk)


def calls_of_user(user: User) -> QuerySet[Call]:
    """The user's own calls, newest first (ids are UUIDv7, which grow with time)."""
    return Call.objects.filter(user=user).select_related("user", "branch")


def call_in_sight(user: User, call_id: UUID) -> Call:
    """A call that the user may see. Raises NotFoundError, also for one that they may not."""
    call = sight_of(user).calls().filter(pk=call_id).select_related("user", "branch").first()
    if call is None:
        raise NotFoundError(translate("There is no such call."))
    return call


def call_in_sight_of_id(user_id: int, call_id: UUID, *, is_own: bool = False) -> Call:
    """As `call_in_sight`, for a user known by id alone; with `is_own`, a call of the user's own."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFoundError(translate("There is no such call."))
    call = call_in_sight(user, call_id)
    if is_own and call.user_id != user_id:
        raise NotFoundError(translate("There is no such call."))
    return call


def latest_calls_of_id(user_id: int, limit: int) -> list[Call]:
    """The calls that this user placed last, the newest first."""
    return list(Call.objects.filter(user_id=user_id).order_by("-id")[:limit])


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
    if not left.exists():
        return 0
    with transaction.atomic():
        calls = list(left.select_for_update())
        now = timezone.now()
        for call in calls:
            call.outcome, call.finished_at = Outcome.INTERRUPTED.value, now
            call.ended_salt = new_salt()
        Call.objects.bulk_update(calls, ("outcome", "finished_at", "ended_salt"), batch_size=100)
        if calls:
            record_interrupted(calls)
    return len(calls)
