"""My account | Computers: the helper to download, a code that pairs a machine or a browser, and those paired."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from webdial.browser_extension import package, package_names
from webdial.desktop.builder import INSTALLERS, NAME, build, installer
from webdial.errors import NotFoundError, WebdialError
from webdial.language import translate
from webdial.site.domain.browsers import browsers_of
from webdial.site.domain.computer_lines import line_choices
from webdial.site.domain.computers import (
    CODE_LASTS,
    choose_line,
    computer_of,
    computers_of,
    is_connected,
    make_code,
    revoke_computer,
    set_dials_without_asking,
)
from webdial.site.domain.fields import id_in
from webdial.site.models import Computer
from webdial.site.pages.accounts.mails import absolute_url
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError, show_error

_BROWSERS: Final = {"chromium": "Chrome, Chromium, Edge", "firefox": "Firefox"}
_SYSTEMS: Final = dict(zip(("Linux", "Windows", "macOS"), INSTALLERS, strict=True))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def computers(request: PageRequest) -> HttpResponse:
    """The list. A code that was made is shown in this answer alone."""
    if request.method != "POST":
        return _page(request)
    act = request.POST.get("act", "")
    if act == "code":
        try:
            return _page(request, pairing_code=make_code(request.user))
        except WebdialError as error:
            return _page(request, error=show_error(error))
    row = _own(request, request.POST.get("computer", ""))
    if act == "line":
        return _choose_line(request, row)
    if act not in {"ask", "dial"}:
        raise Http404("There is no such act.")
    set_dials_without_asking(row, act == "dial")
    told = (
        translate("Links clicked on {name} are dialled at once now.", name=row.name)
        if act == "dial"
        else translate("Links clicked on {name} are dialled after a click here.", name=row.name)
    )
    messages.success(request, told)
    return redirect("computers")


def _choose_line(request: PageRequest, row: Computer) -> HttpResponse:
    try:
        choose_line(row, request.POST.get("line", ""))
    except WebdialError as error:
        return _page(request, error=show_error(error))
    messages.success(request, translate("The line of {name} is chosen.", name=row.name))
    return redirect("computers")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PageRequest, computer_id: int) -> HttpResponse:
    """Asks, then revokes."""
    row = _own(request, str(computer_id))
    if request.method != "POST":
        return render(request, "accounts/revoke_computer.html", {"computer": row})
    revoke_computer(row)
    messages.success(request, translate("The computer {name} is revoked.", name=row.name))
    return redirect("computers")


@signed_in
@require_safe
def download(request: PageRequest, name: str) -> HttpResponse:
    """The helper, or an installer with it, that knows this site's address; or the extension for a kind of browser."""
    site = absolute_url(request, "/").rstrip("/")
    if name == NAME:
        content = build(site)
    elif name in INSTALLERS:
        content = installer(name, site)
    elif (kind := package_names().get(name)) is not None:
        content = package(kind)
    else:
        raise Http404("There is no such file.")
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _own(request: PageRequest, computer_id: str) -> Computer:
    """One of the user's own machines. Raises Http404."""
    try:
        return computer_of(request.user, id_in(computer_id) or 0)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _page(
    request: PageRequest, *, pairing_code: str = "", error: ShownError | None = None
) -> HttpResponse:
    context = {
        "code": pairing_code,
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "address": absolute_url(request, "/").rstrip("/"),
        "computers": [
            (row, is_connected(row), line_choices(row)) for row in computers_of(request.user)
        ],
        "browsers": browsers_of(request.user),
        "files": [
            (system, name, reverse("download-helper", args=(name,)))
            for system, name in _SYSTEMS.items()
        ],
        "helper": NAME,
        "extensions": [
            (_BROWSERS[kind], reverse("download-helper", args=(name,)))
            for name, kind in package_names().items()
        ],
    }
    return render_form(request, "accounts/computers.html", context, error)
