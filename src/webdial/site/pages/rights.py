"""Who may see a page. Every view but signing in stands under one of these decorators.

A view names the right that it wants (webdial.site.domain.rights); what is done in it is done in the
user's name (webdial.site.domain.acting).

A deactivated user is nobody: Django's back end does not find them for their session any more.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Final, cast
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from webdial.language import translate
from webdial.site.domain.acting import acting_as
from webdial.site.domain.rights import Act, Reach, Subject, reach_of
from webdial.site.domain.second_factors import has_second_factor, must_have_second_factor
from webdial.site.models import User
from webdial.site.pages.requests import PageRequest

View = Callable[..., Any]
"""A view, sync or async."""

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_Check = Callable[[HttpRequest, User], bool]
"""Whether the user may change what the page shows. Raises PermissionDenied when they may not see it."""


def signed_in(view: View) -> View:
    """For every active user. Anybody else is asked to sign in and comes back afterwards."""
    return _guarded(view, lambda request, user: True)


def setting_up_account(view: View) -> View:
    """As `signed_in`, for the pages where a second factor that is still missing is set up."""
    return _guarded(view, lambda request, user: True, wants_second_factor=False)


def wants(
    subject: Subject, *, act: Act | None = None, is_scoped: bool = False
) -> Callable[[View], View]:
    """For whoever may read or change the subject: as `act` says, else by the request's method.

    Other users are answered 403, anybody else is asked to sign in. Whose right ends at their branch is
    let in only where the view `is_scoped`: it then looks at each row by itself. The request has
    `may_change`, by which the page shows fields and buttons.
    """

    def check(request: HttpRequest, user: User) -> bool:
        wanted = act or (Act.READ if request.method in _SAFE_METHODS else Act.CHANGE)
        least = Reach.BRANCH if is_scoped else Reach.ALL
        if reach_of(user, subject, wanted) < least:
            raise PermissionDenied
        return reach_of(user, subject, Act.CHANGE) >= least

    return lambda view: _guarded(view, check)


def maintainer(view: View) -> View:
    """For whoever may see any of the maintenance pages."""

    def check(request: HttpRequest, user: User) -> bool:
        if not any(reach_of(user, subject) >= Reach.BRANCH for subject in Subject):
            raise PermissionDenied
        return False

    return _guarded(view, check)


def administrator(view: View) -> View:
    """For administrators alone. Other users are answered 403, anybody else is asked to sign in."""
    return _guarded(view, _require_administrator)


def _require_administrator(request: HttpRequest, user: User) -> bool:
    if not user.is_administrator:
        raise PermissionDenied
    return True


def _guarded(view: View, check: _Check, *, wants_second_factor: bool = True) -> View:
    if iscoroutinefunction(view):
        return _guarded_async(view, check)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        may_change = check(request, request.user)
        if wants_second_factor and _lacks_second_factor(request, request.user):
            return _lead(request, resolve_url("mfa_index"))
        cast("PageRequest", request).may_change = may_change
        with acting_as(request.user):
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
        may_change = check(request, user)
        if must_have_second_factor(user) and await sync_to_async(_lacks_second_factor)(
            request, user
        ):
            return _lead(request, resolve_url("mfa_index"))
        cast("PageRequest", request).may_change = may_change
        with acting_as(user):
            return _not_kept(await view(request, *args, **kwargs))

    return guarded


def _lacks_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether a second factor has to be set up first. Whom the company's provider let in has it there."""
    if not must_have_second_factor(user):
        return False
    records = get_authentication_records(request, user)
    came_by_provider = any(each.get("method") == "socialaccount" for each in records)
    return not came_by_provider and not has_second_factor(user)


def _lead(request: HttpRequest, url: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(url) if cast("PageRequest", request).htmx else redirect(url)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A part of a page cannot show the sign-in form, so the whole page is sent there.

    Who has sent a form is told that it was for nothing: their session has ended since the page was opened.
    """
    if request.method not in _SAFE_METHODS:
        messages.warning(
            request,
            translate("You were signed out meanwhile. What you have just sent was not done."),
        )
    htmx = cast("PageRequest", request).htmx
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(_shown_page(htmx)).url)
    return redirect_to_login(_page_to_come_back_to(request))


def _page_to_come_back_to(request: HttpRequest) -> str:
    """The page asked for; of a form the one that it stood on, since many addresses take forms alone."""
    here = request.headers.get("Referer", "")
    if request.method not in _SAFE_METHODS and url_has_allowed_host_and_scheme(
        here, {request.get_host()}
    ):
        return urlsplit(here)._replace(scheme="", netloc="").geturl()
    return request.get_full_path()


def _shown_page(htmx: HtmxDetails) -> str:
    """The page that a part was wanted for; the Dial page where it is none of ours, or no address."""
    try:
        shown = htmx.current_url_abs_path
    except ValueError:
        shown = None
    return shown or resolve_url("dial")


def _not_kept(response: HttpResponseBase) -> HttpResponseBase:
    """Names and numbers are not left behind in the browser of a shared machine.

    One address answers with a whole page or, for htmx, with a part of it.
    """
    add_never_cache_headers(response)
    patch_vary_headers(response, ("HX-Request",))
    return response
