"""Signing in to a phone system in the browser: out to its page, back with a code, kept as tokens.

OAuth 2.0, RFC 6749 section 4.1, with state and the proof of RFC 7636. What is on its way stands in the
session, each of it good for one return.
"""

import re
import secrets
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from webdial.errors import WebdialError
from webdial.exchange.calls import TimeLimits
from webdial.exchange.general_settings import CONNECT_TIME_LIMIT, TOTAL_TIME_LIMIT, seconds
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.sign_ins import SignedIn, begin_sign_in, finish_sign_in
from webdial.exchange.systems import SystemSetup
from webdial.language import translatable, translate
from webdial.phonesystems import SignIn
from webdial.site.domain.sign_ins import end_sign_in, keep_sign_in
from webdial.site.pages.exchange_access import (
    configuration_reader_of,
    exchange_of,
    sender_of,
    system_caller_of,
)
from webdial.site.pages.kept_words import told_verdict
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in

DEPARTED: Final = "phone_sign_ins"
"""In the session: the sign-ins that are on their way."""

MOST_DEPARTED: Final = 5
"""Sign-ins on their way at once: tabs that were opened and forgotten."""

LONGEST_S: Final = 15 * 60.0
"""How long somebody may be on the phone system's page, a forgotten password looked up included."""

_REFUSALS: Final = {
    "access_denied": translatable("it was called off, or the phone system does not let you"),
    "unauthorized_client": translatable(
        "the phone system does not know this site; an administrator has to register it there"
    ),
    "invalid_scope": translatable(
        "the phone system does not grant what dialling needs; tell an administrator"
    ),
    "server_error": translatable("the phone system has a fault; try again in a minute"),
    "temporarily_unavailable": translatable("the phone system is busy; try again in a minute"),
}
_ERROR = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Departed:
    """A sign-in that is on its way, as it stands in the session."""

    setup_id: int
    state: str
    verifier: str
    redirect_uri: str
    began_at: float


@signed_in
@require_POST
async def begin(request: PageRequest, setup_id: int) -> HttpResponse:
    """Remember that the user has set out, and send the browser to the phone system's page.

    By a page and not by a redirect: the answer to a form may lead to the hosts of the content
    security policy alone, and where a phone system's page leads on to nobody knows.
    """
    setup, sign_in = _signing_in(request, setup_id)
    redirect_uri = redirect_uri_of(request)
    try:
        values = exchange_of(request).sign_in_values(setup, user_id=request.user.pk)
        departure = begin_sign_in(sign_in, values, redirect_uri)
    except WebdialError as error:
        messages.error(
            request,
            translate(
                "You cannot sign in to {name} yet: {message}",
                name=setup.name,
                message=error.message,
            ),
        )
        return redirect("phones")
    departed = Departed(
        setup.id, departure.state, departure.code_verifier, redirect_uri, time.time()
    )
    await sync_to_async(_remember)(request, departed)
    context = {"name": setup.name, "url": departure.url}
    return await sync_to_async(render)(request, "phone_sign_in.html", context)


@signed_in
@require_GET
@sensitive_variables()
async def done(request: PageRequest) -> HttpResponse:
    """The phone system's page has sent the browser back, with a code or with its reason why not."""
    departed = await sync_to_async(_take)(request, request.GET.get("state", ""))
    if departed is None:
        messages.error(
            request,
            translate("This sign-in was not begun here, or it took too long. Begin it once more."),
        )
        return redirect("phones")
    setup, sign_in = _signing_in(request, departed.setup_id)
    if "code" not in request.GET:
        why = _reason(request.GET.get("error", ""))
        messages.error(
            request, translate("You are not signed in to {name}: {why}.", name=setup.name, why=why)
        )
        return redirect("phones")
    given = await _exchange_code(request, setup, sign_in, departed)
    if isinstance(given, Verdict):
        why = told_verdict(given).message.rstrip(".") or given.outcome.label
        messages.error(
            request, translate("You are not signed in to {name}: {why}.", name=setup.name, why=why)
        )
        return redirect("phones")
    await sync_to_async(_keep)(request, setup, given)
    messages.success(request, translate("You are signed in to {name}.", name=setup.name))
    return redirect("phones")


@signed_in
@require_POST
def sign_out(request: PageRequest, setup_id: int) -> HttpResponse:
    name = forget_sign_in(request, setup_id, request.user.pk)
    messages.success(request, translate("You are signed out of {name}.", name=name))
    return redirect("phones")


def forget_sign_in(request: HttpRequest, setup_id: int, user_id: int) -> str:
    """End a user's sign-in; the name of the phone system. Raises Http404 when there is none."""
    setup = exchange_of(request).configuration.setup_by_id(setup_id)
    if setup is None:
        raise Http404(translate("There is no such phone system."))
    end_sign_in(setup_id, user_id)
    system_caller_of(request).sign_ins.forget(setup_id, user_id)
    return setup.name


def redirect_uri_of(request: HttpRequest) -> str:
    """Where phone systems send the browser back to: what is registered with them."""
    return request.build_absolute_uri(reverse("phone-sign-in-done"))


def _signing_in(request: HttpRequest, setup_id: int) -> tuple[SystemSetup, SignIn]:
    setup = exchange_of(request).configuration.setup_by_id(setup_id)
    sign_in = None if setup is None or setup.system is None else setup.system.sign_in
    if setup is None or sign_in is None or not setup.is_active:
        raise Http404(translate("There is no such phone system to sign in to."))
    return setup, sign_in


async def _exchange_code(
    request: PageRequest, setup: SystemSetup, sign_in: SignIn, departed: Departed
) -> SignedIn | Verdict:
    exchange = exchange_of(request)
    configuration = exchange.configuration
    branch_id = request.user.branch_id
    limits = TimeLimits(
        seconds(configuration.effective(CONNECT_TIME_LIMIT, branch_id).value),
        seconds(configuration.effective(TOTAL_TIME_LIMIT, branch_id).value),
    )
    try:
        values = exchange.sign_in_values(setup, user_id=request.user.pk)
    except WebdialError as error:
        return Verdict(Outcome.LOG_IN_FAILED, message=error.message)
    return await finish_sign_in(
        sign_in,
        values,
        code=request.GET["code"],
        verifier=departed.verifier,
        redirect_uri=departed.redirect_uri,
        fetch=partial(sender_of(request).fetch, limits=limits, certificate=setup.certificate),
    )


def _keep(request: PageRequest, setup: SystemSetup, given: SignedIn) -> None:
    keep_sign_in(setup.id, request.user.pk, given)
    system_caller_of(request).sign_ins.forget(setup.id, request.user.pk)
    configuration_reader_of(request).refresh()  # the next page must know of it


def _reason(error: str) -> str:
    if error in _REFUSALS:
        return translate(_REFUSALS[error])
    return (
        translate("the phone system says {error}", error=error)
        if _ERROR.fullmatch(error)
        else translate("it gave no reason")
    )


def _remember(request: PageRequest, departed: Departed) -> None:
    kept: list[dict[str, Any]] = request.session.get(DEPARTED, [])
    row = {name: getattr(departed, name) for name in Departed.__slots__}
    request.session[DEPARTED] = [*kept, row][-MOST_DEPARTED:]


def _take(request: PageRequest, state: str) -> Departed | None:
    """What was remembered under this state, once; None when it is unknown or too old."""
    kept: list[dict[str, Any]] = request.session.get(DEPARTED, [])
    given = state.encode("utf-8", "replace")
    found = [row for row in kept if secrets.compare_digest(row["state"].encode(), given)]
    if not found:
        return None
    request.session[DEPARTED] = [row for row in kept if row not in found]
    departed = Departed(**found[0])
    return departed if time.time() - departed.began_at < LONGEST_S else None
