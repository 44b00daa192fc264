"""Maintenance | Users | (user) | Sign-in: by what a user gets in, and letting them in again."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webdial.errors import NotAllowedError, NotFoundError
from webdial.language import translate, translate_count
from webdial.site.domain.computers import computer_of, computers_of, revoke_computer
from webdial.site.domain.fields import id_in
from webdial.site.domain.lock_outs import is_locked_out, lift_lock_out
from webdial.site.domain.oneself import is_oneself
from webdial.site.domain.password_links import made_link_path
from webdial.site.domain.rights import Subject
from webdial.site.domain.second_factors import (
    end_sessions,
    forget_provider,
    remove_second_factors,
    second_factors,
    session_count,
    uses_provider,
)
from webdial.site.models import User
from webdial.site.pages.accounts.mails import absolute_url
from webdial.site.pages.maintenance.rows import user_within
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants


@wants(Subject.USERS, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_of_user(request: PageRequest, user_id: int) -> HttpResponse:
    user = user_within(request, user_id)
    if request.method != "POST":
        return _page(request, user)
    try:
        return _act(request, user, request.POST.get("act", ""))
    except NotAllowedError as error:
        messages.error(request, error.message)
        return redirect("maintenance:user-sign-in", user.pk)


def _act(request: PageRequest, user: User, act: str) -> HttpResponse:
    if act == "link":
        # Shown in this answer alone: it is kept nowhere.
        return _page(request, user, link=absolute_url(request, made_link_path(user)))
    if act == "revoke-computer":
        messages.success(request, _revoke_computer(user, request.POST.get("computer", "")))
        return redirect("maintenance:user-sign-in", user.pk)
    if act not in _ACTS:
        raise Http404(translate("There is no such act."))
    messages.success(request, _ACTS[act](user))
    return redirect("maintenance:user-sign-in", user.pk)


def _lift(user: User) -> str:
    lift_lock_out(user)
    return translate("{name} may try to sign in at once.", name=user.name)


def _remove_factors(user: User) -> str:
    remove_second_factors(user)
    return translate("{name} signs in without a second factor now.", name=user.name)


def _end_sessions(user: User) -> str:
    count = end_sessions(user)
    return translate_count(
        "{count} session of {name} ended.",
        "{count} sessions of {name} ended.",
        count,
        name=user.name,
    )


def _forget_provider(user: User) -> str:
    forget_provider(user)
    return translate("The next sign-in with the provider finds {name} anew.", name=user.name)


def _revoke_computer(user: User, computer_id: str) -> str:
    row_id = id_in(computer_id)
    if row_id is None:
        raise Http404("There is no such computer.")
    try:
        row = computer_of(user, row_id)
    except NotFoundError as error:
        raise Http404(error.message) from error
    revoke_computer(row)
    return translate("The computer {name} of {user} is revoked.", name=row.name, user=user.name)


_ACTS: Final[dict[str, Callable[[User], str]]] = {
    "lift": _lift,
    "remove-second-factor": _remove_factors,
    "end-sessions": _end_sessions,
    "forget-provider": _forget_provider,
}


def _page(request: PageRequest, user: User, *, link: str = "") -> HttpResponse:
    context = {
        "shown": user,
        "is_oneself": is_oneself(user.pk),
        "link": link,
        "is_locked_out": is_locked_out(user),
        "second_factors": second_factors(user),
        "uses_provider": uses_provider(user),
        "session_count": session_count(user),
        "computers": computers_of(user),
    }
    return render(request, "maintenance/user_sign_in.html", context)
