"""A new password by a link: one that comes by mail, or one that an administrator made."""

from functools import partial

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from webdial.errors import InvalidValueError, NotFoundError, WebdialError
from webdial.language import translate
from webdial.site.domain.lock_outs import lift_lock_out, seconds_left
from webdial.site.domain.password_links import link_path, use_link, user_of_link
from webdial.site.domain.sign_in_names import sign_in_name
from webdial.site.domain.users import user_for_sign_in
from webdial.site.pages.accounts.mails import absolute_url, offers_mail, send_later, send_mail
from webdial.site.pages.shown_errors import show_error
from webdial.site.pages.too_often import ask_later


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a name and says the same whoever is meant: nobody learns who is a user."""
    if not offers_mail():
        raise Http404(translate("No mails are sent from here. Ask an administrator for a link."))
    if request.method != "POST":
        return render(request, "accounts/forgotten.html")
    typed = request.POST.get("username", "")[:254]
    key = sign_in_name(typed)
    if not ratelimit.consume(request, app="allauth.account", action="reset_password", key=key):
        ask_later(request, seconds_left(key, request, action="reset_password"))
        return render(request, "accounts/forgotten.html", {"is_too_often": True})
    send_later(partial(_send_link, request, typed))
    return render(request, "accounts/forgotten.html", {"is_sent": True})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_by_link(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """Signs nobody in: whoever has a second factor still needs it."""
    try:
        user = user_of_link(who, token)
    except NotFoundError as gone:
        return render(request, "accounts/link_gone.html", {"error": show_error(gone)}, status=404)
    error = None
    if request.method == "POST":
        try:
            _set_password(who, token, request)
        except WebdialError as fault:
            error = show_error(fault, field="new")
        else:
            messages.success(request, translate("Your new password is set. Sign in with it."))
            return redirect("sign-in")
    context = {"login": user.login, "errors": {error.field: error} if error else {}}
    return render(request, "accounts/set_password.html", context, status=422 if error else 200)


def _set_password(who: str, token: str, request: HttpRequest) -> None:
    new = request.POST.get("new", "")
    if not new:
        raise InvalidValueError(translate("Type a new password."), field="new")
    if new != request.POST.get("repeated", ""):
        raise InvalidValueError(translate("The two passwords are not the same."), field="repeated")
    try:
        user = use_link(who, token, new)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, field="new", hint=error.hint) from error
    lift_lock_out(user)


def _send_link(request: HttpRequest, typed: str) -> None:
    user = user_for_sign_in(typed)
    if user is None or not user.is_active or not user.email:
        return
    url = absolute_url(request, link_path(user))
    send_mail(user.email, translate("A new password for Webdial"), "password", user=user, url=url)
