"""Pages for requests that cannot be answered: said plainly, with a way on."""

from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
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
    """Asked for by allauth when somebody tries more often than is good."""
    return _page(request, "429")


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
