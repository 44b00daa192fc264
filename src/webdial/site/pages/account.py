"""One's own account: who one is, the mail address, the password, the sessions."""

from functools import partial
from typing import Final

from allauth.account.internal.flows.logout import logout
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import InvalidValueError, WebdialError
from webdial.language import translate, translate_count
from webdial.site.domain.lock_outs import seconds_left, wait_in_words
from webdial.site.domain.rights import may_change_user
from webdial.site.domain.second_factors import second_factors, uses_provider
from webdial.site.domain.users import MAX_PASSWORD, checked_email, set_email, set_password
from webdial.site.domain.waits import TooManyAttemptsError
from webdial.site.models import User
from webdial.site.pages.accounts.mails import absolute_url, offers_mail, send_later, send_mail
from webdial.site.pages.accounts.sessions import ended_sessions, sessions_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.site.pages.too_often import ask_later_for

_MAIL_SALT: Final = "webdial.mail_address"
_MAIL_LINK_S: Final = 24 * 60 * 60


@signed_in
@require_safe
def profile(request: PageRequest) -> HttpResponse:
    return _profile(request)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: PageRequest) -> HttpResponse:
    """A new mail address holds once a link that was sent to it has been opened.

    Without mail, whoever gives others theirs also gives themselves one.
    """
    if request.method != "POST" or not _may_change_mail(request):
        return redirect("account")
    try:
        check_guesses(request)
        if not request.user.check_password(request.POST.get("current", "")[:MAX_PASSWORD]):
            raise InvalidValueError(translate("This is not your password."), field="current")
        email = checked_email(request.POST.get("email", ""))
        if not email:
            raise InvalidValueError(translate("Type a mail address."), field="email")
    except WebdialError as error:
        return _profile(request, show_error(error), typed=request.POST.get("email", ""))
    if not offers_mail():
        return _keep_mail(request, email)
    token = signing.dumps([request.user.pk, request.user.email, email], salt=_MAIL_SALT)
    url = absolute_url(request, reverse("confirm-mail", args=(token,)))
    subject = translate("Your mail address in Webdial")
    send_later(partial(send_mail, email, subject, "address", user=request.user, url=url))
    messages.info(
        request, translate("A mail is on its way to {email}. Open the link in it.", email=email)
    )
    return redirect("account")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_mail(request: PageRequest, token: str) -> HttpResponse:
    try:
        user_id, before, email = signing.loads(token, salt=_MAIL_SALT, max_age=_MAIL_LINK_S)
    except signing.BadSignature:
        user_id, before, email = None, "", ""
    if (user_id, before) != (request.user.pk, request.user.email):
        messages.error(
            request, translate("This link does not work any more, or is another user's.")
        )
        return redirect("account")
    if request.method != "POST":
        return render(request, "accounts/confirm_mail.html", {"email": email})
    return _keep_mail(request, email)


def _may_change_mail(request: PageRequest) -> bool:
    if not request.user.has_usable_password():
        return False
    return offers_mail() or may_change_user(request.user, request.user)


def _keep_mail(request: PageRequest, email: str) -> HttpResponse:
    try:
        set_email(request.user, email)
    except InvalidValueError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, translate("Your mail address is {email} now.", email=email))
    return redirect("account")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: PageRequest) -> HttpResponse:
    """Where one is signed in, and ending it: one, or all but this one."""
    if request.method != "POST":
        context = {"sessions": sessions_of(request)}
        return render(request, "accounts/sessions.html", context)
    ended = ended_sessions(request, request.POST.get("session", ""))
    if any(session.session_key == request.session.session_key for session in ended):
        _end(ended)
        logout(request)
        return redirect("sign-in")
    _end(ended)
    count = len(ended)
    told = translate_count("{count} session was ended.", "{count} sessions were ended.", count)
    messages.success(request, told if count else translate("No session was ended."))
    return redirect("sessions")


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    try:
        check_guesses(request)
        change_password(
            request.user,
            current=request.POST.get("current", ""),
            new=request.POST.get("new", ""),
            repeated=request.POST.get("repeated", ""),
        )
    except WebdialError as error:
        return _form(request, show_error(error, field="new"))
    # This session goes on; the user's others end, since they were opened with the old password.
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
    messages.success(request, translate("Your password is changed."))
    return redirect("password")


def check_guesses(request: PageRequest) -> None:
    """Whoever found a session open must not find out the password in it. Raises TooManyAttemptsError."""
    if not ratelimit.consume(
        request, app="allauth.account", action="reauthenticate", user=request.user
    ):
        wait_s = seconds_left(request=request, action="reauthenticate")
        told = translate(
            "There were too many failed attempts. Try again {wait}, or ask an administrator.",
            wait=wait_in_words(wait_s),
        )
        error = TooManyAttemptsError(told, field="current", wait_s=wait_s)
        ask_later_for(request, error)
        raise error


def change_password(user: User, *, current: str, new: str, repeated: str) -> None:
    """Raises InvalidValueError, with the field that is wrong."""
    if len(current) > MAX_PASSWORD or not user.check_password(current):
        raise InvalidValueError(translate("This is not your present password."), field="current")
    if not new:
        raise InvalidValueError(translate("Type a new password."), field="new")
    if new != repeated:
        raise InvalidValueError(
            translate("The two new passwords are not the same."), field="repeated"
        )
    try:
        set_password(user, new)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, field="new", hint=error.hint) from error


def _form(request: PageRequest, error: ShownError | None = None) -> HttpResponse:
    context = {"errors": {error.field: error} if error else {}}
    return render(request, "password.html", context, status=422 if error else 200)


def _profile(
    request: PageRequest, error: ShownError | None = None, typed: str | None = None
) -> HttpResponse:
    user = request.user
    context = {
        "second_factors": second_factors(user),
        "uses_provider": uses_provider(user),
        "provider": settings.PROVIDER,
        "offers_mail": offers_mail(),
        "may_change_mail": _may_change_mail(request),
        "email": user.email if typed is None else typed,
        "errors": {error.field: error} if error else {},
        "languages": settings.LANGUAGES,
        "chosen_language": request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    }
    return render(request, "accounts/profile.html", context, status=422 if error else 200)


def _end(ended: list[UserSession]) -> None:
    for session in ended:
        session.end()
