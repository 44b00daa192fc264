"""Checks of the users, over one picture of the configuration."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from django.core.checks import CheckMessage

from webdial.dialstring import EXTENSION
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.mechanism import read_mechanism
from webdial.phonesystems import PhoneSystem
from webdial.site.domain.checks import known
from webdial.site.models import Role, User

MOST_TOLD: Final = 5
"""Users that are named."""


def has_administrator() -> bool:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def check_people(
    configuration: Configuration, *, has_administrator: bool
) -> Iterator[CheckMessage]:
    yield from check_extensions(configuration)
    yield from check_tokens(configuration)
    if not has_administrator:
        yield known.NO_ADMINISTRATOR.found("There is no active administrator.")


def check_extensions(configuration: Configuration) -> Iterator[CheckMessage]:
    """Active users without an extension whose branch's setting takes one."""
    wants: dict[int | None, bool] = {}
    without: list[Caller] = []
    for caller in configuration.callers.values():
        if not caller.is_active or caller.extension:
            continue
        branch_id = caller.branch_id
        if branch_id not in wants:
            value = configuration.effective(MECHANISM, branch_id).value
            wants[branch_id] = wants_extension(configuration, value)
        if wants[branch_id]:
            without.append(caller)
    if without:
        logins = sorted(caller.login for caller in without)
        yield known.EXTENSION_MISSING.found(
            f"{len(without)} without an extension: {_first(logins)}."
        )


def wants_extension(configuration: Configuration, value: str) -> bool:
    """Whether a setting's value takes the extension. Of a function nobody knows beforehand."""
    setup = configuration.setups.get(key_of(value))
    if setup is not None:
        return setup.system is not None and _system_wants(setup.system)
    string = read_mechanism(value).string
    return string is not None and EXTENSION in string.names


def _system_wants(system: PhoneSystem) -> bool:
    internal = system.dial.internal
    names = system.dial.request.names | system.admission_names
    return EXTENSION in names or (internal is not None and EXTENSION in internal.names)


def check_tokens(configuration: Configuration) -> Iterator[CheckMessage]:
    callers = configuration.callers
    tokens = Counter(
        callers[user_id].login
        for user_id in (token.user_id for token in configuration.token_users.values())
        if user_id in callers and not callers[user_id].is_active
    )
    if tokens:
        message = f"{tokens.total()} tokens of deactivated users: {_first(sorted(tokens))}."
        yield known.TOKEN_OF_NOBODY.found(message)


def _first(logins: Iterable[str]) -> str:
    told = list(logins)
    more = len(told) - MOST_TOLD
    return ", ".join(told[:MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
