"""Maintenance | Changes: what was changed, by whom, and putting it back."""

from datetime import UTC, date, datetime, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import NotFoundError, WebdialError
from webdial.language import translate
from webdial.site.domain.changes import change_by_id, changed_fields, find_changes
from webdial.site.domain.put_back import plan_put_back, put_back
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import Change, ChangeSubject
from webdial.site.pages.kept_words import told_label
from webdial.site.pages.maintenance.change_words import shown_fields
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error


@wants(Subject.CHANGES)
@require_safe
def list_changes(request: PageRequest) -> HttpResponse:
    subject = request.GET.get("subject", "")
    key, who = (search_text(request, parameter=name) for name in ("key", "who"))
    since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
    search = search_text(request)
    found = find_changes(
        subject=subject if subject in ChangeSubject.values else "",
        key=key,
        who=who,
        search=search,
        since=_start_of(since),
        until=_start_of(until, days=1),
    )
    context = {
        "page": page_of(found, request),
        "subjects": ChangeSubject.choices,
        "subject": subject,
        "key": key,
        "who": who,
        "search": search,
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
        "has_filter": any((subject, key, who, search, since, until)),
    }
    return render(request, "maintenance/changes.html", context)


@wants(Subject.CHANGES)
@require_safe
def show_change(request: PageRequest, change_id: int) -> HttpResponse:
    change = _change(change_id)
    context = {
        "change": change,
        "fields": shown_fields(changed_fields(change)),
        "plan": plan_put_back(change),
    }
    return render(request, "maintenance/change.html", context)


@wants(Subject.CHANGES, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def put_change_back(request: PageRequest, change_id: int) -> HttpResponse:
    """Shows what would become of it now, then does it."""
    change = _change(change_id)
    error = None
    if request.method == "POST":
        try:
            put_back(change)
        except WebdialError as fault:
            error = show_error(fault)
        else:
            messages.success(
                request,
                translate("{label} is as it was before this change.", label=told_label(change)),
            )
            return redirect("maintenance:changes")
    plan = plan_put_back(change)
    context = {"change": change, "plan": plan, "fields": shown_fields(plan.steps)}
    return render_form(request, "maintenance/change_put_back.html", context, error)


def _change(change_id: int) -> Change:
    try:
        return change_by_id(change_id)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _day(text: str) -> date | None:
    """A day of the filter; what is none is passed over."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _start_of(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(day, time(), UTC) + timedelta(days=days)
    except OverflowError:  # the last day that there is
        return None
