"""Maintenance | Phone Systems: those set up, the catalogue, the form of a set-up, files of one's own."""

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import NotFoundError, WebdialError
from webdial.exchange.general_settings import key_of
from webdial.language import translatable, translate
from webdial.phonesystems import Kind, PhoneSystem, catalogue, catalogue_system
from webdial.site.domain.branches import branches_by_name
from webdial.site.domain.phone_systems import (
    FieldValueError,
    delete_setup,
    fault_of,
    list_setups,
    save_filled_setup,
    system_of,
)
from webdial.site.domain.rights import Act, Subject
from webdial.site.domain.system_overview import overview, overview_of
from webdial.site.models import (
    CertificateRule,
    ChangeSubject,
    PhoneSystemPause,
    PhoneSystemSetup,
    StartsFrom,
)
from webdial.site.pages.maintenance.branch_choice import branch_menu
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import search_text
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.maintenance.settings import ALL_BRANCHES
from webdial.site.pages.maintenance.shown_pauses import shown_pauses
from webdial.site.pages.maintenance.system_form import VALUE, SetupForm
from webdial.site.pages.maintenance.system_words import (
    KIND_TITLES,
    ShownSystem,
    found_systems,
    grouped,
)
from webdial.site.pages.phone_sign_in import redirect_uri_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

MAX_NAME: Final = 80


@wants(Subject.PHONE_SYSTEMS)
@require_safe
def list_all_setups(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    pauses = list(PhoneSystemPause.objects.all())
    context = {
        "search": search,
        "setups": overview(search=search, pauses=pauses),
        "other_pauses": shown_pauses(each for each in pauses if each.setup_id is None),
    }
    return render(request, "maintenance/phone_systems/list.html", context)


@wants(Subject.PHONE_SYSTEMS)
@require_safe
def show_catalogue(request: PageRequest) -> HttpResponse:
    """The phone systems that are known, found by words and by kind."""
    search, kind = search_text(request), request.GET.get("kind", "")
    known = catalogue().values()
    chosen = [system for system in known if kind in {"", system.kind.value}]
    found = found_systems(chosen, search)
    context = {
        "search": search,
        "kind": kind if kind in {each.value for each in Kind} else "",
        "kinds": [(each.value, translate(title)) for each, title in KIND_TITLES.items()],
        "groups": grouped(found),
        "count": len(found),
        "total": len(known),
    }
    return render(request, "maintenance/phone_systems/catalogue.html", context)


@wants(Subject.PHONE_SYSTEMS, act=Act.CHANGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add_from_catalogue(request: PageRequest, system_id: str) -> HttpResponse:
    """The form of a new set-up of a phone system of the catalogue."""
    system = known_system(system_id)
    form = SetupForm.begun(system, _free_name(system.title))
    if request.method != "POST":
        return _render_form(request, None, system, form)
    typed = form.typed(request.POST)
    try:
        saved = save_filled_setup(typed.details(catalogue_id=system_id), form.given(request.POST))
    except WebdialError as error:
        return _render_form(request, None, system, typed, _shown(error))
    messages.success(
        request,
        translate("The phone system {name} was added. Test it before it is used.", name=saved.name),
    )
    return redirect("maintenance:test-phone-system", saved.pk)


@wants(Subject.PHONE_SYSTEMS)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def edit_setup(request: PageRequest, setup_id: int) -> HttpResponse:
    setup = find_setup(setup_id)
    system = system_of(setup)
    if system is None:
        return _render_faulty(request, setup)
    form = SetupForm.of_setup(setup, system)
    if request.method != "POST":
        return _render_form(request, setup, system, form)
    typed = form.typed(request.POST)
    try:
        with unless_changed_meanwhile(request, ChangeSubject.PHONE_SYSTEM, setup.pk):
            saved = save_filled_setup(
                typed.details_of(setup),
                form.given(request.POST),
                cleared=form.cleared(request.POST),
                setup=setup,
            )
    except WebdialError as error:
        return _render_form(request, find_setup(setup_id), system, typed, _shown(error))
    messages.success(request, translate("The phone system {name} was saved.", name=saved.name))
    return redirect("maintenance:edit-phone-system", saved.pk)


@wants(Subject.PHONE_SYSTEMS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_setup(request: PageRequest, setup_id: int) -> HttpResponse:
    """Asks, then deletes; says what still uses it."""
    setup = find_setup(setup_id)
    error = None
    if request.method == "POST":
        try:
            delete_setup(setup)
        except WebdialError as fault:
            error = show_error(fault)
            setup = find_setup(setup_id)
        else:
            messages.success(
                request, translate("The phone system {name} was deleted.", name=setup.name)
            )
            return redirect("maintenance:phone-systems")
    context = {"setup": setup, "shown": overview_of(setup)}
    return render_form(request, "maintenance/phone_systems/delete.html", context, error)


def find_setup(setup_id: int) -> PhoneSystemSetup:
    """Raises Http404."""
    return row_of(
        PhoneSystemSetup.objects.all(),
        setup_id,
        missing=translatable("There is no such phone system."),
    )


def _render_form(
    request: PageRequest,
    setup: PhoneSystemSetup | None,
    system: PhoneSystem,
    form: SetupForm,
    error: ShownError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "setup": setup,
        "title": setup.name if setup else translate("Add {title}", title=system.title),
        "shown": ShownSystem(system),
        "form": form.told(error),
        "certificates": CertificateRule.choices,
        "has_certificate": not system.is_link,
        "starts": StartsFrom.choices,
        "max_name": MAX_NAME,
        "branch_menu": branch_menu(branches_by_name(), request.GET, None, ALL_BRANCHES),
    }
    if system.sign_in is not None:
        context["redirect_uri"] = redirect_uri_of(request)
    if setup is not None:
        context["overview"] = overview_of(setup)
        context["pauses"] = shown_pauses(context["overview"].pauses)
    return render_form(request, "maintenance/phone_systems/edit.html", context, error)


def _render_faulty(request: PageRequest, setup: PhoneSystemSetup) -> HttpResponse:
    """A set-up whose file cannot be read any more: the file is mended first."""
    context = {"setup": setup, "fault": fault_of(setup)}
    return render(request, "maintenance/phone_systems/faulty.html", context)


def _shown(error: WebdialError) -> ShownError:
    shown = show_error(error)
    if isinstance(error, FieldValueError):
        return replace(shown, field=f"{VALUE}{error.field}")
    return shown


def known_system(system_id: str) -> PhoneSystem:
    try:
        return catalogue_system(system_id)
    except NotFoundError as error:
        raise Http404(translate("The catalogue has no such phone system.")) from error


def _free_name(title: str) -> str:
    """A name for a new set-up that no other has: the title, else with a number behind it."""
    plain = "".join(c for c in title if c not in ":{}#^<>/").strip()[: MAX_NAME - 4]
    taken = {key_of(name) for name in list_setups().values_list("name", flat=True)}
    names = [plain, *(f"{plain} {number}" for number in range(2, 1000))]
    return next((name for name in names if key_of(name) not in taken), "")
