"""A call prepared for a user by the settings that are kept, and not placed."""

import asyncio
from dataclasses import dataclass

from webdial.cli.database import open_database
from webdial.cli.numbers import with_tried
from webdial.dialstring import HttpRequest
from webdial.exchange import Exchange, PreparedCall, TimeLimits, Verdict
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import SettingDefinition
from webdial.exchange.journal import Entry
from webdial.exchange.resolving import show_nothing
from webdial.exchange.ringing import RingingTold


@dataclass(frozen=True, slots=True)
class _Held:
    """A ConfigurationSource that always gives the same picture."""

    current: Configuration


class _Nobody:
    """Journal and sender of calls that are only prepared: neither is ever asked."""

    async def write(self, entry: Entry) -> None:
        raise AssertionError("A call that is only prepared is not written down.")

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        raise AssertionError("A call that is only prepared is not sent.")


def prepared_for_user(
    number: str, staff_id: str, tried: dict[SettingDefinition, str]
) -> tuple[PreparedCall, RingingTold]:
    """What the exchange would send if the user dialled now, with `tried` in place of what is set.

    With it, whether the user may ring this number now.
    """
    open_database()
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.domain.configuration import load_configuration  # noqa: PLC0415
    from webdial.site.domain.users import user_by_staff_id  # noqa: PLC0415
    from webdial.site.function_runner import DatabaseFunction  # noqa: PLC0415

    user_id = user_by_staff_id(staff_id).pk
    configuration = load_configuration()
    branch_id = configuration.caller(user_id).branch_id
    runner = DatabaseFunction(settings.DATABASE)
    exchange = Exchange(
        configuration=_Held(with_tried(configuration, branch_id, tried)),
        journal=_Nobody(),
        sender=_Nobody(),
        function=runner,
        opener=show_nothing,
        run_id="",
    )
    try:
        prepared = asyncio.run(exchange.prepare_call(number, user_id=user_id))
        return prepared, exchange.tell_ringing(prepared)
    finally:
        runner.close()
