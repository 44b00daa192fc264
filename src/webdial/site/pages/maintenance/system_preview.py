"""What a call through a phone system that is set up would send, masked, and what is missing for it."""

from dataclasses import dataclass, replace

from django.urls import reverse

from webdial.dialstring import HttpRequest, Link
from webdial.errors import WebdialError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.network_policy import NetworkPolicy
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.exchange.systems import SystemCall, SystemSetup
from webdial.exchange.trials import ShownStep, dry_run
from webdial.language import translate
from webdial.numbers import NumberStep, StepKind, clean_number
from webdial.phonesystems import Owner
from webdial.site.pages.maintenance.preview import ShownPlan, shown_plan
from webdial.site.pages.maintenance.user_choice import UserChoice
from webdial.site.pages.personal_systems import personal_field_id
from webdial.site.pages.shown_errors import ShownError, show_error


@dataclass(frozen=True, slots=True)
class Missing:
    """A value without which nothing can be sent; `url` is where it is filled in, if that is a page."""

    label: str
    where: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request or link in its turn, masked; `takes` names what is taken from its answer."""

    title: str
    plan: ShownPlan
    takes: tuple[str, ...] = ()

    @classmethod
    def of_step(cls, step: ShownStep) -> "ShownRequest":
        return cls(step.part.title, shown_plan(step.plan), step.takes)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave for a user and a number; `error` where the way ends before that."""

    caller: Caller | None = None
    typed: str = ""
    dialled: str = ""
    steps: tuple[NumberStep, ...] = ()
    requests: tuple[ShownRequest, ...] = ()
    missing: tuple[Missing, ...] = ()
    is_signed_out: bool = False
    link: str = ""
    error: ShownError | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is there that a real call takes."""
        return bool(self.requests) and not (self.missing or self.is_signed_out or self.error)


def previewed(
    configuration: Configuration, setup_id: int, choice: UserChoice, number: str
) -> Preview:
    if choice.user is None:
        return Preview()
    try:
        return preview_of(configuration, setup_id, user_id=choice.user.pk, number=number)
    except WebdialError as error:
        return Preview(error=show_error(error))


def preview_of(
    configuration: Configuration, setup_id: int, *, user_id: int, number: str
) -> Preview:
    """What a call of the user would send. No secret is opened for it.

    Raises WebdialError when the number cannot be dialled or the user is none who calls.
    """
    caller = configuration.caller(user_id)
    setup = configuration.setup_by_id(setup_id)
    if setup is None or setup.system is None:
        fault = (
            setup.fault
            if setup
            else translate("It was not there a second ago; load the page anew.")
        )
        return Preview(caller, error=ShownError(translate("Its file has a fault."), fault))
    cleaned = clean_number(number)
    resolver = Resolver(configuration, caller, cleaned, show_nothing)
    path = resolver.path_to_system(setup)
    preview = Preview(
        caller,
        cleaned.typed,
        path.dialled,
        tuple(step for step in path.steps if step.kind is not StepKind.CLEANED),
        missing=missing_values(resolver.for_system(setup, path), caller),
        is_signed_out=_is_signed_out(configuration, setup, caller),
    )
    policy = policy_of(configuration)
    return _with_requests(preview, resolver.for_system(setup, path), policy)


def _with_requests(preview: Preview, call: SystemCall, policy: NetworkPolicy) -> Preview:
    try:
        steps = dry_run(call, unknown=frozenset(_unknown_names(call)))
    except WebdialError as error:
        return replace(preview, error=show_error(error))
    last = steps[-1].plan
    link = last.url if isinstance(last, Link) and not preview.missing else ""
    requests = tuple(ShownRequest.of_step(step) for step in steps)
    return replace(preview, requests=requests, link=link, error=_forbidden(call, steps, policy))


def _forbidden(
    call: SystemCall, steps: tuple[ShownStep, ...], policy: NetworkPolicy
) -> ShownError | None:
    """What the network policy says of these requests, where they leave from the server."""
    try:
        for step in () if call.setup.starts_at_computer else steps:
            if isinstance(step.plan, HttpRequest):
                policy.check_url(step.plan.url)
    except WebdialError as error:
        return show_error(error)
    return None


def _is_signed_out(configuration: Configuration, setup: SystemSetup, caller: Caller) -> bool:
    assert setup.system is not None
    is_needed = setup.system.sign_in is not None and not setup.system.is_link
    return is_needed and (setup.id, caller.user_id) not in configuration.signed_in


def _needed_names(call: SystemCall) -> frozenset[str]:
    names = call.request.names
    return names if call.request.is_link else names | call.system.admission_names


def _unknown_names(call: SystemCall) -> list[str]:
    """The names among those that a call needs for which nothing is there."""
    values = call.values
    fields = call.system.values
    unknown = [
        name
        for name in sorted(_needed_names(call) & fields.keys())
        if not (values.more.get(name) or fields[name].is_optional)
    ]
    if values.extension is None and "extension" in _needed_names(call):
        unknown.append("extension")
    return unknown


def missing_values(call: SystemCall, caller: Caller) -> tuple[Missing, ...]:
    """What is not filled in, each with where it belongs."""
    return tuple(_missing(call, name, caller) for name in _unknown_names(call))


def _missing(call: SystemCall, name: str, caller: Caller) -> Missing:
    if name == "extension":
        url = reverse("maintenance:edit-user", args=[caller.user_id])
        return Missing(
            translate("Extension"),
            translate("of {name}, in Maintenance | Users", name=caller.name),
            url,
        )
    field = call.system.values[name]
    if field.of is Owner.SITE:
        url = reverse("maintenance:edit-phone-system", args=[call.setup.id])
        return Missing(field.label, translate("in the set-up of this phone system"), url)
    # Its field: what a phone system wants that is not in use yet is folded away, and unfolds for it.
    field_id = personal_field_id(call.setup.id, name)
    url = reverse("maintenance:user-phones", args=[caller.user_id], fragment=field_id)
    return Missing(
        field.label,
        translate("{name} fills it in under My phones, or you do here", name=caller.name),
        url,
    )
