"""What happens around every page."""

import logging
import re
from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from webdial.dialstring import DialString
from webdial.dialstring.model import HttpTarget
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.mechanism import read_mechanism
from webdial.site.pages import errors
from webdial.site.pages.accounts.sessions import SeenSessions, is_of_user, write_seen
from webdial.site.pages.exchange_access import configuration_reader_of, exchange_of

log = logging.getLogger("webdial.configuration")

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

_HOST_SOURCE = re.compile(r"[A-Za-z0-9.-]+")
"""Hosts that a policy can name; an address of IPv6 is none."""

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


def forms_only(get_response: GetResponse) -> GetResponse:
    """Django's answer of 405 is empty, and browsers then say that the site does not work."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponseNotAllowed):
            page = await sync_to_async(errors.forms_only)(request)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware


forms_only.async_capable = True  # type: ignore[attr-defined]
forms_only.sync_capable = False  # type: ignore[attr-defined]


def session_seen(get_response: GetResponse) -> GetResponse:
    """Write down now and then that a session is in use: My account | Sessions shows when and where."""
    seen = SeenSessions()

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        # Looked at only where the view has read it: that costs no access of its own.
        if request.session.accessed and hasattr(request.session, "_session_cache"):
            key = request.session.session_key
            if key and is_of_user(request) and seen.is_due(key):
                await sync_to_async(_write_seen)(request)
        return response

    return middleware


session_seen.async_capable = True  # type: ignore[attr-defined]
session_seen.sync_capable = False  # type: ignore[attr-defined]


def _write_seen(request: HttpRequest) -> None:
    try:
        write_seen(request)
    except DatabaseError:  # the page has done its work
        log.exception("a session could not be written down as in use")


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Pages run no script and load no file but our own, and forms go nowhere else.

    A form that places a call by a link is answered by a redirect to that link, which browsers
    allow only when it stands under form-action.
    """

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        targets = " ".join(sorted(_link_targets(exchange_of(request).configuration)))
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self' {targets}"
        )
        return response

    return middleware


content_security_policy.async_capable = True  # type: ignore[attr-defined]
content_security_policy.sync_capable = False  # type: ignore[attr-defined]


def _link_targets(configuration: Configuration) -> set[str]:
    """Where links lead that may be handed over: by settings in force, by phone systems set up."""
    mechanism = key_of(MECHANISM.name)
    values = (value for (key, _), value in configuration.values.items() if key == mechanism)
    strings = [read_mechanism(value).string for value in values]
    for setup in configuration.setups.values():
        if setup.is_active and setup.system is not None:
            dial = setup.system.dial
            strings += [dial.request, dial.internal]
    targets = {_target_of_link(string) for string in strings if string is not None}
    return {"tel:"} | (targets - {""})


def _target_of_link(string: DialString) -> str:
    """A source of CSP 3 section 2.3.1: a scheme, or scheme and host; empty for a request."""
    match string.target:
        case _ if not string.is_link:
            return ""
        case HttpTarget() as target:
            return _target_of_web_address(target)
        case (str(first), *_):
            return first.partition(":")[0] + ":"
    return ""


def _target_of_web_address(target: HttpTarget) -> str:
    """As narrow as can be told before the values are known."""
    if not isinstance(target.scheme, str):
        return "http:"  # stands for https: as well
    match target.host:
        case (str(host),) if _HOST_SOURCE.fullmatch(host):
            port = "" if target.port is None else f":{target.port}"
            return (
                f"{target.scheme}://{host}{port if isinstance(target.port, int | None) else ':*'}"
            )
    return f"{target.scheme}:"
