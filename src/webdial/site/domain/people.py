"""People to ring, and colleagues who have numbers."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from webdial.language import translate
from webdial.site.domain.branches import branches_named
from webdial.site.domain.changes import keep_change
from webdial.site.domain.directory import find_listed, keep_line
from webdial.site.domain.fields import kept_lines, kept_text
from webdial.site.domain.folded_names import Folded, has_word
from webdial.site.domain.meanwhile import row_change
from webdial.site.domain.phones import LabelledNumber, keep_phones
from webdial.site.domain.states import company_as_kept, person_as_kept
from webdial.site.models import ChangeSubject, Company, Person, Phone, User

MAX_NOTES: Final = 4_000
"""Characters of notes: a page of text."""


def list_people(*, search: str = "") -> QuerySet[Person]:
    """People by name, each with company and phones; every word must be found somewhere."""
    people = Person.objects.select_related("company").prefetch_related("phones")
    if search.strip():
        lines = find_listed(search).filter(person__isnull=False).order_by()
        people = people.filter(id__in=lines.values("person_id"))
    return people


def list_colleagues(*, search: str = "") -> QuerySet[User]:
    """Active users who have a number or an extension to be rung at."""
    has_phone = Exists(Phone.objects.filter(user=OuterRef("pk")))
    users = (
        User.objects.filter(~Q(extension="") | has_phone, is_active=True)
        .order_by(Folded("name"), "login")
        .select_related("branch")
        .prefetch_related("phones")
    )
    for word in search.split():
        users = users.filter(
            has_word(word, "name")
            | Q(extension__icontains=word)
            | Q(branch__in=branches_named(word))
            | Q(id__in=User.objects.filter(phones__number__icontains=word).values("id"))
        )
    return users


def company_names(*, search: str, most: int) -> list[str]:
    """Up to `most` names of companies in which `search` occurs."""
    found = Company.objects.filter(has_word(search.strip(), "name"))
    return list(found.values_list("name", flat=True)[:most])


def save_person(
    *,
    name: str,
    company: str = "",
    phones: Sequence[LabelledNumber] = (),
    person: Person | None = None,
    notes: str | None = None,
) -> Person:
    """Add a person, or change `person`; a company that is not known yet is made.

    Notes that are None stay as they are. Raises InvalidValueError.
    """
    row = person or Person()
    row.name = kept_text(name, field="name", label=translate("The name"), most=120)
    company_name = kept_text(
        company, field="company", label=translate("The company"), most=160, required=False
    )
    if notes is not None:
        row.notes = kept_lines(notes, field="notes", label=translate("The notes"), most=MAX_NOTES)
    with row_change(row):
        before = None if row.pk is None else person_as_kept(row.pk)
        row.company = _company(company_name) if company_name else None
        row.save()
        keep_phones(row, phones)
        keep_line(row)
        after = person_as_kept(row.pk)
        keep_change(ChangeSubject.PERSON, row.pk, row.name, before=before, after=after)
    return row


def delete_person(person: Person) -> None:
    with row_change(person):
        before = person_as_kept(person.pk)
        keep_change(ChangeSubject.PERSON, person.pk, person.name, before=before, after=None)
        person.delete()


def _company(name: str) -> Company:
    known = Company.objects.filter(name__iexact=name).first()
    if known is not None:
        return known
    company = Company.objects.create(name=name)
    after = company_as_kept(company.pk)
    keep_change(ChangeSubject.COMPANY, company.pk, company.name, before=None, after=after)
    return company
