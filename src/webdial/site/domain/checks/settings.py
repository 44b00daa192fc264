"""Checks of the general settings and of the database function, over one picture of the configuration."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from django.core.checks import CheckMessage

from webdial.dialstring import DialString
from webdial.errors import WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import (
    MECHANISM,
    SETTINGS,
    definition_of,
    is_function,
    key_of,
    may_name_a_system,
)
from webdial.exchange.mechanism import read_mechanism
from webdial.exchange.systems import SystemSetup
from webdial.site.domain.checks import known
from webdial.site.domain.phone_systems import missing_of
from webdial.site.function_runner import compiled
from webdial.watcom import DELIVERED_FUNCTION

_NEARLY: Final = 0.9


def check_settings(configuration: Configuration) -> Iterator[CheckMessage]:
    """Every value that is kept, whether a user meets it or not."""
    for (key, branch_id), value in sorted(
        configuration.values.items(), key=lambda row: (row[0][0], row[0][1] or 0)
    ):
        where = "for all branches"
        if branch_id is not None:
            where = f"for the branch {configuration.branches.get(branch_id, branch_id)}"
        definition = definition_of(key)
        if definition is MECHANISM:
            yield from _check_mechanism(configuration, value, where)
        elif definition is not None:
            try:
                definition.check(value)
            except WebdialError as error:
                message = f"{definition.name} {where}: {error.message}"
                yield known.SETTING_WRONG.found(message, hint=error.hint)
        else:
            yield from _check_name(key)


def _check_name(key: str) -> Iterator[CheckMessage]:
    ours = {key_of(each.name): each.name for each in SETTINGS}
    if nearest := get_close_matches(key, ours, n=1, cutoff=_NEARLY):
        yield known.SETTING_MISSPELT.found(f"{key!r} is not {ours[nearest[0]]!r}.")


def _check_mechanism(
    configuration: Configuration, value: str, where: str
) -> Iterator[CheckMessage]:
    if is_function(value):
        return
    setup = configuration.setups.get(key_of(value))
    if setup is not None:
        yield from _check_named(setup, where)
    elif may_name_a_system(value):
        message = f"The setting {where} names “{value.strip()[:80]}”."
        yield known.SYSTEM_UNKNOWN.found(message)
    else:
        yield from _check_string(configuration, value, where)


def _check_named(setup: SystemSetup, where: str) -> Iterator[CheckMessage]:
    named = f"The setting {where} names “{setup.name}”"
    if setup.system is None:
        yield known.SYSTEM_FAULTY.found(f"{named}: {setup.fault}")
        return
    if not setup.is_active:
        yield known.SYSTEM_OFF.found(f"{named}.")
    if missing := missing_of(setup.system, setup.values):
        labels = ", ".join(field.label for field in missing)
        yield known.SYSTEM_NOT_FILLED_IN.found(f"{named}, which lacks: {labels}.")


def _check_string(configuration: Configuration, value: str, where: str) -> Iterator[CheckMessage]:
    mechanism = read_mechanism(value)
    if mechanism.fault is not None:
        # Where in the string is not told: a password may stand beside it.
        yield known.DIAL_STRING_FAULTY.found(
            f"The dial string {where}: {mechanism.fault.message}", hint=mechanism.fault.hint
        )
    elif mechanism.string is not None:
        yield from _check_credentials(configuration, mechanism.string, where)


def _check_credentials(
    configuration: Configuration, string: DialString, where: str
) -> Iterator[CheckMessage]:
    for name in sorted(string.names):
        kind, _, rest = name.partition(" ")
        if kind == "secret" and key_of(rest) not in configuration.credentials:
            message = f"The dial string {where} takes {{secret {rest}}}."
            yield known.CREDENTIAL_UNKNOWN.found(message)


def check_function(configuration: Configuration) -> Iterator[CheckMessage]:
    """Whether the function in force can be called, and was written where it is wanted."""
    source = configuration.function_source
    try:
        compiled(source)
    except WebdialError as error:
        yield known.FUNCTION_FAULTY.found(f"The database function: {error.message}")
        return
    is_wanted = any(
        is_function(value)
        for (key, _), value in configuration.values.items()
        if definition_of(key) is MECHANISM
    )
    if is_wanted and source == DELIVERED_FUNCTION:
        yield known.FUNCTION_AS_DELIVERED.found("The database function returns null.")
