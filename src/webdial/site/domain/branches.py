"""Branches of the business."""

import re
from collections.abc import Iterator
from typing import Final

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.db.models.deletion import ProtectedError

from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.general_settings import MECHANISM
from webdial.language import translate
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import check_constraints, kept_text, searched_text
from webdial.site.domain.folded_names import Folded, has_word
from webdial.site.domain.states import branch_as_kept, branch_state, branch_with_settings
from webdial.site.models import Branch, ChangeSubject, GeneralSetting

_MANY: Final = 5
"""Branches that are named where it is not clear which one is meant."""

_MOST_BRACKETS: Final = 5
"""Each is looked up."""

_BY_NAME: Final = (Folded("name"), "agency_id")


def branches_by_name() -> QuerySet[Branch]:
    return Branch.objects.order_by(*_BY_NAME)


def branches_named(text: str) -> QuerySet[Branch]:
    """Branches in whose name the text stands, by name."""
    return branches_by_name().filter(has_word(text, "name"))


def branches_like(typed: str) -> QuerySet[Branch]:
    """Branches in which every word stands, be it in the AgencyID: those first whose name begins with all of it."""
    begins = Case(When(name__istartswith=typed.strip(), then=0), default=1)
    branches = Branch.objects.order_by(begins, *_BY_NAME)
    for word in typed.split():
        branches = branches.filter(has_word(word, "name") | Q(agency_id__icontains=word))
    return branches


def branch_meant(text: str, *, within: QuerySet[Branch] | None = None) -> Branch:
    """The branch of this AgencyID, of `Name (AgencyID)`, or the only one in whose name the text stands.

    Neither found nor named in a fault is one that is not `within`. Raises InvalidValueError.
    """
    branches = branches_by_name() if within is None else within
    typed = searched_text(text)
    for agency_id in _agency_ids_in(typed):
        if exact := branches.filter(agency_id__iexact=agency_id).first():
            return exact
    # Whose name it is first, or it would not be among the few that are looked at.
    is_its_name = Case(When(name__iexact=typed, then=0), default=1)
    like = branches.filter(has_word(typed, "name")).order_by(is_its_name, *_BY_NAME)
    found = list(like[: _MANY + 1]) if typed else []
    named = [branch for branch in found if branch.name.casefold() == typed.casefold()]
    if len(found) == 1 or len(named) == 1:
        return (named or found)[0]
    if not found:
        raise InvalidValueError(
            translate("No branch is found by “{typed}”.", typed=typed),
            field="branch",
            hint=translate("Type a name or an AgencyID."),
        )
    names = ", ".join(f"{branch.name} ({branch.agency_id})" for branch in found[:_MANY])
    raise InvalidValueError(
        translate("More than one branch is found by “{typed}”.", typed=typed),
        field="branch",
        hint=translate(
            "Type the AgencyID: {names}", names=names + (" …" if len(found) > _MANY else "")
        ),
    )


def _agency_ids_in(typed: str) -> Iterator[str]:
    """What may be one: all of it, or what stands in brackets at the end, which a name or an AgencyID may have too."""
    yield typed
    if typed.endswith(")"):
        for bracket in [*re.finditer(r"\(", typed)][-_MOST_BRACKETS:]:
            yield typed[bracket.end() : -1]


def list_branches(*, search: str = "") -> QuerySet[Branch]:
    """Branches by name, each with `user_count` and `has_own_mechanism`; every word must be found."""
    own = GeneralSetting.objects.filter(name__iexact=MECHANISM.name, branch=OuterRef("pk"))
    branches = Branch.objects.annotate(user_count=Count("users"), has_own_mechanism=Exists(own))
    # Counting groups the rows, and a grouped query drops the order of the model.
    branches = branches.order_by(*_BY_NAME)
    for word in search.split():
        branches = branches.filter(has_word(word, "name") | Q(agency_id__icontains=word))
    return branches


def branch_by_agency_id(agency_id: str) -> Branch:
    """Raises NotFoundError."""
    branch = Branch.objects.filter(agency_id__iexact=agency_id.strip()).first()
    if branch is None:
        raise NotFoundError(
            translate(
                "There is no branch with the AgencyID {agency_id}.", agency_id=f"{agency_id!r}"
            )
        )
    return branch


def save_branch(*, agency_id: str, name: str, branch: Branch | None = None) -> Branch:
    """Add a branch, or change `branch`. Raises InvalidValueError."""
    row = branch or Branch()
    row.agency_id = kept_text(
        agency_id, field="agency_id", label=translate("The AgencyID"), most=40
    )
    row.name = kept_text(name, field="name", label=translate("The name"), most=120)
    with configuration_change():
        check_constraints(row, fields={"branch_agency_id_unique": "agency_id"})
        before = None if row.pk is None else branch_as_kept(row.pk)
        row.save()
        after = branch_state(row)
        keep_change(ChangeSubject.BRANCH, row.pk, row.name, before=before, after=after)
    return row


def delete_branch(branch: Branch) -> None:
    """Delete a branch and its settings. Raises InvalidValueError while it has users."""
    try:
        with configuration_change():
            before = branch_with_settings(branch)
            keep_change(ChangeSubject.BRANCH, branch.pk, branch.name, before=before, after=None)
            branch.delete()
    except ProtectedError as error:
        raise InvalidValueError(
            translate("The branch {name} still has users.", name=branch.name),
            hint=translate("Move its users to another branch first."),
        ) from error
