"""Who may see a page. Every view but signing in stands under one of these two decorators.

A deactivated user is nobody: Django's back end does not find them for their session any more.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from webdial.site.models import User
from webdial.site.pages.requests import PageRequest

View = Callable[..., Any]
"""A view, sync or async."""

_Check = Callable[[User], None]


def signed_in(view: View) -> View:
    """For every active user. Anybody else is asked to sign in and comes back afterwards."""
    return _guarded(view, lambda user: None)


def administrator(view: View) -> View:
    """For administrators. Other users are answered 403, anybody else is asked to sign in."""
    return _guarded(view, _require_administrator)


def _require_administrator(user: User) -> None:
    if not user.is_administrator:
        raise PermissionDenied


def _guarded(view: View, check: _Check) -> View:
    if iscoroutinefunction(view):
        return _guarded_async(view, check)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        check(request.user)
        return _not_kept(view(request, *args, **kwargs))

    return guarded


def _guarded_async(view: Callable[..., Awaitable[HttpResponseBase]], check: _Check) -> View:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = await request.auser()
        if not user.is_authenticated:
            return await sync_to_async(_ask_to_sign_in)(request)
        # Templates ask for request.user, which would otherwise read the database once more.
        request.user = user
        check(user)
        return _not_kept(await view(request, *args, **kwargs))

    return guarded


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A part of a page cannot show the sign-in form, so the whole page is sent there."""
    htmx = cast("PageRequest", request).htmx
    if htmx:
        here = htmx.current_url_abs_path or resolve_url("dial")
        return HttpResponseClientRedirect(redirect_to_login(here).url)
    return redirect_to_login(request.get_full_path())


def _not_kept(response: HttpResponseBase) -> HttpResponseBase:
    """Names and numbers are not left behind in the browser of a shared machine.

    One address answers with a whole page or, for htmx, with a part of it.
    """
    add_never_cache_headers(response)
    patch_vary_headers(response, ("HX-Request",))
    return response
