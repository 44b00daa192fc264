"""Maintenance | People, companies: their numbers and notes."""

from dataclasses import dataclass, replace
from typing import Self

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.companies import delete_company, list_companies, save_company
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import ChangeSubject, Company
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


@dataclass(frozen=True, slots=True)
class CompanyForm:
    """A company as the form holds it."""

    name: str = ""
    phones: PhoneRows = ()
    notes: str = ""

    @classmethod
    def of_company(cls, company: Company) -> Self:
        return cls(company.name, kept_rows(company.phones.all()), company.notes)

    @classmethod
    def of_post(cls, post: QueryDict) -> Self:
        return cls(post.get("name", ""), typed_rows(post), post.get("notes", ""))


@wants(Subject.PEOPLE)
@require_safe
def list_all_companies(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    context = {"search": search, "page": page_of(list_companies(search=search), request)}
    return render(request, "maintenance/companies.html", context)


@wants(Subject.PEOPLE, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_company(request: PageRequest) -> HttpResponse:
    return _answer_form(request, None)


@wants(Subject.PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_company(request: PageRequest, company_id: int) -> HttpResponse:
    return _answer_form(request, _company(company_id))


@wants(Subject.PEOPLE, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_company(request: PageRequest, company_id: int) -> HttpResponse:
    """Asks, then deletes."""
    company = _company(company_id)
    if request.method != "POST":
        return render(request, "maintenance/company_delete.html", {"company": company})
    delete_company(company)
    messages.success(request, translate("{name} was deleted.", name=company.name))
    return redirect("maintenance:companies")


def _answer_form(request: PageRequest, company: Company | None) -> HttpResponse:
    form = before = CompanyForm.of_company(company) if company else CompanyForm()
    error = None
    if request.method == "POST":
        form = CompanyForm.of_post(request.POST)
        rows = altered_rows(request.POST, form.phones)
        if rows is not None:
            form = replace(form, phones=rows)
        else:
            try:
                with unless_changed_meanwhile(
                    request, ChangeSubject.COMPANY, company and company.pk
                ):
                    saved = save_company(
                        name=form.name, phones=form.phones, notes=form.notes, company=company
                    )
            except WebdialError as fault:
                error = show_error(fault)
            else:
                told = (
                    translatable("{name} was saved.")
                    if company
                    else translatable("{name} was added.")
                )
                messages.success(request, translate(told, name=saved.name))
                return redirect("maintenance:companies")
    return _render_form(request, company, before, form, error)


def _render_form(
    request: PageRequest,
    company: Company | None,
    before: CompanyForm,
    form: CompanyForm,
    error: ShownError | None,
) -> HttpResponse:
    context = {
        "company_id": company.pk if company else None,
        "title": before.name if company else translate("Add a company"),
        "form": form,
        "phones": shown_rows(form.phones),
        "focus": focus_of(request.POST),
        "faulty_row": faulty_row(form.phones, error),
    }
    return render_form(request, "maintenance/company_edit.html", context, error)


def _company(company_id: int) -> Company:
    return row_of(list_companies(), company_id, missing=translatable("There is no such company."))
