"""The page of a person and of a company: numbers, notes, and who of us called them when."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webdial.language import translatable
from webdial.site.domain.calls import sight_of
from webdial.site.domain.companies import people_of
from webdial.site.domain.people_calls import calls_to
from webdial.site.models import Company, Person
from webdial.site.pages.call_display import ShownCall
from webdial.site.pages.directory import entry_of
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.lists import page_of
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_numbers import Numbering

MOST_CALLS: Final = 20
"""The last calls shown; Calls has them all."""


@signed_in
@require_safe
def person(request: PageRequest, person_id: int) -> HttpResponse:
    people = Person.objects.select_related("company").prefetch_related("phones")
    row = row_of(people, person_id, missing=translatable("There is no such person."))
    numbering = Numbering.of_request(request)
    return render(request, "person.html", {"person": row, **_shown(request, row, numbering)})


@signed_in
@require_safe
def company(request: PageRequest, company_id: int) -> HttpResponse:
    row = row_of(
        Company.objects.prefetch_related("phones"),
        company_id,
        missing=translatable("There is no such company."),
    )
    numbering = Numbering.of_request(request)
    page = page_of(people_of(row), request)
    context = {
        "company": row,
        "page": page,
        # Their company's name stands above already.
        "people": [replace(entry_of(each, numbering), detail="") for each in page],
        **_shown(request, row, numbering),
    }
    return render(request, "company.html", context)


def _shown(request: PageRequest, owner: Person | Company, numbering: Numbering) -> dict[str, Any]:
    """What both pages show of their owner."""
    configuration = exchange_of(request).configuration
    calls = calls_to(owner, seen_by=request.user, configuration=configuration)
    return {
        "entry": entry_of(owner, numbering),
        "notes": owner.notes,
        "calls": [(ShownCall.of_row(row), row.user) for row in calls[:MOST_CALLS]],
        "is_own_sight": sight_of(request.user).is_own,
        "own_phone": own_phone(request),
        "here": request.path,
    }
