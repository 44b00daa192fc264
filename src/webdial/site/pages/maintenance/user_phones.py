"""Maintenance | Users | Phones of a user: which phones may ring, and what phone systems want for them."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webdial.errors import InvalidValueError, NotFoundError, WebdialError
from webdial.exchange.general_settings import MECHANISM
from webdial.language import translatable, translate
from webdial.site.domain.rights import Act, Subject, may
from webdial.site.domain.user_phones import delete_phone, phone_of, phones_of, save_phone
from webdial.site.models import ChangeSubject, PhoneSystemSetup, User, UserPhone
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.rows import row_of, user_within
from webdial.site.pages.own_phone import phone_id_of
from webdial.site.pages.personal_systems import (
    Typed,
    keep_typed,
    not_kept,
    setup_for_forms,
    shown_systems,
    way_of_dialling,
)
from webdial.site.pages.phone_sign_in import forget_sign_in, redirect_uri_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error


@wants(Subject.USERS, is_scoped=True)
@require_safe
def list_phones(request: PageRequest, user_id: int) -> HttpResponse:
    return _page(request, user_within(request, user_id))


@wants(Subject.USERS, act=Act.CHANGE, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_phone(request: PageRequest, user_id: int) -> HttpResponse:
    return _answer_form(request, user_within(request, user_id, is_changed=True), None)


@wants(Subject.USERS, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_phone(request: PageRequest, user_id: int, phone_id: int) -> HttpResponse:
    user = user_within(request, user_id)
    return _answer_form(request, user, _phone(user, phone_id))


@wants(Subject.USERS, act=Act.CHANGE, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_phone(request: PageRequest, user_id: int, phone_id: int) -> HttpResponse:
    """Asks, then deletes."""
    user = user_within(request, user_id, is_changed=True)
    phone = _phone(user, phone_id)
    if request.method != "POST":
        context = {"whose": user, "phone": phone}
        return render(request, "maintenance/user_phone_delete.html", context)
    delete_phone(phone)
    messages.success(
        request,
        translate("The phone {label} of {name} was removed.", label=phone.label, name=user.name),
    )
    return redirect("maintenance:user-phones", user.pk)


@wants(Subject.USER_VALUES)
@sensitive_post_parameters()
@require_POST
def fill_in(request: PageRequest, user_id: int, setup_id: int) -> HttpResponse:
    """Keep what is filled in at a phone system for the user or one of their phones."""
    user, setup = _user(user_id), setup_for_forms(setup_id)
    try:
        phone = keep_typed(request.POST, setup, user, as_administrator=True)
    except WebdialError as error:
        return _page(request, user, not_kept(request.POST, setup, show_error(error)))
    where = f"{user.name}, {phone}" if phone else user.name
    messages.success(
        request,
        translate("Saved for {where} at the phone system {name}.", where=where, name=setup.name),
    )
    return redirect("maintenance:user-phones", user.pk)


@wants(Subject.USER_VALUES)
@require_POST
def sign_out(request: PageRequest, user_id: int, setup_id: int) -> HttpResponse:
    user = _user(user_id)
    name = forget_sign_in(request, setup_id, user.pk)
    messages.success(
        request, translate("{name} is signed out of {name_2}.", name=user.name, name_2=name)
    )
    return redirect("maintenance:user-phones", user.pk)


def _page(request: PageRequest, user: User, typed: Typed | None = None) -> HttpResponse:
    configuration = exchange_of(request).configuration
    effective = configuration.effective(MECHANISM, user.branch_id)
    context = {
        "whose": user,
        "way": way_of_dialling(effective, configuration),
        "phones": phones_of(user),
        "systems": shown_systems(user, configuration, as_administrator=True, typed=typed)
        if may(request.user, Subject.USER_VALUES)
        else None,
        "redirect_uri": redirect_uri_of(request),
        "as_administrator": True,
        "error": typed.error if typed else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    return render(request, "maintenance/user_phones.html", context, status=status)


def _answer_form(request: PageRequest, user: User, phone: UserPhone | None) -> HttpResponse:
    form = {
        "label": phone.label if phone else "",
        "extension": phone.extension if phone else "",
        "setup": str(phone.setup_id or "") if phone else "",
    }
    error = None
    if request.method == "POST":
        form = {name: request.POST.get(name, "") for name in form}
        try:
            setup = _setup_for(request, form["setup"], phone)
            with unless_changed_meanwhile(request, ChangeSubject.USER_PHONE, phone and phone.pk):
                saved = save_phone(
                    user,
                    label=form["label"],
                    extension=form["extension"],
                    setup=setup,
                    phone=phone,
                )
        except WebdialError as fault:
            error = show_error(fault)
        else:
            told = (
                translatable("The phone {label} of {name} was saved.")
                if phone
                else translatable("The phone {label} of {name} was added.")
            )
            messages.success(request, translate(told, label=saved.label, name=user.name))
            return redirect("maintenance:user-phones", user.pk)
    context = {
        "whose": user,
        "phone_id": phone.pk if phone else None,
        "title": UserPhone.objects.get(pk=phone.pk).label if phone else translate("Add a phone"),
        "form": form,
        # Through which phone system a phone rings is for whoever decides where requests go.
        "setups": PhoneSystemSetup.objects.all()
        if may(request.user, Subject.USER_VALUES)
        else None,
    }
    return render_form(request, "maintenance/user_phone_edit.html", context, error)


def _setup_for(request: PageRequest, text: str, phone: UserPhone | None) -> PhoneSystemSetup | None:
    """The one that was chosen; as before where whoever asks may not choose."""
    if may(request.user, Subject.USER_VALUES, Act.CHANGE):
        return _chosen_setup(text)
    return phone.setup if phone else None


def _chosen_setup(text: str) -> PhoneSystemSetup | None:
    setup_id = phone_id_of(text)
    if setup_id is None:
        return None
    setup = PhoneSystemSetup.objects.filter(pk=setup_id).first()
    if setup is None:
        raise InvalidValueError(translate("There is no such phone system."), field="setup")
    return setup


def _user(user_id: int) -> User:
    return row_of(
        User.objects.select_related("branch"),
        user_id,
        missing=translatable("There is no such user."),
    )


def _phone(user: User, phone_id: int) -> UserPhone:
    try:
        return phone_of(user, phone_id)
    except NotFoundError as error:
        raise Http404(error.message) from error
