"""People to ring, and the directory in which they are found together with colleagues."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from webdial.site.domain.fields import kept_text
from webdial.site.domain.phones import LabelledNumber, keep_phones
from webdial.site.models import Company, Person, User


def list_people(*, search: str = "") -> QuerySet[Person]:
    """People by name, each with company and phones; every word must be found somewhere."""
    people = Person.objects.select_related("company").prefetch_related("phones")
    for word in search.split():
        people = people.filter(
            Q(name__icontains=word)
            | Q(company__name__icontains=word)
            | Q(id__in=Person.objects.filter(phones__number__icontains=word).values("id"))
        )
    return people


def list_colleagues(*, search: str = "") -> QuerySet[User]:
    """Active users who have a number or an extension to be rung at."""
    users = (
        User.objects.filter(is_active=True)
        .exclude(Q(extension="") & Q(phones__isnull=True))
        .distinct()
        .select_related("branch")
        .prefetch_related("phones")
    )
    for word in search.split():
        users = users.filter(
            Q(name__icontains=word)
            | Q(extension__icontains=word)
            | Q(branch__name__icontains=word)
            | Q(id__in=User.objects.filter(phones__number__icontains=word).values("id"))
        )
    return users


def company_names(*, search: str, most: int) -> list[str]:
    """Up to `most` names of companies in which `search` occurs."""
    found = Company.objects.filter(name__icontains=search.strip())
    return list(found.values_list("name", flat=True)[:most])


def save_person(
    *,
    name: str,
    company: str = "",
    phones: Sequence[LabelledNumber] = (),
    person: Person | None = None,
) -> Person:
    """Add a person, or change `person`; a company that is not known yet is made.

    Raises InvalidValueError.
    """
    row = person or Person()
    row.name = kept_text(name, field="name", label="The name", most=120)
    company_name = kept_text(
        company, field="company", label="The company", most=160, required=False
    )
    with transaction.atomic():
        row.company = _company(company_name) if company_name else None
        row.save()
        keep_phones(row, phones)
    return row


def delete_person(person: Person) -> None:
    person.delete()


def _company(name: str) -> Company:
    return Company.objects.filter(name__iexact=name).first() or Company.objects.create(name=name)
