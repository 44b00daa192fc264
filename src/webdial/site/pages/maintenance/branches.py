"""Maintenance | Branches: added, changed, and deleted once nobody belongs to them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.branches import delete_branch, list_branches, save_branch
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import Branch, ChangeSubject
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error


@wants(Subject.BRANCHES)
@require_safe
def list_all_branches(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    context = {"search": search, "page": page_of(list_branches(search=search), request)}
    return render(request, "maintenance/branches.html", context)


@wants(Subject.BRANCHES, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_branch(request: PageRequest) -> HttpResponse:
    return _answer_form(request, None)


@wants(Subject.BRANCHES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_branch(request: PageRequest, branch_id: int) -> HttpResponse:
    return _answer_form(
        request,
        row_of(Branch.objects.all(), branch_id, missing=translatable("There is no such branch.")),
    )


@wants(Subject.BRANCHES, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_branch(request: PageRequest, branch_id: int) -> HttpResponse:
    """Asks, then deletes."""
    branch = row_of(list_branches(), branch_id, missing=translatable("There is no such branch."))
    error = None
    if request.method == "POST":
        try:
            delete_branch(branch)
        except WebdialError as fault:
            error = show_error(fault)
        else:
            messages.success(request, translate("The branch {name} was deleted.", name=branch.name))
            return redirect("maintenance:branches")
    context = {"branch": branch}
    return render_form(request, "maintenance/branch_delete.html", context, error)


def _answer_form(request: PageRequest, branch: Branch | None) -> HttpResponse:
    title = branch.name if branch else translate("Add a branch")
    agency_id, name = (branch.agency_id, branch.name) if branch else ("", "")
    error = None
    if request.method == "POST":
        agency_id, name = request.POST.get("agency_id", ""), request.POST.get("name", "")
        try:
            with unless_changed_meanwhile(request, ChangeSubject.BRANCH, branch and branch.pk):
                saved = save_branch(agency_id=agency_id, name=name, branch=branch)
        except WebdialError as fault:
            error = show_error(fault)
        else:
            told = (
                translate("The branch {name} was saved.", name=saved.name)
                if branch
                else translate("The branch {name} was added.", name=saved.name)
            )
            messages.success(request, told)
            return redirect("maintenance:branches")
    context = {
        "branch_id": branch.pk if branch else None,
        "title": title,
        "agency_id": agency_id,
        "name": name,
    }
    return render_form(request, "maintenance/branch_edit.html", context, error)
