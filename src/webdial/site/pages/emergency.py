"""An emergency number is rung by a second press, on whatever page it was dialled.

The first press is answered by what partials/emergency_press.html shows: the button that rings it, in a form that says so.
"""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from webdial.exchange.ringing import UnconfirmedError
from webdial.numbers import MAX_TYPED
from webdial.site.pages.one_time import renew_id
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.shown_errors import show_error

_FIELD: Final = "confirmed"


def is_confirmed(request: PageRequest) -> bool:
    """Whether the form came from the second press."""
    return _FIELD in request.POST


def ask_once_more(request: PageRequest, number: str, error: UnconfirmedError) -> HttpResponse:
    """For who dials as everybody does: a page, or a part of one, with the second press."""
    context = {
        "error": show_error(error),
        "number": number.strip()[:MAX_TYPED],
        "phone": request.POST.get("phone"),
        "own_phone": own_phone(request),
        "hides_quick_dial": True,
    }
    if request.htmx:
        return renew_id(render(request, "partials/emergency.html", context, status=422))
    return render(request, "emergency.html", context, status=422)
