"""The directory's lines: what people and companies are found by, kept by every act on them.

A line stands for each person, and for each company that has numbers of its own. Code that writes
people or companies past the acts in `people` and `companies` calls `refresh_lines` afterwards.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from webdial.site.domain.directory_words import found_text, sort_name, terms_of
from webdial.site.models import Company, DirectoryLine, Person

Owner = TypeVar("Owner", Person, Company)

_BATCH: Final = 500
"""Rows written at once: SQLite may take no more than 999 parameters in a statement."""


def find_listed(search: str) -> QuerySet[DirectoryLine]:
    """Lines in which all that was typed is found, by name; every line for an empty search."""
    lines = DirectoryLine.objects.all()
    return lines.filter(is_found(search)) if search.strip() else lines


def is_found(search: str) -> Q:
    """The condition on lines; it holds for none when nothing in `search` can be looked for."""
    terms = [
        reduce(or_, (Q(text__contains=spelling) for spelling in term.spellings))
        for term in terms_of(search)
    ]
    return reduce(and_, terms) if terms else Q(pk__in=())


def keep_line(owner: Person | Company) -> None:
    """Write one owner's line anew, as they are in the database."""
    if isinstance(owner, Person):
        refresh_lines(Person.objects.filter(pk=owner.pk))
    else:
        refresh_lines(Company.objects.filter(pk=owner.pk))


def refresh_lines(owners: "QuerySet[Person] | QuerySet[Company]") -> None:
    """Write the lines of all these people, or companies, anew."""
    if owners.model is Person:
        for people in _batches(owners.select_related("company")):
            _replace("person", people, [line_of_person(person) for person in people])
    else:
        for companies in _batches(owners):
            kept = [company for company in companies if company.phones.all()]
            _replace("company", companies, [line_of_company(company) for company in kept])


def line_of_person(person: Any, line: Any = DirectoryLine) -> Any:
    """The line of a person with company and phones at hand; not saved.

    A migration hands in its own models, which are no classes of ours.
    """
    names = [person.name, person.company.name] if person.company else [person.name]
    text = found_text(names, [phone.number for phone in person.phones.all()])
    return line(person=person, sort_name=sort_name(person.name), text=text)


def line_of_company(company: Company) -> DirectoryLine:
    text = found_text([company.name], [phone.number for phone in company.phones.all()])
    return DirectoryLine(company=company, sort_name=sort_name(company.name), text=text)


def _batches(owners: QuerySet[Any]) -> Iterator[list[Any]]:
    """The owners by id, with their phones, some hundreds at a time."""
    rows = owners.prefetch_related("phones").order_by("pk")
    batch = list(rows[:_BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:_BATCH])


def _replace(kind: str, owners: Sequence[Any], lines: Sequence[DirectoryLine]) -> None:
    with transaction.atomic():
        DirectoryLine.objects.filter(**{f"{kind}__in": owners}).delete()
        DirectoryLine.objects.bulk_create(lines, batch_size=_BATCH // 4)
