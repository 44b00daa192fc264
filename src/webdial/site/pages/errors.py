"""Pages for requests that cannot be answered: said plainly, with a way on."""

from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from webdial.site.domain.lock_outs import seconds_left, wait_in_words
from webdial.site.pages.too_often import ask_later


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A form that cannot be read is not read once more, which would fail once more."""
    request.POST = QueryDict()
    return _bad_request(request)


@requires_csrf_token
def _bad_request(request: HttpRequest) -> HttpResponse:
    return _page(request, "400")


@requires_csrf_token
def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403")


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Shows the sentence of our own Http404; Django's names patterns, which mean nothing here."""
    told = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    return _page(request, "404", sentence=told if isinstance(told, str) else "")


def too_many(request: HttpRequest) -> HttpResponse:
    """Asked for by allauth when somebody confirms who they are, or shows a passkey, more often than is good."""
    wait_s = seconds_left(request=request, app="allauth.mfa", action="webauthn_login")
    if request.user.is_authenticated:
        wait_s = max(wait_s, seconds_left(request=request, action="reauthenticate"))
    ask_later(request, wait_s)
    return _page(request, "429", wait=wait_in_words(wait_s))


def forms_only(request: HttpRequest) -> HttpResponse:
    """For an address that only takes what a page's button sends: opened by itself, or loaded once more."""
    return render(request, "errors/405.html", status=405)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither user nor database, since either may be what failed."""
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)


def _page(request: HttpRequest, status: str, **context: str) -> HttpResponse:
    """The page of a status. Django runs these in a thread of their own and leaves it to us to
    close the connection by which the user was read for the header.
    """
    try:
        return render(request, f"errors/{status}.html", context, status=int(status))
    finally:
        close_old_connections()
