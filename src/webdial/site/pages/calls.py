"""Calls: placing one, following it, and the whole story of one.

A call is placed by POST alone; no address, image or link can make anybody's phone ring.
"""

import asyncio
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import NotFoundError, WebdialError
from webdial.exchange import Channel, Outcome
from webdial.exchange.calls import Repeat
from webdial.exchange.ringing import UnconfirmedError
from webdial.language import translate
from webdial.numbers import MAX_TYPED
from webdial.site.domain.calls import call_in_sight, calls_of_user, sight_of
from webdial.site.models import Call
from webdial.site.pages.call_display import CHANNELS, ShownCall, number_steps
from webdial.site.pages.call_list import list_calls, owners_dialled, with_names
from webdial.site.pages.dial import dial_page
from webdial.site.pages.directory import page_of_owner
from webdial.site.pages.emergency import ask_once_more, is_confirmed
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.one_time import again_of_form, once_of_form, renew_id, spend_form
from webdial.site.pages.own_phone import choose_phone, chosen_phone, own_phone, phone_id_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import show_error
from webdial.site.pages.too_often import ask_later_for
from webdial.site.threads import give_thread_back

WAIT_S: Final = 20.0
"""How long one request waits for an outcome: less than the 30 s after which many proxies give up."""

_PAUSE_S: Final = 2
"""Before asking again about a call that cannot be waited for here: another process places it."""

_PARTS: Final = {
    "panel": "partials/call_panel.html",
    "row": "partials/call_row.html",
    "story": "partials/call_state.html",
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
async def calls(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return await _place_call(request)
    return await sync_to_async(list_calls)(request)


@signed_in
@require_safe
def call(request: PageRequest, call_id: UUID) -> HttpResponse:
    row = _call_in_sight(request, call_id)
    shown = ShownCall.of_row(row, repeats=_repeats(request))
    owners = owners_dialled(request, [shown])
    context = {
        "whom": [(known.owner.name, page_of_owner(known.owner)) for known in owners.values()],
        "call": shown,
        "row": row,
        "channel": translate(CHANNELS.get(row.channel, row.channel)),
        "steps": number_steps(row),
        "is_own": row.user_id == request.user.pk,
        "own_phone": own_phone(request),
        "part": "story",
    }
    return render(request, "call.html", context)


@signed_in
@require_safe
def latest_call(request: PageRequest) -> HttpResponse:
    """The panel's content: the user's latest call, empty when there is none."""
    row = calls_of_user(request.user).first()
    if row is None:
        return HttpResponse(status=204)
    return renew_id(_part(request, ShownCall.of_row(row), "panel"))


@signed_in
@require_safe
async def call_line(request: PageRequest, call_id: UUID) -> HttpResponse:
    """One call as a part of a page; while it is being placed the answer waits for its outcome.

    `in` names the part: panel, row or story.
    """
    row = await sync_to_async(_call_in_sight)(request, call_id)
    placed = None
    pause_s = 0
    if row.outcome == Outcome.PLACING.value:
        await give_thread_back()
        loop = asyncio.get_running_loop()
        began = loop.time()
        placed = await exchange_of(request).outcome_of(call_id, wait_s=WAIT_S)
        pause_s = 0 if loop.time() - began >= _PAUSE_S else _PAUSE_S
        # The end is written down before it is told, so the row now holds the time of it as well.
        row = await sync_to_async(_call_in_sight)(request, call_id)
    shown = ShownCall.of_row(row, placed, repeats=_repeats(request))
    if (part := request.GET.get("in", "")) == "row":
        (shown,) = await sync_to_async(with_names)(request, [shown])
    return _part(request, shown, part, pause_s=pause_s)


async def _place_call(request: PageRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    exchange = exchange_of(request)
    phone_id = _phone_id(request)
    user_id = request.user.pk
    again = again_of_form(request)
    once = once_of_form(request, user_id, number, str(phone_id), str(again))
    try:
        placed = await exchange.start_call(
            number, user_id=user_id, channel=Channel.PAGE, phone_id=phone_id, once=once, again=again,
            is_confirmed=is_confirmed(request),
        )  # fmt: skip
    except WebdialError as error:
        await spend_form(exchange.duplicates, once, error)
        return await sync_to_async(_refuse)(request, number, error)
    choose_phone(request, phone_id)
    if request.htmx:
        return renew_id(_part(request, ShownCall.of_placed(placed), "panel"))
    if placed.link is not None and placed.repeats is None:
        return _hand_over(placed.link)
    # To the call's own page, so that loading it again dials nothing.
    told = f"?same={placed.repeats.value}" if placed.repeats else ""
    return HttpResponseRedirect(reverse("call", args=(placed.id,)) + told, status=303)


def _repeats(request: PageRequest) -> Repeat | None:
    """By the address: whether the call is shown to somebody who asked for it a second time."""
    told = request.GET.get("same")
    return next((each for each in Repeat if each.value == told), None)


def _phone_id(request: PageRequest) -> int | None:
    """The phone that the form names; for a form that names none, the one chosen in this session."""
    if (named := request.POST.get("phone")) is not None:
        return phone_id_of(named)
    phone = chosen_phone(request, exchange_of(request).configuration)
    return None if phone is None else phone.id


def _hand_over(link: str) -> HttpResponse:
    """Send the browser to a link: it starts the user's phone program and stays on its page.

    No redirect class of Django's: those let only web addresses through, and rewrite some
    characters, while a link goes out exactly as the dial string has it.
    """
    return HttpResponse(status=303, headers={"Location": link})


def _refuse(request: PageRequest, number: str, error: WebdialError) -> HttpResponse:
    """Nothing was dialled; why, where the user looks."""
    if isinstance(error, UnconfirmedError):
        return ask_once_more(request, number, error)
    ask_later_for(request, error)
    shown = show_error(error, field="number")
    if request.htmx:
        # Of a dial string that an administrator set, the caller sees nothing; it may hold a secret.
        returned = shown if error.error_code == "function_result_faulty" else None
        context = {"error": shown, "returned": returned, "number": number.strip()[:MAX_TYPED]}
        return renew_id(render(request, "partials/call_refused.html", context, status=422))
    return dial_page(request, typed=number[:MAX_TYPED], error=shown)


def _part(request: PageRequest, shown: ShownCall, part: str, *, pause_s: int = 0) -> HttpResponse:
    part = part if part in _PARTS else "panel"
    context = {
        "call": shown,
        "part": part,
        "is_live": shown.is_placing,
        "pause_s": pause_s,
        "sees_others": not sight_of(request.user).is_own,
        "own_phone": own_phone(request),
    }
    return render(request, _PARTS[part], context)


def _call_in_sight(request: PageRequest, call_id: UUID) -> Call:
    try:
        return call_in_sight(request.user, call_id)
    except NotFoundError as error:
        raise Http404(error.message) from error
