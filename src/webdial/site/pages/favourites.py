"""Setting and taking stars, and the order of favourites."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from webdial.errors import NotFoundError, WebdialError
from webdial.language import translate
from webdial.site.domain.favourites import (
    OwnerKind,
    Starred,
    add_favourite,
    move_up,
    remove_favourite,
)
from webdial.site.domain.fields import id_in
from webdial.site.pages.directory import Kind
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_numbers import Star


@signed_in
@require_POST
def change_star(request: PageRequest) -> HttpResponse:
    """Set the star of a number (`set` is 1) or take it."""
    starred = _starred(request)
    is_set = request.POST.get("set") == "1"
    try:
        if is_set:
            add_favourite(request.user, starred)
        else:
            remove_favourite(request.user, starred)
    except NotFoundError as error:
        raise Http404(error.message) from error
    except WebdialError as error:
        if not request.htmx:
            messages.error(request, f"{error.message} {error.hint}".strip())
            return redirect(_back(request))
        is_set = False
        said = error.message
    else:
        said = ""
    if request.htmx:
        context = {
            "star": Star(starred, is_set),
            "who": request.POST.get("who", "")[:160],
            "back": _back(request),
            "said": said,
        }
        return render(request, "partials/star.html", context)
    return redirect(_back(request))


@signed_in
@require_POST
def move_favourite(request: PageRequest, favourite_id: int) -> HttpResponse:
    try:
        move_up(request.user, favourite_id)
    except NotFoundError as error:
        raise Http404(error.message) from error
    return redirect(f"{reverse('dial')}?list={Kind.FAVOURITES.value}")


def _starred(request: PageRequest) -> Starred:
    kind, owner_id = request.POST.get("kind", ""), id_in(request.POST.get("owner", ""))
    if kind not in set(OwnerKind) or owner_id is None:
        raise Http404(translate("There is no such number."))
    number = request.POST.get("starred", "")
    if len(number) > 80 or not number.isprintable():
        raise Http404(translate("There is no such number."))
    return Starred(OwnerKind(kind), owner_id, number)


def _back(request: PageRequest) -> str:
    """Where the star was clicked: a page of this site, else the Dial page."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/"):
        return back
    return reverse("dial")
