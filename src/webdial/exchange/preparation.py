"""Decides everything about a call and does nothing yet: who dials what, by which mechanism, within which time."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from webdial.dialstring import DialString, Values
from webdial.errors import CallNotPlacedError
from webdial.exchange.calls import PreparedCall, TimeLimits
from webdial.exchange.configuration import Caller, Configuration, ConfigurationSource
from webdial.exchange.functions import DialFunction
from webdial.exchange.general_settings import (
    CONNECT_TIME_LIMIT,
    MECHANISM,
    TOTAL_TIME_LIMIT,
    is_function,
    seconds,
)
from webdial.exchange.mechanism import function_result, mechanism_of
from webdial.exchange.named_hosts import check_plan
from webdial.exchange.numbering import path_in_force
from webdial.exchange.resolving import Opener, Resolver
from webdial.exchange.system_preparation import prepared_by_system
from webdial.exchange.systems import SystemSetup, UserPhone
from webdial.language import translate
from webdial.numbers import CleanNumber, clean_number

_NOBODY: Final = CleanNumber("", "")


class Preparation:
    """For one exchange, by whatever configuration holds at the moment."""

    def __init__(
        self, configuration: ConfigurationSource, function: DialFunction, opener: Opener
    ) -> None:
        self._configuration = configuration
        self._function = function
        self._opener = opener

    async def call(self, number: str, *, user_id: int, phone_id: int | None = None) -> PreparedCall:
        """As Exchange.prepare_call."""
        configuration = self._configuration.current
        caller = configuration.caller(user_id)
        phone = None if phone_id is None else configuration.phone(user_id, phone_id)
        if phone is not None:
            caller = replace(caller, extension=phone.extension)
        resolver = Resolver(configuration, caller, clean_number(number), self._opener, phone_id)
        value, explanation = _mechanism_in_force(configuration, caller, phone)
        if is_function(value):
            given = path_in_force(configuration, caller.branch_id, resolver.number).number
            result = await self._function.dial_string(given, caller, configuration) or ""
            string, setup = function_result(result, configuration.setups)
            prepared = _prepared(resolver, string, setup, explanation)
            prepared = replace(prepared, is_by_function=True)
        else:
            string, setup = mechanism_of(value, configuration.setups)
            is_standard = not value.strip()
            prepared = _prepared(resolver, string, setup, explanation, is_standard=is_standard)
        return prepared if phone is None else replace(prepared, phone=phone.label)

    def trial(self, number: str, *, user_id: int, setup_id: int) -> PreparedCall:
        """As Exchange.prepare_trial."""
        configuration = self._configuration.current
        caller = configuration.caller(user_id)
        setup = configuration.setup_by_id(setup_id)
        if setup is None or setup.system is None:
            raise CallNotPlacedError(
                translate("This phone system is not set up, or its file has a fault."),
                code="phone_system_unusable",
            )
        resolver = Resolver(configuration, caller, clean_number(number), self._opener)
        return prepared_by_system(resolver, setup, "chosen for a trial", _limits_of(resolver))

    def sign_in_values(self, setup: SystemSetup, *, user_id: int) -> Values:
        """As Exchange.sign_in_values."""
        configuration = self._configuration.current
        caller = configuration.caller(user_id)
        return Resolver(configuration, caller, _NOBODY, self._opener).for_sign_in(setup)


def _mechanism_in_force(
    configuration: Configuration, caller: Caller, phone: UserPhone | None
) -> tuple[str, str]:
    """The value of the phone that was chosen, else of the caller's branch, and why it holds."""
    if phone is not None and phone.setup_id is not None:
        setup = configuration.setup_by_id(phone.setup_id)
        return ("" if setup is None else setup.name), f"set for the phone {phone.label}"
    effective = configuration.effective(MECHANISM, caller.branch_id)
    return effective.value, effective.explanation


def _prepared(
    resolver: Resolver,
    string: DialString | None,
    setup: SystemSetup | None,
    explanation: str,
    *,
    is_standard: bool = False,
) -> PreparedCall:
    """By a dial string or through a phone system: one of them is given."""
    limits = _limits_of(resolver)
    if setup is not None:
        return prepared_by_system(resolver, setup, explanation, limits)
    assert string is not None
    path = resolver.path_to_string(string)
    plan = string.plan(resolver.for_string(string, path))
    check_plan(resolver.configuration, plan)
    return PreparedCall(
        resolver.caller, resolver.number, plan, explanation, limits, path=path,
        is_standard=is_standard,
    )  # fmt: skip


def _limits_of(resolver: Resolver) -> TimeLimits:
    configuration, branch_id = resolver.configuration, resolver.caller.branch_id
    return _time_limits(
        configuration.effective(CONNECT_TIME_LIMIT, branch_id).value,
        configuration.effective(TOTAL_TIME_LIMIT, branch_id).value,
    )


@lru_cache(maxsize=256)
def _time_limits(connect: str, total: str) -> TimeLimits:
    return TimeLimits(connect_s=seconds(connect), total_s=seconds(total))
