"""Checks of where requests may go: what is set up, and would be refused by the network policy.

No name is looked up, so an address behind a name is not told of.
"""

import re
from collections.abc import Iterator
from typing import Final

from django.core.checks import CheckMessage

from webdial.errors import WebdialError
from webdial.exchange.addresses import Kind, kind_of, read_host
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, definition_of, is_function
from webdial.exchange.named_hosts import (
    allowed_hosts,
    known_for_user,
    named_hosts,
    policy_of,
    requests_of,
    targets_of,
)
from webdial.exchange.network_policy import NetworkPolicy
from webdial.site.domain.checks import known

MOST_TOLD: Final = 10

_WRITTEN_HOST: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?=[/?'\"#<|\s]|$)",
    re.IGNORECASE | re.ASCII,
)
_PORTS: Final = {"http": 80, "https": 443}


def check_network(configuration: Configuration) -> Iterator[CheckMessage]:
    policy = policy_of(configuration)
    yield from _check_named(configuration)
    yield from _check_function(configuration, policy)
    yield from _check_users(configuration, policy)


def _check_named(configuration: Configuration) -> Iterator[CheckMessage]:
    allowed = allowed_hosts(configuration)
    for host, port in sorted(named_hosts(configuration).exact, key=str):
        read = read_host(host)
        assert read is not None  # it was read to be named
        if not isinstance(read, str) and kind_of(read) is Kind.NEVER:
            yield known.HOST_NEVER_ALLOWED.found(f"Requests are to go to {host}.")
        elif port is not None and not allowed.has_host(read, port):  # only the own machine has one
            yield known.OWN_MACHINE_NAMED.found(f"Requests are to go to {host}:{port}.")


def _check_function(configuration: Configuration, policy: NetworkPolicy) -> Iterator[CheckMessage]:
    """Hosts that the function writes out; one that it puts together is not seen here."""
    is_wanted = any(
        is_function(value)
        for (key, _), value in configuration.values.items()
        if definition_of(key) is MECHANISM
    )
    found = _WRITTEN_HOST.finditer(configuration.function_source) if is_wanted else ()
    targets = {
        (match["host"].lower(), int(match["port"] or _PORTS[match["scheme"].lower()]))
        for match in found
    }
    refused = sorted(host for host, port in targets if not _is_allowed(policy, host, port))
    if refused:
        yield known.FUNCTION_HOST_NOT_ALLOWED.found(f"The function writes: {_first(refused)}.")


def _check_users(configuration: Configuration, policy: NetworkPolicy) -> Iterator[CheckMessage]:
    setups = {setup.id: setup for setup in configuration.setups.values()}
    refused: dict[str, set[str]] = {}
    for setup_id, user_id, phone_id in sorted(configuration.user_values, key=str):
        setup, caller = setups.get(setup_id), configuration.callers.get(user_id)
        if setup is None or setup.system is None or setup.starts_at_computer:
            continue
        if caller is None or not caller.is_active or not setup.is_active:
            continue
        values = known_for_user(configuration, setup, user_id, phone_id)
        for request in requests_of(setup.system):
            for host, port in targets_of(request, values):
                if not _is_allowed(policy, host, port):
                    refused.setdefault(setup.name, set()).add(f"{host} ({caller.login})")
    for name, hosts in refused.items():
        yield known.USERS_HOST_NOT_ALLOWED.found(f"“{name}”: {_first(sorted(hosts))}.")


def _is_allowed(policy: NetworkPolicy, host: str, port: int) -> bool:
    try:
        policy.admit(host, port)
    except WebdialError:
        return False
    return True


def _first(told: list[str]) -> str:
    more = len(told) - MOST_TOLD
    return ", ".join(told[:MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
