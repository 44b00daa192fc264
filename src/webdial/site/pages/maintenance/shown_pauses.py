"""Addresses that calls are held back from, as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from webdial.exchange.outcome import Outcome
from webdial.site.models import PhoneSystemPause


@dataclass(frozen=True, slots=True)
class ShownPause:
    """`reason_label` is what became of the last call, in words."""

    place: str
    since: datetime
    retry_at: datetime
    is_trying: bool
    reason_label: str


def shown_pauses(rows: Iterable[PhoneSystemPause]) -> list[ShownPause]:
    return [
        ShownPause(row.place, row.since, row.retry_at, row.is_trying, Outcome(row.reason).label)
        for row in rows
    ]
