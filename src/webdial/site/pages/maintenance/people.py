"""Maintenance | People: those whom callers ring, with their companies and numbers."""

from dataclasses import dataclass, replace
from typing import Final, Self

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.people import company_names, delete_person, list_people, save_person
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import ChangeSubject, Person
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.phone_rows import (
    PhoneRows,
    altered_rows,
    faulty_row,
    focus_of,
    kept_rows,
    shown_rows,
    typed_rows,
)
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

MOST_COMPANIES: Final = 100
"""Companies offered beside the field."""


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as the form holds them."""

    name: str = ""
    company: str = ""
    phones: PhoneRows = ()
    notes: str = ""

    @classmethod
    def of_person(cls, person: Person) -> Self:
        company = person.company.name if person.company else ""
        return cls(person.name, company, kept_rows(person.phones.all()), person.notes)

    @classmethod
    def of_post(cls, post: QueryDict) -> Self:
        return cls(
            post.get("name", ""), post.get("company", ""), typed_rows(post), post.get("notes", "")
        )


@wants(Subject.PEOPLE)
@require_safe
def list_all_people(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    context = {"search": search, "page": page_of(list_people(search=search), request)}
    return render(request, "maintenance/people.html", context)


@wants(Subject.PEOPLE)
@require_safe
def suggest_companies(request: PageRequest) -> HttpResponse:
    """For a part of the page: companies to choose from while one is being typed."""
    search = search_text(request, parameter="company")
    names = company_names(search=search, most=MOST_COMPANIES)
    return render(request, "maintenance/company_choices.html", {"companies": names})


@wants(Subject.PEOPLE, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: PageRequest) -> HttpResponse:
    return _answer_form(request, None)


@wants(Subject.PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_person(request: PageRequest, person_id: int) -> HttpResponse:
    return _answer_form(request, _person(person_id))


@wants(Subject.PEOPLE, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_person(request: PageRequest, person_id: int) -> HttpResponse:
    """Asks, then deletes."""
    person = _person(person_id)
    if request.method != "POST":
        return render(request, "maintenance/person_delete.html", {"person": person})
    delete_person(person)
    messages.success(request, translate("{name} was deleted.", name=person.name))
    return redirect("maintenance:people")


def _answer_form(request: PageRequest, person: Person | None) -> HttpResponse:
    form = before = PersonForm.of_person(person) if person else PersonForm()
    error = None
    if request.method == "POST":
        form = PersonForm.of_post(request.POST)
        rows = altered_rows(request.POST, form.phones)
        if rows is not None:
            form = replace(form, phones=rows)
        else:
            try:
                with unless_changed_meanwhile(request, ChangeSubject.PERSON, person and person.pk):
                    saved = save_person(
                        name=form.name,
                        company=form.company,
                        phones=form.phones,
                        person=person,
                        notes=form.notes,
                    )
            except WebdialError as fault:
                error = show_error(fault)
            else:
                told = (
                    translatable("{name} was saved.")
                    if person
                    else translatable("{name} was added.")
                )
                messages.success(request, translate(told, name=saved.name))
                return redirect("maintenance:people")
    return _render_form(request, person, before, form, error)


def _render_form(
    request: PageRequest,
    person: Person | None,
    before: PersonForm,
    form: PersonForm,
    error: ShownError | None,
) -> HttpResponse:
    context = {
        "person_id": person.pk if person else None,
        "title": before.name if person else translate("Add a person"),
        "form": form,
        "phones": shown_rows(form.phones),
        "companies": company_names(search="", most=MOST_COMPANIES),
        "focus": focus_of(request.POST),
        "faulty_row": faulty_row(form.phones, error),
    }
    return render_form(request, "maintenance/person_edit.html", context, error)


def _person(person_id: int) -> Person:
    people = Person.objects.select_related("company").prefetch_related("phones")
    return row_of(people, person_id, missing=translatable("There is no such person."))
