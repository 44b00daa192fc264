"""Explain: the path from a number as typed to what would be sent, step by step, without sending."""

from dataclasses import dataclass, replace

from asgiref.sync import sync_to_async
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from webdial.errors import WebdialError
from webdial.exchange import Caller, Exchange, PreparedCall
from webdial.exchange.configuration import Configuration, EffectiveValue, Source
from webdial.exchange.general_settings import MECHANISM, definition_of, is_function
from webdial.exchange.ringing import RingingTold
from webdial.language import translate
from webdial.numbers import CleanNumber, NumberStep, StepKind, clean_number
from webdial.site.domain.rights import Subject
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER, ShownPlan, shown_plan
from webdial.site.pages.maintenance.user_choice import chosen_user
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of the number; `url` is the page of the setting that made it, empty when none did."""

    step: NumberStep
    url: str

    @property
    def title(self) -> str:
        return translate(self.step.kind.value)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Each step as far as it goes; an error stands at the step where the path ends."""

    caller: Caller | None = None
    caller_error: ShownError | None = None
    number: CleanNumber | None = None
    number_error: ShownError | None = None
    steps: tuple[ShownStep, ...] = ()
    setting: EffectiveValue | None = None
    setting_url: str = ""
    prepared: PreparedCall | None = None
    plan: ShownPlan | None = None
    plan_error: ShownError | None = None
    ringing: RingingTold | None = None
    ringing_url: str = ""

    @property
    def dialled(self) -> str:
        """What is dialled of the number, as far as the path goes."""
        if self.prepared is not None:
            return self.prepared.dialled
        return "" if self.number is None else self.number.dialled

    @property
    def is_standard_dialling(self) -> bool:
        return self.setting is not None and not self.setting.value.strip()

    @property
    def is_function(self) -> bool:
        return self.setting is not None and is_function(self.setting.value)


@wants(Subject.EXPLAIN)
@require_safe
async def explain_number(request: PageRequest) -> HttpResponse:
    is_asked = "number" in request.GET
    typed_number = request.GET.get("number", "")
    choice = await sync_to_async(chosen_user)(request.GET.get("user", request.user.login))
    explanation = (
        await explain(exchange_of(request), typed_number, user_id=choice.user.pk)
        if is_asked and choice.user
        else None
    )
    context = {
        "choice": choice,
        "typed_number": typed_number,
        "sample_number": SAMPLE_NUMBER,
        "is_asked": is_asked,
        "explanation": explanation,
    }
    return await sync_to_async(render)(request, "maintenance/explain.html", context)


async def explain(exchange: Exchange, typed: str, *, user_id: int) -> Explanation:
    """What would come of `typed` if the user dialled it now. Nothing is sent or written down."""
    try:
        caller = exchange.configuration.caller(user_id)
    except WebdialError as error:
        return Explanation(caller_error=show_error(error, field="user"))
    setting = exchange.configuration.effective(MECHANISM, caller.branch_id)
    path = Explanation(caller, setting=setting, setting_url=_setting_url(setting, caller))
    try:
        path = replace(path, number=clean_number(typed))
    except WebdialError as error:
        return replace(path, number_error=show_error(error, field="number"))
    try:
        prepared = await exchange.prepare_call(typed, user_id=user_id)
    except WebdialError as error:
        return replace(path, plan_error=show_error(error))
    steps = tuple(
        _shown_step(step, exchange.configuration, caller)
        for step in prepared.steps
        if step.kind is not StepKind.CLEANED
    )
    path = replace(path, prepared=prepared, plan=shown_plan(prepared.plan), steps=steps)
    try:
        ringing = exchange.tell_ringing(prepared)
    except WebdialError as error:
        return replace(path, plan_error=show_error(error))
    definition = definition_of(ringing.setting) if ringing.setting else None
    if definition is None:
        return replace(path, ringing=ringing)
    value = exchange.configuration.effective(definition, caller.branch_id)
    return replace(path, ringing=ringing, ringing_url=_setting_url(value, caller))


def _shown_step(step: NumberStep, configuration: Configuration, caller: Caller) -> ShownStep:
    definition = definition_of(step.setting) if step.setting else None
    if definition is None:
        return ShownStep(step, "")
    value = configuration.effective(definition, caller.branch_id)
    return ShownStep(step, _setting_url(value, caller))


def _setting_url(setting: EffectiveValue, caller: Caller) -> str:
    """The page on which the value in force stands."""
    query: dict[str, str | int | None] = {"name": setting.name}
    if setting.source is Source.BRANCH:
        query["branch"] = caller.branch_id
    return reverse("maintenance:edit-setting", query=query)
