"""Maintenance | Users | (user) | Sign-in: by what a user gets in, and letting them in again."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webdial.site.domain.lock_outs import is_locked_out, lift_lock_out
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
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _page(request, user)
    if act == "link":
        # Shown in this answer alone: it is kept nowhere.
        return _page(request, user, link=absolute_url(request, made_link_path(user)))
    if act not in _ACTS:
        raise Http404("There is no such act.")
    messages.success(request, _ACTS[act](user))
    return redirect("maintenance:user-sign-in", user.pk)


def _lift(user: User) -> str:
    lift_lock_out(user)
    return f"{user.name} may try to sign in at once."


def _remove_factors(user: User) -> str:
    remove_second_factors(user)
    return f"{user.name} signs in without a second factor now."


def _end_sessions(user: User) -> str:
    count = end_sessions(user)
    return f"{count} session{'s' if count != 1 else ''} of {user.name} ended."


def _forget_provider(user: User) -> str:
    forget_provider(user)
    return f"The next sign-in with the provider finds {user.name} anew."


_ACTS: Final[dict[str, Callable[[User], str]]] = {
    "lift": _lift,
    "remove-second-factor": _remove_factors,
    "end-sessions": _end_sessions,
    "forget-provider": _forget_provider,
}


def _page(request: PageRequest, user: User, *, link: str = "") -> HttpResponse:
    context = {
        "shown": user,
        "link": link,
        "is_locked_out": is_locked_out(user),
        "second_factors": second_factors(user),
        "uses_provider": uses_provider(user),
        "session_count": session_count(user),
    }
    return render(request, "maintenance/user_sign_in.html", context)
