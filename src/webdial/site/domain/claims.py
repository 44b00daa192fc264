"""What calls hold for a while (webdial.exchange.terms): read, and swept away when it has lapsed.

Claims and tallies are written by the journal alone, in the transaction of the call.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from webdial.site.models import CallClaim, CallTally

LEEWAY: Final = timedelta(hours=1)
"""How long what has lapsed is kept: the clocks of nodes differ, and one may be set back."""

BATCH: Final = 1_000


def call_with_claim(key: str, *, at: datetime) -> UUID | None:
    """The call that holds this key at that moment."""
    held = CallClaim.objects.filter(key=key, until__gt=at)
    return held.values_list("call_id", flat=True).first()


def sweep_claims(now: datetime) -> int:
    """Remove claims that have lapsed and the tallies of windows that are over; how many."""
    lapsed = now - LEEWAY
    claims = CallClaim.objects.filter(until__lte=lapsed)
    tallies = CallTally.objects.filter(ends_at__lte=lapsed)
    return _remove_all(CallClaim, claims) + _remove_all(CallTally, tallies)


def _remove_all(model: type[Model], rows: QuerySet[Any]) -> int:
    """A thousand at a time. What a journal has hold of is left, so that neither waits in a ring."""
    count = 0
    while True:
        with transaction.atomic():
            free = rows.order_by("pk").select_for_update(skip_locked=True)
            keys = list(free.values_list("pk", flat=True)[:BATCH])
            removed, _ = model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 - Django's public API
        count += removed
        if len(keys) < BATCH:
            return count
