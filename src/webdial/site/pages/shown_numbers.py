"""Numbers as pages show them: with the link that copies and is read out well, and the star."""

from dataclasses import dataclass
from typing import Self

from webdial.errors import CallNotPlacedError
from webdial.exchange.numbering import rules_in_force
from webdial.language import translate
from webdial.numbers import BranchRules
from webdial.numbers.tel import tel_uri
from webdial.site.domain.favourites import OwnerKind, Starred, starred_by
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company, Person, User
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Star:
    """What the star beside a number stands for, and whether it is set."""

    starred: Starred
    is_set: bool

    @property
    def html_id(self) -> str:
        """The same before and after a click, so that the keyboard keeps its place."""
        number = "".join(each if each.isalnum() else "-" for each in self.starred.number)
        return f"star-{self.starred.kind.value}-{self.starred.owner_id}-{number or 'extension'}"


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """`tel` is the link (RFC 3966), empty for what cannot be dialled; `star` is None for nobody's."""

    label: str
    number: str
    tel: str
    star: Star | None = None


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers are shown to one user: by their branch's settings, and with their stars."""

    rules: BranchRules
    host: str
    starred: frozenset[Starred]

    @classmethod
    def of_request(cls, request: PageRequest) -> Self:
        host = request.get_host().partition(":")[0]
        return cls(rules_of(request), host, starred_by(request.user))

    def shown(self, phone: LabelledNumber, starred: Starred | None = None) -> ShownNumber:
        tel = tel_uri(
            phone.number,
            country=self.rules.country,
            internal=self.rules.internal,
            context=self.host,
        )
        star = Star(starred, starred in self.starred) if starred else None
        return ShownNumber(phone.label, phone.number, tel, star)

    def of_owner(self, owner: Person | Company | User) -> tuple[ShownNumber, ...]:
        """All numbers of somebody; a colleague's extension comes first."""
        kind = kind_of(owner)
        numbers = [
            self.shown(
                LabelledNumber(phone.label, phone.number), _starred(kind, owner, phone.number)
            )
            for phone in owner.phones.all()
        ]
        if isinstance(owner, User) and owner.extension:
            extension = LabelledNumber(translate("extension"), owner.extension)
            numbers.insert(0, self.shown(extension, _starred(kind, owner, "")))
        return tuple(numbers)


def kind_of(owner: Person | Company | User) -> OwnerKind:
    match owner:
        case Person():
            return OwnerKind.PERSON
        case Company():
            return OwnerKind.COMPANY
        case User():
            return OwnerKind.COLLEAGUE


def _starred(kind: OwnerKind, owner: Person | Company | User, number: str) -> Starred:
    return Starred(kind, owner.pk, number)


def rules_of(request: PageRequest) -> BranchRules:
    try:
        return rules_in_force(exchange_of(request).configuration, request.user.branch_id)
    except CallNotPlacedError:  # told when something is dialled
        return BranchRules()
