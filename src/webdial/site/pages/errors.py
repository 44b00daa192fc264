"""Pages for requests that cannot be answered: said plainly, with a way on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


@requires_csrf_token
def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Shows the sentence of our own Http404; Django's names patterns, which mean nothing here."""
    told = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    context = {"sentence": told if isinstance(told, str) else ""}
    return render(request, "errors/404.html", context, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither user nor database, since either may be what failed."""
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)
