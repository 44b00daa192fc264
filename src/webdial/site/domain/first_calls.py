"""The call log and the claims on disk, as the exchange reads them to tell a second request from a first.

Asked only when memory does not know: a key that was used before, or a click that another process took.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import Error

from webdial.dialstring import HttpRequest, Link
from webdial.errors import JournalError
from webdial.exchange.calls import Channel, PlacedCall, PreparedCall, TimeLimits
from webdial.exchange.configuration import Caller
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.terms import Claim
from webdial.language import translate
from webdial.numbers import CleanNumber
from webdial.site.domain.claims import call_with_claim
from webdial.site.models import Call, CallClaim
from webdial.site.threads import in_database_thread

T = TypeVar("T")


class DatabaseRecords:
    """CallRecords (webdial.exchange.duplicates) of the site's database."""

    async def call(self, call_id: UUID) -> PlacedCall | None:
        return await _read(lambda: _placed_call(call_id))

    async def latest(self, user_id: int, dialled: str, *, within_s: float) -> PlacedCall | None:
        since = datetime.now(UTC) - timedelta(seconds=within_s)
        return await _read(lambda: _latest_call(user_id, dialled, since))

    async def holder(self, claim: Claim) -> UUID | None:
        return await _read(lambda: call_with_claim(claim.key, at=datetime.now(UTC)))

    async def bind(self, claims: Sequence[Claim], call_id: UUID) -> None:
        await _read(lambda: _bind(claims, call_id, datetime.now(UTC)))

    async def release(self, claim: Claim, call_id: UUID) -> None:
        await _read(lambda: CallClaim.objects.filter(key=claim.key, call_id=call_id).delete())


async def _read(work: Callable[[], T]) -> T:
    try:
        return await in_database_thread(work)
    except Error as error:
        raise JournalError(
            translate("The call log could not be read, so the call was not placed."),
            hint=translate("An administrator finds the reason in the server's log."),
        ) from error


def _bind(claims: Sequence[Claim], call_id: UUID, now: datetime) -> None:
    keys = [claim.key for claim in claims]
    CallClaim.objects.filter(key__in=keys, until__lte=now).delete()
    CallClaim.objects.bulk_create(
        [
            CallClaim(key=claim.key, call_id=call_id, claimed_at=now, until=claim.until)
            for claim in claims
        ],
        ignore_conflicts=True,
    )


def _latest_call(user_id: int, dialled: str, since: datetime) -> PlacedCall | None:
    calls = Call.objects.filter(user_id=user_id, dialled=dialled, placed_at__gt=since)
    row = calls.select_related("user", "branch").order_by("-id").first()
    return None if row is None else placed_call_of(row)


def _placed_call(call_id: UUID) -> PlacedCall | None:
    row = Call.objects.filter(pk=call_id).select_related("user", "branch").first()
    return None if row is None else placed_call_of(row)


def placed_call_of(row: Call) -> PlacedCall:
    """A call of the log as the exchange would give it; of its request what was kept, secrets masked."""
    prepared = PreparedCall(
        caller=_caller_of(row),
        number=CleanNumber(row.typed, row.dialled),
        plan=Link(row.request) if row.kind == "link" else _request_of(row),
        setting_source=row.setting_source,
        limits=TimeLimits(0, 0),
        phone_system=row.phone_system,
        phone=row.phone,
    )
    outcome = Outcome(row.outcome)
    verdict = Verdict(
        outcome, row.status, row.answer, row.message, row.remote_id, row.next_step
    )  # fmt: skip
    return PlacedCall(
        row.id, prepared, Channel(row.channel), row.placed_at, verdict if outcome.is_final else None
    )


def _caller_of(row: Call) -> Caller:
    user, branch = row.user, row.branch
    return Caller(
        user_id=0 if user is None else user.pk,
        login="" if user is None else user.login,
        staff_id="" if user is None else user.staff_id,
        name="" if user is None else user.name,
        extension=row.extension or None,
        branch_id=None if branch is None else branch.pk,
        branch_name="" if branch is None else branch.name,
    )


def _request_of(row: Call) -> HttpRequest:
    method, _, rest = row.request.partition(" ")
    url, _, body = rest.partition("\n")
    return HttpRequest(method, url, body=body or None)
