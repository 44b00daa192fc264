"""Files of phone systems on their pages: one's own written and changed, those of the catalogue read."""

from dataclasses import dataclass, replace
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from webdial.errors import SourceError, WebdialError
from webdial.language import translate
from webdial.phonesystems import catalogue_source
from webdial.site.domain.phone_systems import SetupDetails, save_setup, source_of
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import ChangeSubject, PhoneSystemSetup
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.function_source import (
    PlacedFault,
    placed_faults,
    shown_source,
    typed_source,
    typed_text,
)
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.phone_systems import MAX_NAME, find_setup, known_system
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error

_BEGINNING: Final = """\
title = "Our phone system"
vendor = "Who makes it"
about = "What it is, in one line"
kind = "pbx"

[fields.host]
label = "Address of the phone system"
example = "pbx.example"
kind = "host"

[secrets.password]
label = "Password"

[dial]
request = "{BASIC webdial:{password}}https://{host}/dial?from=^&to=#"
success = "status = 200"
"""
"""What a file of one's own begins with: short, and without a fault."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """A file of one's own as it stands in the form."""

    source: str
    name: str = ""
    faults: tuple[PlacedFault, ...] = ()


@wants(Subject.PHONE_SYSTEMS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_own_file(request: PageRequest) -> HttpResponse:
    """A new set-up of a file of one's own; `from` names a file of the catalogue to begin with."""
    if request.method != "POST":
        begun = request.GET.get("from", "")
        source = _known_source(begun) if begun else _BEGINNING
        return _render_file(request, None, FileForm(source))
    form = FileForm(typed_source(request.POST), typed_text(request.POST, "name"))
    try:
        saved = save_setup(SetupDetails(name=form.name, source=form.source))
    except WebdialError as error:
        return _render_file(request, None, form, error)
    messages.success(
        request,
        translate("The phone system {name} was added. Fill in its fields next.", name=saved.name),
    )
    return redirect("maintenance:edit-phone-system", saved.pk)


@wants(Subject.PHONE_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_file(request: PageRequest, setup_id: int) -> HttpResponse:
    """The file of a set-up: one's own to be changed, one of the catalogue to be read."""
    setup = find_setup(setup_id)
    if setup.catalogue_id or request.method != "POST":
        return _render_file(request, setup, FileForm(source_of(setup), setup.name))
    form = FileForm(typed_source(request.POST), setup.name)
    details = SetupDetails(
        name=setup.name,
        source=form.source,
        certificate=setup.certificate,
        certificate_text=setup.certificate_text,
        is_active=setup.is_active,
        starts_from=setup.starts_from,
        most_in_flight=str(setup.most_in_flight or ""),
    )
    try:
        with unless_changed_meanwhile(request, ChangeSubject.PHONE_SYSTEM, setup.pk):
            save_setup(details, setup=setup)
    except WebdialError as error:
        return _render_file(request, find_setup(setup_id), form, error)
    messages.success(request, translate("The file of {name} was saved.", name=setup.name))
    return redirect("maintenance:edit-phone-system", setup.pk)


def _render_file(
    request: PageRequest,
    setup: PhoneSystemSetup | None,
    form: FileForm,
    error: WebdialError | None = None,
) -> HttpResponse:
    if isinstance(error, SourceError):
        form = replace(form, faults=placed_faults(error))
    context = {
        "setup": setup,
        "form": form,
        "source": shown_source(form.source),
        "is_read_only": bool(setup and setup.catalogue_id),
        "max_name": MAX_NAME,
    }
    shown = show_error(error, field="source") if error else None
    return render_form(request, "maintenance/phone_systems/file.html", context, shown)


def _known_source(system_id: str) -> str:
    known_system(system_id)
    return catalogue_source(system_id)
