"""Favourites: the numbers that a user keeps at hand, in an order of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translate
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company, Favourite, Person, Phone, User

MAX_FAVOURITES: Final = 100
"""More are no longer at hand."""


class OwnerKind(StrEnum):
    """Whose number it is."""

    PERSON = "person"
    COMPANY = "company"
    COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Starred:
    """A number that can be a favourite; an empty number stands for a colleague's extension."""

    kind: OwnerKind
    owner_id: int
    number: str

    @property
    def columns(self) -> dict[str, object]:
        return {f"{self.kind.value}_id": self.owner_id, "number": self.number}


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """A favourite to show: `detail` is the company or the branch, `phone` is as it is now."""

    id: int
    starred: Starred
    name: str
    detail: str
    phone: LabelledNumber


def add_favourite(user: User, starred: Starred) -> None:
    """Keep the number at hand, below those there are; nothing changes when it is there already.

    Raises NotFoundError for a number that is nobody's, InvalidValueError when there are too many.
    """
    with transaction.atomic():
        _require_number(starred)
        favourites = Favourite.objects.filter(user=user)
        if favourites.filter(**starred.columns).exists():
            return
        if favourites.count() >= MAX_FAVOURITES:
            raise InvalidValueError(
                translate(
                    "You have {MAX_FAVOURITES} favourites, and no more can be kept.",
                    MAX_FAVOURITES=MAX_FAVOURITES,
                ),
                hint=translate("Take the star from one that you ring no more."),
            )
        last = favourites.aggregate(last=Max("position"))["last"] or 0
        Favourite.objects.create(user=user, position=last + 1, **starred.columns)


def remove_favourite(user: User, starred: Starred) -> None:
    Favourite.objects.filter(user=user, **starred.columns).delete()


def move_up(user: User, favourite_id: int) -> None:
    """Let a favourite change places with the one above. Raises NotFoundError."""
    with transaction.atomic():
        favourites = list(Favourite.objects.filter(user=user).select_for_update())
        places = [favourite.pk for favourite in favourites]
        if favourite_id not in places:
            raise NotFoundError(translate("There is no such favourite."))
        place = places.index(favourite_id)
        if place:
            above, moved = favourites[place - 1], favourites[place]
            above.position, moved.position = moved.position, above.position
            Favourite.objects.bulk_update([above, moved], ["position"])


def starred_by(user: User) -> frozenset[Starred]:
    """All that the user has a star on."""
    return frozenset(_starred(favourite) for favourite in Favourite.objects.filter(user=user))


def favourites_of(user: User) -> list[KeptNumber]:
    """The user's favourites in their order; colleagues who are no longer active are left out."""
    shown = (_kept(favourite) for favourite in _with_owners(user))
    return [kept for kept in shown if kept is not None]


def _with_owners(user: User) -> QuerySet[Favourite]:
    phones = [
        Prefetch(f"{kind.value}__phones", queryset=Phone.objects.order_by("id"))
        for kind in OwnerKind
    ]
    return (
        Favourite.objects.filter(user=user)
        .select_related("person__company", "company", "colleague__branch")
        .prefetch_related(*phones)
    )


def _kept(favourite: Favourite) -> KeptNumber | None:
    starred = _starred(favourite)
    owner, detail, phones = _owner_of(favourite)
    if isinstance(owner, User) and not owner.is_active:
        return None
    if isinstance(owner, User) and not starred.number:
        phone = LabelledNumber("extension", owner.extension) if owner.extension else None
    else:
        found = next((each for each in phones if each.number == starred.number), None)
        phone = LabelledNumber(found.label, found.number) if found else None
    if phone is None:
        return None
    return KeptNumber(favourite.pk, starred, owner.name, detail, phone)


def _owner_of(favourite: Favourite) -> tuple[Person | Company | User, str, Sequence[Phone]]:
    if (person := favourite.person) is not None:
        return person, person.company.name if person.company else "", list(person.phones.all())
    if (company := favourite.company) is not None:
        return company, "", list(company.phones.all())
    colleague = favourite.colleague
    assert colleague is not None  # a constraint of the table
    branch = colleague.branch.name if colleague.branch else ""
    return colleague, branch, list(colleague.phones.all())


def _starred(favourite: Favourite) -> Starred:
    if favourite.person_id is not None:
        return Starred(OwnerKind.PERSON, favourite.person_id, favourite.number)
    if favourite.company_id is not None:
        return Starred(OwnerKind.COMPANY, favourite.company_id, favourite.number)
    assert favourite.colleague_id is not None  # a constraint of the table
    return Starred(OwnerKind.COLLEAGUE, favourite.colleague_id, favourite.number)


def _require_number(starred: Starred) -> None:
    if starred.kind is OwnerKind.COLLEAGUE and not starred.number:
        colleagues = User.objects.filter(pk=starred.owner_id, is_active=True)
        is_there = colleagues.exclude(extension="").exists()
    else:
        column = "user" if starred.kind is OwnerKind.COLLEAGUE else starred.kind.value
        owned = {f"{column}_id": starred.owner_id}
        is_there = Phone.objects.filter(number=starred.number, **owned).exists()
    if not is_there:
        raise NotFoundError(translate("There is no such number any more."))
