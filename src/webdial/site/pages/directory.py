"""The directory on the Dial page: people and companies, colleagues, favourites, recent numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from webdial.language import translatable, translate
from webdial.site.domain.directory import find_listed
from webdial.site.domain.favourites import KeptNumber, OwnerKind, favourites_of
from webdial.site.domain.people import list_colleagues
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.recent_numbers import RecentNumber, recent_numbers
from webdial.site.models import Branch, Company, Person, User
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.shown_numbers import Numbering, ShownNumber, kind_of

PAGE_SIZE: Final = 50
MAX_PAGE: Final = 10_000
MAX_SEARCH: Final = 80
"""Characters of a search that are looked for: a name, a company and a number."""


class Kind(StrEnum):
    """A list of the directory; search goes over people or over colleagues."""

    PEOPLE = "people"
    COLLEAGUES = "colleagues"
    FAVOURITES = "favourites"
    RECENT = "recent"

    @property
    def is_searched(self) -> bool:
        return self in {Kind.PEOPLE, Kind.COLLEAGUES}


_TITLES: Final = {
    Kind.PEOPLE: translatable("People"),
    Kind.COLLEAGUES: translatable("Colleagues"),
    Kind.FAVOURITES: translatable("Favourites"),
    Kind.RECENT: translatable("Recent"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to ring, with what stands under the name; pages of their own where they have one."""

    name: str
    detail: str
    numbers: tuple[ShownNumber, ...]
    link: str = ""
    detail_link: str = ""
    dialled_at: datetime | None = None
    favourite_id: int | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of a list that matches `search`; pages count from 1."""

    kind: Kind
    search: str
    page: int
    entries: tuple[Entry, ...]
    has_more: bool = False

    def link(self, *, kind: Kind | None = None, page: int = 1) -> str:
        shown = kind or self.kind
        search = self.search if shown.is_searched else ""
        values = {"q": search, "list": shown.value, "page": str(page)}
        defaults = {"q": "", "list": Kind.PEOPLE.value, "page": "1"}
        return "?" + urlencode({name: v for name, v in values.items() if v != defaults[name]})

    @property
    def tabs(self) -> tuple[tuple[Kind, str, str], ...]:
        """Each list with its title and its link."""
        return tuple((kind, translate(_TITLES[kind]), self.link(kind=kind)) for kind in Kind)

    @property
    def searched(self) -> Kind:
        """The list that is looked through when something is typed into the search box."""
        return self.kind if self.kind.is_searched else Kind.PEOPLE

    @property
    def is_ordered(self) -> bool:
        """Whether the user decides the order."""
        return self.kind is Kind.FAVOURITES

    @property
    def here(self) -> str:
        """The address of the Dial page as it is shown."""
        return reverse("dial") + self.link(page=self.page)

    @property
    def next_link(self) -> str:
        return self.link(page=self.page + 1)

    @property
    def previous_link(self) -> str:
        return self.link(page=self.page - 1)


def directory_of(request: PageRequest) -> Directory:
    """The list that an address asks for: `list`, `q` and `page`."""
    named = request.GET.get("list", "")
    kind = Kind(named) if named in set(Kind) else Kind.PEOPLE
    numbering = Numbering.of_request(request)
    if not kind.is_searched:
        return Directory(kind, "", 1, tuple(_short_list(request.user, kind, numbering)))
    search = search_words(request.GET.get("q", ""))
    page = page_number(request.GET.get("page", "1"))
    start = (page - 1) * PAGE_SIZE
    # One more than is shown tells whether there are more.
    window = slice(start, start + PAGE_SIZE + 1)
    found: list[Entry]
    if kind is Kind.COLLEAGUES:
        others = list_colleagues(search=search).exclude(pk=request.user.pk)
        found = [entry_of(user, numbering) for user in others[window]]
    else:
        found = [entry_of(owner, numbering) for owner in owners_found(search, window)]
    return Directory(kind, search, page, tuple(found[:PAGE_SIZE]), len(found) > PAGE_SIZE)


def search_words(text: str) -> str:
    """What can be looked for of what was typed into a search box."""
    return "".join(character for character in text if character.isprintable())[:MAX_SEARCH].strip()


def page_number(text: str) -> int:
    """The page that an address asks for; 1 for anything that is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PAGE))
    return min(max(int(text), 1), MAX_PAGE) if is_number else 1


def entry_of(owner: Person | Company | User, numbering: Numbering) -> Entry:
    """An owner with phones at hand, and company or branch."""
    detail, detail_link = _detail(owner)
    return Entry(owner.name, detail, numbering.of_owner(owner), page_of_owner(owner), detail_link)


def page_of(kind: OwnerKind, owner_id: int) -> str:
    """The page of a person or a company; colleagues have none."""
    if kind is OwnerKind.COLLEAGUE:
        return ""
    return reverse(kind.value, args=(owner_id,))


def page_of_owner(owner: Person | Company | User) -> str:
    return page_of(kind_of(owner), owner.pk)


def _detail(owner: Person | Company | User) -> tuple[str, str]:
    """What stands under the name, and where it leads: a person's company, a colleague's branch."""
    match owner:
        case Person(company=Company() as company):
            return company.name, page_of(OwnerKind.COMPANY, company.pk)
        case User(branch=Branch() as branch):
            return branch.name, ""
        case _:
            return "", ""


def owners_found(search: str, window: slice) -> list[Person | Company]:
    """People and companies in the order of the lines: read in a fixed number of queries."""
    lines = find_listed(search).values_list("person_id", "company_id")[window]
    found = list(lines)
    people = Person.objects.select_related("company").prefetch_related("phones")
    companies = Company.objects.prefetch_related("phones")
    person_of = people.in_bulk([person for person, _ in found if person is not None])
    company_of = companies.in_bulk([company for _, company in found if company is not None])
    owners: Sequence[Person | Company | None] = [
        company_of.get(company) if person is None else person_of.get(person)
        for person, company in found
    ]
    return [owner for owner in owners if owner is not None]


def _short_list(user: User, kind: Kind, numbering: Numbering) -> list[Entry]:
    if kind is Kind.FAVOURITES:
        return [_favourite(kept, numbering) for kept in favourites_of(user)]
    recent = recent_numbers(user, country=numbering.rules.country)
    return [_recent(number, numbering) for number in recent]


def _favourite(kept: KeptNumber, numbering: Numbering) -> Entry:
    number = numbering.shown(kept.phone, kept.starred)
    link = page_of(kept.starred.kind, kept.starred.owner_id)
    return Entry(kept.name, kept.detail, (number,), link, favourite_id=kept.id)


def _recent(recent: RecentNumber, numbering: Numbering) -> Entry:
    known = recent.known
    label = "" if known is None else known.label
    number = numbering.shown(LabelledNumber(label, recent.number))
    if known is None:
        return Entry(recent.number, "", (number,), dialled_at=recent.placed_at)
    detail, detail_link = _detail(known.owner)
    link = page_of_owner(known.owner)
    return Entry(known.owner.name, detail, (number,), link, detail_link, recent.placed_at)
