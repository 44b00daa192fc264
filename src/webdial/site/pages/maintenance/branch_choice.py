"""A branch as forms choose it: from a menu, or typed where there are too many for one.

A menu of ten thousand branches is a page of a megabyte, in which nobody finds theirs. What is typed is completed
by the browser from what `branch-choices` gives for it; without script it is looked up when it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webdial.errors import InvalidValueError
from webdial.language import translatable, translate
from webdial.site.domain.branches import branch_meant, branches_like
from webdial.site.domain.fields import id_in
from webdial.site.domain.rights import Subject
from webdial.site.models import Branch
from webdial.site.pages.maintenance.lists import search_text
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants

MOST_IN_MENU: Final = 50
MOST_CHOICES: Final = 20
MAX_TYPED: Final = 200
TYPED: Final = "branch_typed"
"""The field that is typed into; it stands in the place of the menu `branch`."""

NO_BRANCH: Final = ("none", translatable("No branch"))


@dataclass(frozen=True, slots=True)
class BranchMenu:
    """`words` stand before the branches, such as `Every branch`: value and label; the first is what an empty field means.

    `branches` is None where one is typed; then `typed` is what stands in the field.
    """

    words: tuple[tuple[str, str], ...]
    chosen: str
    branches: tuple[Branch, ...] | None
    typed: str = ""


def branch_menu(
    branches: QuerySet[Branch],
    data: QueryDict,
    chosen: object,
    *words: tuple[str, str],
) -> BranchMenu:
    """For a form in which `chosen` is the value: an id or a word's. What was typed in `data` stays as it was."""
    value = "" if chosen is None else str(chosen)
    told = tuple((name, translate(label)) for name, label in words)
    few = tuple(branches[: MOST_IN_MENU + 1])
    if len(few) <= MOST_IN_MENU:
        return BranchMenu(told, value, few)
    return BranchMenu(told, value, None, data.get(TYPED) or _text_of(value, told))


def chosen_branch(data: QueryDict, branches: QuerySet[Branch], *words: tuple[str, str]) -> str:
    """The id or word that a form has, however it was chosen. Raises InvalidValueError for what was typed."""
    if TYPED not in data:
        return data.get("branch", "")
    return branch_of_typed(data.get(TYPED, ""), branches, *words)


def branch_of_typed(text: str, branches: QuerySet[Branch], *words: tuple[str, str]) -> str:
    """The id, or a word's value, of what was typed: one of `branches`, which whoever asks may know of.

    Raises InvalidValueError.
    """
    typed = text.strip()[:MAX_TYPED]
    if not typed:
        return words[0][0] if words else ""
    for value, label in words:
        if typed.casefold() == translate(label).casefold():
            return value
    return str(branch_meant(typed, within=branches).pk)


def branch_of_id(text: str, branches: QuerySet[Branch]) -> Branch:
    """Raises InvalidValueError when none of `branches` has this id."""
    branch_id = id_in(text)
    branch = None if branch_id is None else branches.filter(pk=branch_id).first()
    if branch is None:
        raise InvalidValueError(translate("There is no such branch."), field="branch")
    return branch


@wants(Subject.BRANCHES)
@require_safe
def suggest_branches(request: PageRequest) -> HttpResponse:
    """For a part of a page: branches to choose from while a name is being typed."""
    typed = search_text(request, parameter=TYPED) or search_text(request, parameter="branch")
    found = branches_like(typed)[:MOST_CHOICES]
    return render(request, "maintenance/branch_choices.html", {"branches": found})


def _text_of(value: str, words: Sequence[tuple[str, str]]) -> str:
    if not value or (words and value == words[0][0]):
        return ""
    for name, label in words:
        if name == value:
            return label
    try:
        branch = branch_of_id(value, Branch.objects.all())
    except InvalidValueError:
        return ""
    return f"{branch.name} ({branch.agency_id})"
