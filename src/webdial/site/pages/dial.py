"""The Dial page: a field with a keypad, who will ring, people and colleagues with their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from webdial.site.domain.calls import calls_of_user
from webdial.site.domain.people import list_colleagues, list_people
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Person, User
from webdial.site.pages.call_display import ShownCall
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError

PAGE_SIZE: Final = 50
MAX_PAGE: Final = 10_000
MAX_SEARCH: Final = 80
"""Characters of a search that are looked for: a name, a company and a number."""

PEOPLE: Final = "people"
COLLEAGUES: Final = "colleagues"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to ring, with what stands under the name."""

    name: str
    detail: str
    numbers: tuple[LabelledNumber, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of people or colleagues that match `search`; pages count from 1."""

    kind: str
    search: str
    page: int
    entries: tuple[Entry, ...]
    has_more: bool

    def link(self, *, kind: str | None = None, page: int = 1) -> str:
        values = {"q": self.search, "list": kind or self.kind, "page": str(page)}
        defaults = {"q": "", "list": PEOPLE, "page": "1"}
        return "?" + urlencode({name: v for name, v in values.items() if v != defaults[name]})

    @property
    def people_link(self) -> str:
        return self.link(kind=PEOPLE)

    @property
    def colleagues_link(self) -> str:
        return self.link(kind=COLLEAGUES)

    @property
    def next_link(self) -> str:
        return self.link(page=self.page + 1)

    @property
    def previous_link(self) -> str:
        return self.link(page=self.page - 1)


@signed_in
@require_safe
def dial(request: PageRequest) -> HttpResponse:
    directory = _directory(request)
    if request.htmx and not request.htmx.boosted:
        part = "directory_entries" if directory.page > 1 else "directory"
        context = {"directory": directory, "own_phone": own_phone(request), "is_part": True}
        return render(request, f"partials/{part}.html", context)
    return dial_page(request, directory=directory)


def dial_page(
    request: PageRequest,
    *,
    directory: Directory | None = None,
    typed: str = "",
    error: ShownError | None = None,
) -> HttpResponse:
    """The whole page; with an error what was typed is kept and the status is 422."""
    row = calls_of_user(request.user).first()
    context = {
        "directory": directory or _directory(request),
        "own_phone": own_phone(request),
        "call": ShownCall.of_row(row) if row else None,
        "typed": typed,
        "error": error,
        "hides_quick_dial": True,
        "keypad": _KEYPAD,
    }
    return render(request, "dial.html", context, status=422 if error else 200)


def search_words(text: str) -> str:
    """What can be looked for of what was typed into a search box."""
    return "".join(character for character in text if character.isprintable())[:MAX_SEARCH].strip()


def page_number(text: str) -> int:
    """The page that an address asks for; 1 for anything that is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PAGE))
    return min(max(int(text), 1), MAX_PAGE) if is_number else 1


def _directory(request: PageRequest) -> Directory:
    kind = COLLEAGUES if request.GET.get("list") == COLLEAGUES else PEOPLE
    search = search_words(request.GET.get("q", ""))
    page = page_number(request.GET.get("page", "1"))
    start = (page - 1) * PAGE_SIZE
    # One more than is shown tells whether there are more.
    window = slice(start, start + PAGE_SIZE + 1)
    found: list[Entry]
    if kind == COLLEAGUES:
        others = list_colleagues(search=search).exclude(pk=request.user.pk)
        found = [_colleague(user) for user in others[window]]
    else:
        found = [_person(person) for person in list_people(search=search)[window]]
    return Directory(kind, search, page, tuple(found[:PAGE_SIZE]), len(found) > PAGE_SIZE)


def _person(person: Person) -> Entry:
    company = person.company.name if person.company else ""
    return Entry(person.name, company, tuple(_numbers(person)))


def _colleague(user: User) -> Entry:
    extension = [LabelledNumber("extension", user.extension)] if user.extension else []
    branch = user.branch.name if user.branch else ""
    return Entry(user.name, branch, (*extension, *_numbers(user)))


def _numbers(owner: Person | User) -> Iterable[LabelledNumber]:
    return (LabelledNumber(phone.label, phone.number) for phone in owner.phones.all())


_KEYPAD: Final = (
    ("1", ""),
    ("2", "abc"),
    ("3", "def"),
    ("4", "ghi"),
    ("5", "jkl"),
    ("6", "mno"),
    ("7", "pqrs"),
    ("8", "tuv"),
    ("9", "wxyz"),
    ("*", ""),
    ("0", "+"),
    ("#", ""),
)
"""Keys and the letters under them (ITU-T E.161); holding 0 gives +."""
