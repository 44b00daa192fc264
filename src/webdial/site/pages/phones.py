"""My phones: which one rings, what phone systems want of the user, and choosing a phone to ring."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from webdial.errors import WebdialError
from webdial.exchange.general_settings import MECHANISM
from webdial.language import translatable, translate
from webdial.numbers import MAX_TYPED
from webdial.site.domain.user_phones import phones_of
from webdial.site.pages.dial import dial_page
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.own_phone import choose_phone, phone_id_of
from webdial.site.pages.personal_systems import (
    Typed,
    keep_typed,
    not_kept,
    setup_for_forms,
    shown_systems,
    way_of_dialling,
)
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import show_error


@signed_in
@require_safe
def my_phones(request: PageRequest) -> HttpResponse:
    return _page(request)


@signed_in
@sensitive_post_parameters()
@require_POST
def fill_in(request: PageRequest, setup_id: int) -> HttpResponse:
    """Keep what a user has filled in for themselves."""
    setup = setup_for_forms(setup_id)
    try:
        phone = keep_typed(request.POST, setup, request.user, as_administrator=False)
    except WebdialError as error:
        return _page(request, not_kept(request.POST, setup, show_error(error)))
    told = (
        translatable("Saved for the phone system {name} for {phone}.")
        if phone
        else translatable("Saved for the phone system {name}.")
    )
    messages.success(request, translate(told, name=setup.name, phone=phone))
    return redirect("phones")


@signed_in
@require_POST
def choose(request: PageRequest) -> HttpResponse:
    """Remember which phone rings, and show the Dial page again with what was typed into it."""
    phone_id = phone_id_of(request.POST.get("phone", ""))
    try:
        if phone_id is not None:
            exchange_of(request).configuration.phone(request.user.pk, phone_id)
    except WebdialError as error:
        return dial_page(request, error=show_error(error, field="number"))
    choose_phone(request, phone_id)
    if request.htmx:
        return dial_page(request, typed=request.POST.get("number", "")[:MAX_TYPED])
    return redirect("dial")


def _page(request: PageRequest, typed: Typed | None = None) -> HttpResponse:
    user = request.user
    configuration = exchange_of(request).configuration
    effective = configuration.effective(MECHANISM, user.branch_id)
    context = {
        "way": way_of_dialling(effective, configuration),
        "phones": phones_of(user),
        "systems": shown_systems(user, configuration, as_administrator=False, typed=typed),
        "error": typed.error if typed else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    return render(request, "phones.html", context, status=status)
