"""Maintenance | Personal Data: what the call log holds of one person, exported or erased on demand.

Looked for by GET, with the number of calls first; exported and erased by POST.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from webdial.errors import InvalidValueError
from webdial.language import translate, translate_count
from webdial.site.domain import rights
from webdial.site.domain.call_retention import keep_calls_for
from webdial.site.domain.personal_data import (
    Subject,
    erase_personal_data,
    export_personal_data,
    find_personal_data,
    subject_of_number,
)
from webdial.site.models import CallLogNote
from webdial.site.pages.call_export import download
from webdial.site.pages.maintenance.user_choice import UserChoice, chosen_user
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

_NOTES: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the form means; None while nobody, or not clearly one, is meant."""

    subject: Subject | None
    user: str = ""
    number: str = ""
    choice: UserChoice | None = None
    error: ShownError | None = None


@wants(rights.Subject.PERSONAL_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def personal_data(request: PageRequest) -> HttpResponseBase:
    fields = request.POST if request.method == "POST" else request.GET
    asked = _asked(fields.get("user", ""), fields.get("number", ""))
    if request.method != "POST" or asked.subject is None:
        return _page(request, asked)
    match request.POST.get("act"):
        case "export":
            return _export(request, asked.subject)
        case "erase" if request.POST.get("confirmed"):
            return _erase(request, asked.subject)
    error = ShownError(
        translate("Say that you mean it: erasing cannot be undone."), field="confirmed"
    )
    return _page(request, asked, error)


def _asked(user: str, number: str) -> Asked:
    user, number = user.strip()[:120], number.strip()[:80]
    if user and number:
        error = ShownError(translate("Type a user or a number, not both."), field="number")
        return Asked(None, user, number, error=error)
    if user:
        choice = chosen_user(user)
        return Asked(Subject(user=choice.user) if choice.user else None, user, "", choice)
    if number:
        try:
            return Asked(subject_of_number(number), "", number)
        except InvalidValueError as fault:
            return Asked(None, "", number, error=show_error(fault))
    return Asked(None)


def _page(request: PageRequest, asked: Asked, error: ShownError | None = None) -> HttpResponse:
    shown = error or asked.error
    context = {
        "asked": asked,
        "subject": asked.subject,
        "found": find_personal_data(asked.subject) if asked.subject else None,
        "errors": {shown.field: shown} if shown else {},
        "notes": CallLogNote.objects.all()[:_NOTES],
        "kept_days": keep_calls_for(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if shown else HTTPStatus.OK
    return render(request, "maintenance/personal_data.html", context, status=status)


def _export(request: PageRequest, subject: Subject) -> HttpResponseBase:
    parts = export_personal_data(subject, actor=request.user.name)
    name = f"personal-data-{timezone.now():%Y-%m-%d}.json"
    return download(parts, content_type="application/json", name=name)


def _erase(request: PageRequest, subject: Subject) -> HttpResponse:
    cuts_user = request.POST.get("user_link") == "cut"
    count = erase_personal_data(subject, cuts_user=cuts_user, actor=request.user.name)
    messages.success(
        request, translate_count("{count} call erased.", "{count} calls erased.", count)
    )
    return redirect("maintenance:personal-data")
