"""Whose a number is: the person, company or colleague who has it, however it was written or dialled."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from webdial.language import translate
from webdial.numbers.matching import are_same
from webdial.site.domain.phones import digits_of
from webdial.site.models import Company, Person, Phone, User


@dataclass(frozen=True, slots=True)
class NumberOwner:
    """`label` says what the number is, such as “work”."""

    label: str
    owner: Person | Company | User


def owners_of(numbers: Iterable[str], *, country: str = "") -> dict[str, NumberOwner]:
    """By number as typed; two queries. `country` is the one in which numbers without + are at home.

    Where several have a number, the one who was added first.
    """
    keys = {number: digits_of(number) for number in numbers}
    candidates = _by_key({key for key in keys.values() if key})
    found = {}
    for number, key in keys.items():
        for kept, owner in candidates.get(key, ()):
            if are_same(number, kept, country=country):
                found[number] = owner
                break
    return found


def _by_key(keys: set[str]) -> dict[str, list[tuple[str, NumberOwner]]]:
    """Who may have these numbers, each with the number as it is kept: phones, and users by their extension."""
    found: dict[str, list[tuple[str, NumberOwner]]] = {}
    phones = Phone.objects.filter(digits__in=keys).filter(
        Q(user__isnull=True) | Q(user__is_active=True)
    )
    for phone in phones.select_related("person__company", "company", "user__branch")[:500]:
        if owner := phone.person or phone.company or phone.user:
            owned = phone.number, NumberOwner(phone.label, owner)
            found.setdefault(phone.digits, []).append(owned)
    # By the index, which folds; digits have no case.
    users = User.objects.alias(folded=Lower("extension")).filter(folded__in=keys, is_active=True)
    for user in users.select_related("branch")[:500]:
        owned = user.extension, NumberOwner(translate("extension"), user)
        found.setdefault(user.extension, []).append(owned)
    return found
