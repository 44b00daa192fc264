"""The numbers that a user has dialled last, each once, with whose they are where that is known."""

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final

from webdial.numbers.matching import are_same
from webdial.site.domain.number_owners import NumberOwner, owners_of
from webdial.site.domain.phones import digits_of
from webdial.site.models import Call, User

MOST: Final = 20
"""Distinct numbers shown."""

_CALLS_READ: Final = 300
"""The last calls looked at: whoever rings the same few numbers all day sees fewer than MOST."""


@dataclass(frozen=True, slots=True)
class RecentNumber:
    """`number` is as it was typed last; `known` is None where nobody has such a number."""

    number: str
    placed_at: datetime
    known: NumberOwner | None = None


def recent_numbers(user: User, *, country: str = "") -> list[RecentNumber]:
    """Newest first. `country` is the one in which the user's numbers without + are at home."""
    calls = Call.objects.filter(user=user).order_by("-id")
    last: dict[str, list[tuple[str, datetime]]] = {}
    count = 0
    for typed, placed_at in calls.values_list("typed", "placed_at")[:_CALLS_READ]:
        key = digits_of(typed)
        alike = last.get(key, [])
        if not key or any(are_same(typed, other, country=country) for other, _ in alike):
            continue
        last.setdefault(key, []).append((typed.strip(), placed_at))
        count += 1
        if count == MOST:
            break
    newest = sorted((each for alike in last.values() for each in alike), key=itemgetter(1))[::-1]
    owners = owners_of((typed for typed, _ in newest), country=country)
    return [RecentNumber(typed, at, owners.get(typed)) for typed, at in newest]
