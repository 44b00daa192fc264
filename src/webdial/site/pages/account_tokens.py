"""My account | Tokens: one's own tokens for other programs, made, seen and revoked."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webdial.errors import NotFoundError, WebdialError
from webdial.language import translate
from webdial.site.domain.tokens import list_tokens, revoke_token
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.site.pages.token_forms import ShownToken, TokenForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: PageRequest) -> HttpResponse:
    """The list, and the form of a new one. A token that was made is shown in this answer alone."""
    if request.method != "POST":
        return _page(request, TokenForm())
    form = TokenForm.of_post(request.POST)
    try:
        made = form.make(request.user)
    except WebdialError as error:
        return _page(request, form, error=show_error(error))
    return _page(request, TokenForm(), made=made)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """Asks, then revokes, and goes back to where it was pressed: browsers stand among computers as well."""
    back = "computers" if request.GET.get("from") == "computers" else "tokens"
    token = list_tokens(request.user).filter(pk=token_id).first()
    if token is None:
        raise Http404(translate("You have no such token."))
    if request.method != "POST":
        return render(request, "accounts/revoke_token.html", {"token": token, "back": back})
    try:
        revoke_token(token_id, user=request.user)
    except NotFoundError as error:
        raise Http404(error.message) from error
    messages.success(request, translate("The token {name} is revoked.", name=token.name))
    return redirect(back)


def _page(
    request: PageRequest, form: TokenForm, *, made: str = "", error: ShownError | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "made": made,
        "tokens": [ShownToken(row) for row in list_tokens(request.user)],
    }
    return render_form(request, "accounts/tokens.html", context, error)
