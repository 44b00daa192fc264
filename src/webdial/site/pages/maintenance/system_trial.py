"""Testing a phone system that is set up: every request as it would leave, then one real call on demand.

Only one's own phone is dialled from here. The call is written down like any other, and sent once.
"""

from dataclasses import dataclass, replace
from typing import Final

from asgiref.sync import sync_to_async
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from webdial.errors import WebdialError
from webdial.exchange import Exchange
from webdial.exchange.calls import Channel, PlacedCall
from webdial.exchange.duplicates import Once
from webdial.exchange.outcome import Verdict
from webdial.exchange.ringing import UnconfirmedError
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.trials import Trial, TriedStep
from webdial.language import translatable, translate
from webdial.site.domain.rights import Subject
from webdial.site.models import PhoneSystemSetup
from webdial.site.pages.emergency import is_confirmed
from webdial.site.pages.exchange_access import exchange_of, system_caller_of
from webdial.site.pages.kept_words import told_verdict
from webdial.site.pages.maintenance.function_source import typed_text
from webdial.site.pages.maintenance.phone_systems import find_setup
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER, ShownPlan, shown_plan
from webdial.site.pages.maintenance.system_preview import previewed
from webdial.site.pages.maintenance.system_words import ShownSystem
from webdial.site.pages.maintenance.user_choice import chosen_user
from webdial.site.pages.one_time import once_of_form, spend_form
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

_USES: Final = {
    "success": translatable("Success"),
    "message": translatable("Message"),
    "call_id": translatable("Call id"),
    "expired": translatable("Log-in has lapsed"),
    "lasts_s": translatable("Lasts"),
    "access_token": translatable("Access token"),
    "new_refresh_token": translatable("New refresh token"),
}
"""The keys of rules and readings in a file, as the page calls them."""


@dataclass(frozen=True, slots=True)
class ShownRead:
    """A rule or reading of the file and what it made of an answer."""

    title: str
    source: str
    is_rule: bool
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class ShownTry:
    """A request as it left, and its answer."""

    title: str
    plan: ShownPlan
    status: int | None
    headers: tuple[tuple[str, str], ...]
    answer: str
    failure: str
    read: tuple[ShownRead, ...]

    @classmethod
    def of_step(cls, step: TriedStep) -> "ShownTry":
        read = tuple(
            ShownRead(_use(each.use), each.source, each.is_rule, each.holds, each.found)
            for each in step.read
        )
        return cls(
            step.part.title, shown_plan(step.request), step.status, step.answer_headers, step.answer,
            step.failure, read,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialled:
    """A real call and what came of it; `error` says why there was none.

    `is_unconfirmed` tells that an emergency number wants the second press.
    """

    call: PlacedCall | None = None
    verdict: Verdict | None = None
    tries: tuple[ShownTry, ...] = ()
    error: ShownError | None = None
    is_unconfirmed: bool = False


@wants(Subject.PHONE_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
async def test_setup(request: PageRequest, setup_id: int) -> HttpResponse:
    """The page; a POST dials, once for each page that was shown."""
    setup = await sync_to_async(find_setup)(setup_id)
    asked = request.POST if request.method == "POST" else request.GET
    choice = await sync_to_async(chosen_user)(typed_text(asked, "user", default=request.user.login))
    number = typed_text(asked, "number", default=request.user.extension or SAMPLE_NUMBER)
    exchange = exchange_of(request)
    preview = previewed(exchange.configuration, setup.pk, choice, number)
    is_own = choice.user == request.user
    dialled = None
    if request.method == "POST":
        dialled = await _dial(request, setup, number, is_own=is_own)
    system = exchange.configuration.setup_by_id(setup.pk)
    context = {
        "setup": setup,
        "shown": ShownSystem(system.system) if system and system.system else None,
        "choice": choice,
        "number": number,
        "preview": preview,
        "is_own": is_own,
        "may_dial": is_own and preview.is_complete and not preview.link,
        "dialled": dialled,
    }
    status = 422 if dialled and dialled.error else 200
    template = "maintenance/phone_systems/test.html"
    return await sync_to_async(render)(request, template, context, status=status)


async def _dial(
    request: PageRequest, setup: PhoneSystemSetup, number: str, *, is_own: bool
) -> Dialled:
    if not is_own:
        return Dialled(error=ShownError(translate("Only your own phone is dialled from here.")))
    user_id = request.user.pk
    once = once_of_form(request, user_id, "trial", str(setup.pk), number)
    if once is None:
        return Dialled(error=ShownError(translate("Load this page again, then press Dial now.")))
    exchange = exchange_of(request)
    try:
        return await dial_once(
            exchange, system_caller_of(request), setup.pk, user_id, number,
            once=once, confirmed=is_confirmed(request),
        )  # fmt: skip
    except WebdialError as error:
        await spend_form(exchange.duplicates, once, error)
        is_unconfirmed = isinstance(error, UnconfirmedError)
        return Dialled(error=show_error(error), is_unconfirmed=is_unconfirmed)


async def dial_once(
    exchange: Exchange,
    systems: SystemCaller,
    setup_id: int,
    user_id: int,
    number: str,
    *,
    once: Once | None = None,
    confirmed: bool = False,
) -> Dialled:
    """Place a real call through the phone system, with a log-in of its own that is shown too.

    A page that is sent once more, by its id `once`, is shown which call it has dialled. Raises WebdialError when it was stopped before anything left.
    """
    prepared = replace(
        exchange.prepare_trial(number, user_id=user_id, setup_id=setup_id), is_confirmed=confirmed
    )
    if prepared.system_call is None:  # a link, which is opened and not sent
        return Dialled(
            error=ShownError(translate("This phone system takes a link: open it above."))
        )
    trial = Trial(prepared.system_call)
    caller = systems.watched(trial.observe)
    call = await exchange.place_trial(
        prepared, channel=Channel.PAGE, system_caller=caller, once=once
    )
    if call.repeats is not None:
        hint = translate("Look at what came of it below. To dial once more, press Dial now.")
        return Dialled(call, error=ShownError(translate("This page has dialled already."), hint))
    verdict = None if call.verdict is None else told_verdict(trial.masked(call.verdict))
    return Dialled(call, verdict, tuple(ShownTry.of_step(step) for step in trial.steps))


def _use(key: str) -> str:
    name = key.removeprefix("take ")
    return translate("Takes {name}", name=name) if name != key else translate(_USES.get(key, key))
