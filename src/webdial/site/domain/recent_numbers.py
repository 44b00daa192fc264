"""The numbers that a user has dialled last, each once, with whose they are where that is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from webdial.numbers.matching import are_same
from webdial.site.domain.phones import digits_of
from webdial.site.models import Call, Phone, User

MOST: Final = 20
"""Distinct numbers shown."""

_CALLS_READ: Final = 300
"""The last calls looked at: whoever rings the same few numbers all day sees fewer than MOST."""


@dataclass(frozen=True, slots=True)
class RecentNumber:
    """`number` is as it was typed last; `owner` is None where nobody has such a number."""

    number: str
    placed_at: datetime
    label: str = ""
    owner: Phone | User | None = None


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
    owners = _owners(last)
    found = [
        _recent(typed, placed_at, owners.get(key, []), country)
        for key, numbers in last.items()
        for typed, placed_at in numbers
    ]
    return sorted(found, key=lambda recent: recent.placed_at, reverse=True)


def _owners(keys: Iterable[str]) -> dict[str, list[Phone | User]]:
    """Who may have these numbers: phones, and users by their extension."""
    found: dict[str, list[Phone | User]] = {}
    wanted = list(keys)
    phones = Phone.objects.filter(digits__in=wanted).filter(
        Q(user__isnull=True) | Q(user__is_active=True)
    )
    for phone in phones.select_related("person__company", "company", "user__branch")[:500]:
        found.setdefault(phone.digits, []).append(phone)
    users = User.objects.filter(extension__in=wanted, is_active=True).select_related("branch")
    for user in users[:500]:
        found.setdefault(user.extension, []).append(user)
    return found


def _recent(
    typed: str, placed_at: datetime, owners: list[Phone | User], country: str
) -> RecentNumber:
    for owner in owners:
        number = owner.number if isinstance(owner, Phone) else owner.extension
        if are_same(typed, number, country=country):
            label = owner.label if isinstance(owner, Phone) else "extension"
            return RecentNumber(typed, placed_at, label, owner)
    return RecentNumber(typed, placed_at)
