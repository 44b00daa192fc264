"""Phone systems that do not answer, as all nodes know them, and calls that other nodes have in flight.

Once a second each process writes what its own circuit breakers have found out and reads what those of
the others have (webdial.runtime). No call waits for it.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from webdial.exchange.breaker import Held
from webdial.exchange.gates import GateKey, place_of
from webdial.exchange.outcome import Outcome
from webdial.language import translate
from webdial.site.models import Call, PhoneSystemPause, PhoneSystemSetup

_COLUMNS: Final = (
    "setup_id", "place", "since", "retry_at", "pause_s", "failures", "reason", "is_trying",
)  # fmt: skip


def pauses() -> dict[GateKey, Held]:
    """Every address that calls are held back from."""
    return {
        GateKey(row.setup_id, row.place): Held(
            row.since.timestamp(), row.retry_at.timestamp(), row.pause_s, row.failures,
            row.reason, row.is_trying,
        )
        for row in PhoneSystemPause.objects.order_by()
    }  # fmt: skip


def keep_pauses(moved: Mapping[GateKey, Held | None]) -> None:
    """Write down what has moved; None for an address that answers again."""
    if not moved:
        return
    known = set(PhoneSystemSetup.objects.values_list("pk", flat=True))
    rows = [
        _row_of(key, held)
        for key, held in moved.items()
        if held is not None and (key.setup_id is None or key.setup_id in known)
    ]
    with transaction.atomic():
        PhoneSystemPause.objects.filter(
            pk__in=[_text_of(key) for key, held in moved.items() if held is None]
        ).delete()
        PhoneSystemPause.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["key"], update_fields=_COLUMNS
        )


def in_flight_elsewhere(run_id: str) -> dict[str, int]:
    """Calls that other runs have in flight: by the name of the phone system, else by host and port."""
    calls = Call.objects.filter(outcome=Outcome.PLACING.value, kind="http").exclude(run_id=run_id)
    calls = calls.order_by()
    by_name = calls.exclude(phone_system="").values_list("phone_system").annotate(Count("id"))
    counts = Counter(dict(by_name))
    beginnings = calls.filter(phone_system="").annotate(beginning=Substr("request", 1, 320))
    for beginning in beginnings.values_list("beginning", flat=True):
        counts[place_of(beginning.partition(" ")[2])] += 1
    return counts


def try_now(rows: QuerySet[PhoneSystemPause]) -> int:
    """Let the next call to these addresses through; in force everywhere within a second."""
    return rows.filter(is_trying=False).update(retry_at=timezone.now())


def pauses_of(setup: PhoneSystemSetup) -> QuerySet[PhoneSystemPause]:
    return PhoneSystemPause.objects.filter(setup=setup)


def other_pauses() -> QuerySet[PhoneSystemPause]:
    """Those of dial strings' own addresses."""
    return PhoneSystemPause.objects.filter(setup__isnull=True)


def pause_text(setup: PhoneSystemSetup) -> str:
    """Since when it does not answer, and why, for a list; empty when calls go through."""
    rows = list(pauses_of(setup))
    if not rows:
        return ""
    places = ", ".join(row.place for row in rows[:3]) + (", …" if len(rows) > 3 else "")
    return translate(
        "held back since {time} UTC: {places} ({reason})",
        time=f"{rows[0].since:%Y-%m-%d %H:%M}",
        places=places,
        reason=Outcome(rows[0].reason).label,
    )


def _row_of(key: GateKey, held: Held) -> PhoneSystemPause:
    return PhoneSystemPause(
        key=_text_of(key), setup_id=key.setup_id, place=key.place,
        since=_moment(held.since), retry_at=_moment(held.retry_at), pause_s=held.pause_s,
        failures=held.failures, reason=held.reason, is_trying=held.is_trying,
    )  # fmt: skip


def _text_of(key: GateKey) -> str:
    return f"{key.setup_id or 0} {key.place}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
