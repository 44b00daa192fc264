"""Maintenance | Access: tokens of all users, made for them, and revoked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.rights import Act, Subject
from webdial.site.domain.tokens import list_tokens, revoke_token
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.maintenance.user_choice import UserChoice, chosen_user
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.site.pages.token_forms import ShownToken, TokenForm


@wants(Subject.ACCESS)
@require_safe
def list_all_tokens(request: PageRequest) -> HttpResponse:
    search = search_text(request)
    page = page_of(list_tokens(search=search), request)
    context = {"search": search, "page": page, "tokens": [ShownToken(row) for row in page]}
    return render(request, "maintenance/access.html", context)


@wants(Subject.ACCESS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def make_token(request: PageRequest) -> HttpResponse:
    """A token for a user. It is shown in this answer alone."""
    if request.method != "POST":
        return _form(request, TokenForm(), UserChoice(request.GET.get("user", "")))
    form, choice = TokenForm.of_post(request.POST), chosen_user(request.POST.get("user", ""))
    if choice.user is None:
        return _form(request, form, choice, error=choice.error)
    try:
        made = form.make(choice.user)
    except WebdialError as error:
        return _form(request, form, choice, error=show_error(error))
    return _form(request, form, choice, made=made)


@wants(Subject.ACCESS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """Asks, then revokes."""
    token = row_of(list_tokens(), token_id, missing=translatable("There is no such token."))
    if request.method != "POST":
        return render(request, "maintenance/access_revoke.html", {"token": token})
    revoke_token(token_id)
    messages.success(
        request,
        translate(
            "The token {name} of {name_2} is revoked.", name=token.name, name_2=token.user.name
        ),
    )
    return redirect("maintenance:access")


def _form(
    request: PageRequest,
    form: TokenForm,
    choice: UserChoice,
    *,
    made: str = "",
    error: ShownError | None = None,
) -> HttpResponse:
    context = {"form": form, "choice": choice, "made": made}
    return render_form(request, "maintenance/access_add.html", context, error)
