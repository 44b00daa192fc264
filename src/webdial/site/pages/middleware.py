"""What happens around every page."""

import logging
from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.mechanism import read_mechanism
from webdial.site.pages.exchange_access import configuration_reader_of, exchange_of

log = logging.getLogger("webdial.configuration")

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def configuration_refresh(get_response: GetResponse) -> GetResponse:
    """Whatever a page has changed is in force before its answer is seen."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if request.method not in _SAFE_METHODS:
            try:
                await sync_to_async(configuration_reader_of(request).refresh)()
            except DatabaseError:  # the page has done its work; a second later it is tried again
                log.exception("the configuration could not be looked at")
        return response

    return middleware


configuration_refresh.async_capable = True  # type: ignore[attr-defined]
configuration_refresh.sync_capable = False  # type: ignore[attr-defined]


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Pages run no script and load no file but our own, and forms go nowhere else.

    A form that places a call by a link is answered by a redirect to that link, which browsers
    allow only when its scheme stands under form-action.
    """

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        schemes = " ".join(sorted(_link_schemes(exchange_of(request).configuration)))
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self' {schemes}"
        )
        return response

    return middleware


content_security_policy.async_capable = True  # type: ignore[attr-defined]
content_security_policy.sync_capable = False  # type: ignore[attr-defined]


def _link_schemes(configuration: Configuration) -> set[str]:
    """Schemes of the links that settings in force may hand over; standard dialling's always."""
    mechanism = key_of(MECHANISM.name)
    schemes = {"tel:"}
    for (key, _), value in configuration.values.items():
        if key == mechanism and (scheme := _scheme_of_link(value)):
            schemes.add(scheme)
    return schemes


def _scheme_of_link(value: str) -> str | None:
    string = read_mechanism(value).string
    if string is None or not isinstance(string.target, tuple):
        return None
    return str(string.target[0]).partition(":")[0] + ":"
