"""The list of users as a table: its columns, its filter, and what whoever asks may choose."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from webdial.language import translatable, translate
from webdial.site.domain.branches import branches_by_name
from webdial.site.domain.rights import Reach, Subject, reach_of
from webdial.site.domain.user_lists import SORTS, UserFilter
from webdial.site.models import Branch, Role
from webdial.site.pages.maintenance.branch_choice import NO_BRANCH, chosen_branch
from webdial.site.pages.maintenance.lists import search_text
from webdial.site.pages.requests import PageRequest

_TITLES: Final = {
    "name": translatable("Name"),
    "staff_id": translatable("StaffID"),
    "branch": translatable("Branch"),
    "extension": translatable("Extension"),
    "role": translatable("Role"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that puts the list in order. `sort` is what the address gets when it is chosen."""

    title: str
    sort: str
    direction: str
    """`ascending`, `descending` or empty, as aria-sort has it."""


BRANCH_WORDS: Final = (("", translatable("Every branch")), NO_BRANCH)


def filter_of(request: PageRequest) -> UserFilter:
    """Raises InvalidValueError for a branch that was typed and is none."""
    get = request.GET
    sort = get.get("sort", "")
    return UserFilter(
        search_text(request),
        chosen_branch(get, branches_for(request), *BRANCH_WORDS),
        get.get("role", ""),
        get.get("state", ""),
        sort if sort.removeprefix("-") in SORTS else "name",
    )


def columns_of(wanted: UserFilter) -> Iterator[Column]:
    for name, title in _TITLES.items():
        direction = {name: "ascending", f"-{name}": "descending"}.get(wanted.sort, "")
        yield Column(translate(title), f"-{name}" if direction == "ascending" else name, direction)


def is_own_branch_only(request: PageRequest) -> bool:
    return reach_of(request.user, Subject.USERS) is Reach.BRANCH


def branches_for(request: PageRequest) -> QuerySet[Branch]:
    """The branches whose users whoever asks may see."""
    branches = branches_by_name()
    if is_own_branch_only(request):
        return branches.filter(users=request.user)
    return branches


def roles_for(request: PageRequest, present: str) -> list[tuple[str, str]]:
    """The roles that whoever asks may give, and the one that is there."""
    if not is_own_branch_only(request):
        return [(value, str(label)) for value, label in Role.choices]
    return [(value, str(label)) for value, label in Role.choices if value in {Role.CALLER, present}]
