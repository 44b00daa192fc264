"""Maintenance | Credentials: secrets by name for dial strings. They are written and never shown."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import InvalidValueError, WebdialError
from webdial.exchange.general_settings import key_of
from webdial.language import translatable, translate
from webdial.site.domain.credentials import delete_credential, list_credentials, set_credential
from webdial.site.domain.fields import row_named
from webdial.site.domain.folded_names import has_word
from webdial.site.domain.rights import Act, Subject
from webdial.site.models import Credential
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error


@wants(Subject.CREDENTIALS)
@require_safe
def list_all_credentials(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    rows = list_credentials()
    for word in search.split():
        rows = rows.filter(has_word(word, "name"))
    context = {"search": search, "page": page_of(rows, request)}
    return render(request, "maintenance/credentials.html", context)


@wants(Subject.CREDENTIALS, act=Act.CHANGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add_credential(request: PageRequest) -> HttpResponse:
    return _answer_form(request, None)


@wants(Subject.CREDENTIALS)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_credential(request: PageRequest, credential_id: int) -> HttpResponse:
    return _answer_form(
        request,
        row_of(
            list_credentials(), credential_id, missing=translatable("There is no such credential.")
        ),
    )


@wants(Subject.CREDENTIALS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_credential(request: PageRequest, credential_id: int) -> HttpResponse:
    """Asks, then deletes."""
    credential = row_of(
        list_credentials(), credential_id, missing=translatable("There is no such credential.")
    )
    if request.method != "POST":
        context = {"credential": credential}
        return render(request, "maintenance/credential_delete.html", context)
    delete_credential(credential.name)
    messages.success(request, translate("The credential {name} was removed.", name=credential.name))
    return redirect("maintenance:credentials")


def _answer_form(request: PageRequest, credential: Credential | None) -> HttpResponse:
    """The secret is never given back, not even to a form that was refused."""
    name = credential.name if credential else ""
    error = None
    if request.method == "POST":
        name = credential.name if credential else request.POST.get("name", "")
        try:
            if credential is None:
                _require_new(name)
            saved = set_credential(name, request.POST.get("secret", ""))
        except WebdialError as fault:
            error = show_error(fault)
        else:
            told = (
                translate("The credential {name} has a new secret.", name=saved.name)
                if credential
                else translate("The credential {name} was added.", name=saved.name)
            )
            messages.success(request, told)
            return redirect("maintenance:credentials")
    context = {
        "credential": credential,
        "name": name,
        "history_key": key_of(credential.name) if credential else None,
    }
    return render_form(request, "maintenance/credential_edit.html", context, error)


def _require_new(name: str) -> None:
    """Adding must not replace a secret that is in use by another's mistake."""
    if row_named(name, list_credentials()) is not None:
        raise InvalidValueError(
            translate("There is a credential with this name."),
            field="name",
            hint=translate("Open it in the list to give it a new secret."),
        )
