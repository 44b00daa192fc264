"""The first start: while there is no administrator, a page makes one for whoever knows the code."""

from typing import Final

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from webdial.errors import InvalidValueError, NotAllowedError, WebdialError
from webdial.language import translate
from webdial.site.domain.first_start import (
    code_file,
    first_start_code,
    make_first_administrator,
)
from webdial.site.domain.lock_outs import seconds_left
from webdial.site.domain.users import UserDetails, has_administrator
from webdial.site.models import Role, User
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.site.pages.too_often import ask_later

_LIMIT: Final = {"app": "webdial", "action": "first_start"}
_RATES: Final = {"first_start": "10/m/ip"}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_start(request: HttpRequest) -> HttpResponse:
    if has_administrator():
        return redirect("sign-in")
    first_start_code()  # made here if nothing has made it before
    if request.method != "POST":
        return _form(request)
    if not ratelimit.consume(request, config=_RATES, **_LIMIT):
        ask_later(request, seconds_left(request=request, config=_RATES, **_LIMIT))
        return _form(
            request, ShownError(translate("These were too many attempts. Try again in a minute."))
        )
    try:
        user = _make(request)
    except NotAllowedError:
        return redirect("sign-in")
    except WebdialError as error:
        return _form(request, show_error(error))
    messages.success(
        request,
        translate("{name} is the first administrator. You are signed in.", name=user.name),
    )
    return _sign_in(request, user)


def _make(request: HttpRequest) -> User:
    post = request.POST
    login, password = post.get("login", ""), post.get("password", "")
    if password != post.get("repeated", ""):
        raise InvalidValueError(translate("The two passwords are not the same."), field="repeated")
    details = UserDetails(
        login=login,
        staff_id=login[:40],
        name=post.get("name", ""),
        email=post.get("email", ""),
        extension=post.get("extension", ""),
        role=Role.ADMINISTRATOR,
    )
    return make_first_administrator(details, start_code=post.get("code", ""), password=password)


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """As the sign-in page does with the password that was typed just now."""
    login = Login(user=user, redirect_url=resolve_url("dial"))
    response: HttpResponse = perform_password_login(request, {"username": user.login}, login)
    return response


def _form(request: HttpRequest, error: ShownError | None = None) -> HttpResponse:
    context = {
        "form": request.POST,
        "file": code_file().name,
        "error": error,
        "errors": {error.field: error} if error and error.field else {},
    }
    return render(request, "accounts/first_start.html", context, status=422 if error else 200)
