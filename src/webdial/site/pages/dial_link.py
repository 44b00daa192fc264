"""The small page behind a telephone link of any other page: the number, who will ring, one button.

The browser opens it for `tel:` links (navigator.registerProtocolHandler, the web app's manifest), other
programs' pages by <webdial-number>, a bookmarklet or a link of their own. Opening it dials nothing: only
its form does, by a person's press, and dial-link.js takes none that was meant for the page before.
"""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webdial.errors import CallNotPlacedError, InvalidValueError, WebdialError
from webdial.exchange.numbering import rules_in_force
from webdial.language import translate
from webdial.numbers import MAX_TYPED, without_marks
from webdial.numbers.tel_links import LinkedNumber, read_link
from webdial.site.domain.clicked_links import number_of, was_handed_over
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import show_error

FIELD: Final = "to"

_MAX_LINK: Final = 4 * MAX_TYPED
"""Characters looked at of a link in the address, where one may be written as three."""

_BEGINNING: Final = re.compile(r"(?:tel(?::|%3A)(?:/|%2F){0,2})?\+?", re.IGNORECASE)


@signed_in
@require_safe
def dial_link(request: PageRequest) -> HttpResponse:
    asked = asked_for(request.META.get("QUERY_STRING", ""))
    context = {
        "typed": number_of(asked)[:MAX_TYPED],
        "own_phone": own_phone(request),
        "asked_by": _asked_by(request),
        "hides_quick_dial": True,
    }
    try:
        linked = _read(request, asked)
    except WebdialError as error:
        context["error"] = show_error(error)
        return render(request, "dial_link.html", context, status=422)
    context["linked"] = linked
    return render(request, "dial_link.html", context)


def asked_for(query: str) -> str:
    """The link in an address, where `+` is a plus at a number's beginning, and a blank behind it.

    Browsers write a plus as %2B; people, and programs that encode as forms do, write it both ways.
    """
    for field in query.split("&"):
        name, _, value = field.partition("=")
        if name == FIELD:
            value = value[:_MAX_LINK]
            match = _BEGINNING.match(value)
            begins = match.end() if match else 0
            link = unquote(value[:begins] + value[begins:].replace("+", " "))
            return without_marks(link).strip()  # or digits are shown the other way round
    return ""


def _read(request: PageRequest, asked: str) -> LinkedNumber:
    """Raises WebdialError for what cannot be dialled from here."""
    if was_handed_over(asked, request.user.pk):
        raise InvalidValueError(
            translate("This link came back to where it was sent from."),
            hint=translate(
                "Your calls are made by this machine's program for telephone links, and in this browser that is "
                "Webdial itself. Choose another program in the browser's settings for protocol handlers."
            ),
        )
    return read_link(asked, country=_country(request))


def _country(request: PageRequest) -> str:
    try:
        configuration = exchange_of(request).configuration
        return rules_in_force(configuration, request.user.branch_id).country
    except CallNotPlacedError:  # told when the number is dialled
        return ""


def _asked_by(request: HttpRequest) -> str:
    """The host of another site whose page led here, where the browser tells it."""
    if request.headers.get("Sec-Fetch-Site") != "cross-site":
        return ""
    try:
        return urlsplit(request.headers.get("Referer", "")).hostname or ""
    except ValueError:
        return ""
