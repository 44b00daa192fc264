"""Companies: their numbers, notes and the people who work there."""

from collections.abc import Sequence

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.site.domain.changes import keep_change
from webdial.site.domain.directory import keep_line, refresh_lines
from webdial.site.domain.fields import kept_lines, kept_text
from webdial.site.domain.folded_names import Folded, has_word
from webdial.site.domain.meanwhile import row_change
from webdial.site.domain.people import MAX_NOTES
from webdial.site.domain.phones import LabelledNumber, keep_phones
from webdial.site.domain.states import company_as_kept
from webdial.site.models import ChangeSubject, Company, Person


def list_companies(*, search: str = "") -> QuerySet[Company]:
    """Companies by name, each with phones and `people_count`; every word must stand in the name."""
    # A subquery, and no join that would group everything: a page counts its own rows alone.
    people = Person.objects.filter(company=OuterRef("pk")).order_by().values("company")
    count = people.annotate(count=Count("pk")).values("count")
    companies = Company.objects.annotate(people_count=Coalesce(Subquery(count), 0))
    companies = companies.order_by(Folded("name"), "id").prefetch_related("phones")
    for word in search.split():
        companies = companies.filter(has_word(word, "name"))
    return companies


def people_of(company: Company) -> QuerySet[Person]:
    return company.people.select_related("company").prefetch_related("phones")


def save_company(
    *,
    name: str,
    phones: Sequence[LabelledNumber] = (),
    company: Company | None = None,
    notes: str | None = None,
) -> Company:
    """Add a company, or change `company`. Notes that are None stay as they are.

    People are found by the new name at once. Raises InvalidValueError.
    """
    row = company or Company()
    before = row.name
    row.name = kept_text(name, field="name", label=translate("The name"), most=160)
    if notes is not None:
        row.notes = kept_lines(notes, field="notes", label=translate("The notes"), most=MAX_NOTES)
    with row_change(row):
        _require_own_name(row)
        kept = None if row.pk is None else company_as_kept(row.pk)
        row.save()
        keep_phones(row, phones)
        keep_line(row)
        if row.name != before:
            refresh_lines(Person.objects.filter(company=row))
        after = company_as_kept(row.pk)
        keep_change(ChangeSubject.COMPANY, row.pk, row.name, before=kept, after=after)
    return row


def delete_company(company: Company) -> None:
    """People stay, without a company."""
    with row_change(company):
        left = list(company.people.values_list("pk", flat=True))
        before = company_as_kept(company.pk)
        keep_change(ChangeSubject.COMPANY, company.pk, company.name, before=before, after=None)
        company.people.update(company=None)
        company.delete()
        refresh_lines(Person.objects.filter(pk__in=left))


def _require_own_name(row: Company) -> None:
    others = Company.objects.exclude(pk=row.pk)
    if others.filter(name__iexact=row.name).exists():
        raise InvalidValueError(translate("Another company has this name."), field="name")
