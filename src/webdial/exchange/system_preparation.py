"""A call through a phone system, decided to the end: nothing is missing, nothing has left."""

from typing import Final

from webdial.dialstring import EXTENSION
from webdial.errors import CallNotPlacedError
from webdial.exchange.calls import PreparedCall, TimeLimits
from webdial.exchange.named_hosts import check_plan
from webdial.exchange.resolving import Resolver
from webdial.exchange.systems import SystemCall, SystemSetup
from webdial.language import translatable, translate
from webdial.phonesystems import Owner

_WHERE_FILLED_IN: Final = {
    Owner.SITE: translatable("An administrator fills them in under Maintenance | Phone Systems."),
    Owner.USER: translatable("Fill them in under My phones."),
    Owner.PHONE: translatable("Fill them in under My phones."),
}


def prepared_by_system(
    resolver: Resolver, setup: SystemSetup, explanation: str, limits: TimeLimits
) -> PreparedCall:
    """The call as it will be placed. Raises WebdialError for whatever stops it before anything leaves."""
    path = resolver.path_to_system(setup)
    call = resolver.for_system(setup, path)
    system = call.system
    if system.dial.time_limit_s is not None:
        limits = TimeLimits(limits.connect_s, system.dial.time_limit_s)
    if system.sign_in is not None:
        _check_signed_in(resolver, setup)
    _check_filled_in(call)
    is_link = call.request.is_link
    plan = call.request.plan(call.values) if is_link else call.shown()
    if not setup.starts_at_computer:
        check_plan(resolver.configuration, plan)
    return PreparedCall(
        caller=resolver.caller,
        number=resolver.number,
        plan=plan,
        setting_source=f"phone system {setup.name}, {explanation}",
        limits=limits,
        system_call=None if is_link else call,
        phone_system=setup.name,
        path=path,
    )


def _check_signed_in(resolver: Resolver, setup: SystemSetup) -> None:
    if (setup.id, resolver.caller.user_id) not in resolver.configuration.signed_in:
        raise CallNotPlacedError(
            translate(
                "You are not signed in to the phone system “{name}”, so nothing was dialled.",
                name=setup.name,
            ),
            hint=translate("Sign in to it once under My phones."),
            code="signed_out",
        )


def _check_filled_in(call: SystemCall) -> None:
    """Whatever is not filled in is told before anything leaves, the secrets of a log-in too."""
    bound = call.bound
    if bound is not None and bound.is_filled_in:
        return
    _tell_missing(call)
    if bound is not None:
        bound.is_filled_in = True


def _tell_missing(call: SystemCall) -> None:
    system, values = call.system, call.values
    missing = [
        name
        for name in system.wanted_values(call.request)
        if not values.more.get(name) and name not in values.optional
    ]
    if missing:
        fields = [system.values[name] for name in missing]
        raise CallNotPlacedError(
            translate(
                "The phone system “{name}” needs what is not filled in: {fields}.",
                name=call.setup.name,
                fields=", ".join(each.label for each in fields),
            ),
            hint=translate(
                _WHERE_FILLED_IN[max((each.of for each in fields), key=list(Owner).index)]
            ),
            code="value_missing",
        )
    if system.log_in is not None and not values.extension and EXTENSION in system.admission_names:
        for step in system.log_in.steps:
            step.request.shown(values)
