"""The hosts that administrators have named, found in one picture of the configuration.

Named is what stands in a dial string of the setting, in the file of a phone system that is set up, and in
its fields for the site. What users fill in, what is a secret, and what a database function returns names
nothing: it must be among these, or on the list of allowed hosts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from webdial.dialstring import DialString, HttpRequest, Plan
from webdial.dialstring.model import HttpTarget
from webdial.dialstring.values import Field, Slot, Template
from webdial.errors import WebdialError
from webdial.exchange.addresses import host_form, is_own_machine, read_host
from webdial.exchange.allowed_hosts import NO_HOSTS, AllowedHosts, read_allowed_hosts
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import ALLOWED_HOSTS, MECHANISM, is_function, key_of
from webdial.exchange.mechanism import read_mechanism
from webdial.exchange.network_policy import NOTHING_NAMED, NamedHosts, NetworkPolicy
from webdial.exchange.systems import SystemSetup
from webdial.phonesystems import PhoneSystem

Known = Callable[[str], Collection[str]]
"""The values that a name may have, as far as administrators wrote them."""

MAX_OF_ONE: Final = 20_000
"""Hosts that one dial string can name, when other settings with a value for each branch stand in it."""

_PORTS: Final = {"http": 80, "https": 443}


def policy_of(configuration: Configuration) -> NetworkPolicy:
    """The network policy by one picture, made when it is first wanted."""
    made = configuration.network_policy
    if not made:
        made.append(
            NetworkPolicy(named=named_hosts(configuration), allowed=allowed_hosts(configuration))
        )
    return made[0]


def check_plan(configuration: Configuration, plan: Plan) -> None:
    """Whether a request may leave, as far as its URL tells; a link is opened elsewhere.

    Raises AddressNotAllowedError.
    """
    if isinstance(plan, HttpRequest):
        policy_of(configuration).check_url(plan.url)


def check_plan_of(
    string: DialString,
    plan: Plan,
    configuration: Configuration,
    given: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """As `check_plan`, for a dial string that an administrator is about to set.

    `given` are values that they write themselves. Raises AddressNotAllowedError.
    """
    if isinstance(plan, HttpRequest):
        settings = _of_settings(configuration)

        def known(name: str) -> Collection[str]:
            return (given[name],) if name in given else settings(name)

        named = _gathered([named_hosts(configuration), named_by(string, known)])
        NetworkPolicy(named=named, allowed=allowed_hosts(configuration)).check_url(plan.url)


def policy_for_values(system: PhoneSystem, values: Mapping[str, str]) -> NetworkPolicy:
    """For a trial of a file where whoever tries it gives every value: all hosts of it are named."""

    def known(name: str) -> Collection[str]:
        return (values[name],) if name in values else ()

    return NetworkPolicy(named=_gathered(named_by(each, known) for each in requests_of(system)))


def named_hosts(configuration: Configuration) -> NamedHosts:
    return _gathered(_of_configuration(configuration))


def allowed_hosts(configuration: Configuration) -> AllowedHosts:
    """The list; an empty one when what is kept cannot be read, which `webdial check` tells."""
    try:
        return read_allowed_hosts(configuration.effective(ALLOWED_HOSTS, None).value)
    except WebdialError:
        return NO_HOSTS


def _of_configuration(configuration: Configuration) -> Iterator[NamedHosts]:
    settings = _of_settings(configuration)
    mechanism = key_of(MECHANISM.name)
    texts = {text for (key, _), text in configuration.values.items() if key == mechanism}
    for text in texts:
        yield _by_itself(text) or named_by(_string_of(text), settings)
    for setup in configuration.setups.values():
        if setup.system is not None:
            known = _of_setup(setup, settings)
            yield from (named_by(request, known) for request in requests_of(setup.system))


@lru_cache(maxsize=20_000)
def _by_itself(text: str) -> NamedHosts | None:
    """What a value of the setting names; None when that depends on other settings.

    Remembered, since a change of anything makes another picture: 10,000 branches took 150 ms each time.
    """
    if is_function(text) or (string := read_mechanism(text).string) is None:
        return NOTHING_NAMED
    target = string.target
    if isinstance(target, HttpTarget) and any(
        isinstance(part, Slot) for part in (target.scheme, target.port, *target.host)
    ):
        return None
    return named_by(string, lambda _: ())


def _string_of(text: str) -> DialString:
    return read_mechanism(text).dial_string()


def requests_of(system: PhoneSystem) -> Iterator[DialString]:
    """Every request of a phone system's file that the server sends."""
    yield system.dial.request
    if system.dial.internal is not None:
        yield system.dial.internal
    if system.log_in is not None:
        yield from (step.request for step in system.log_in.steps)
    if (sign_in := system.sign_in) is not None:
        yield sign_in.token
        if sign_in.refresh is not None:
            yield sign_in.refresh


def named_by(string: DialString, known: Known) -> NamedHosts:
    """The hosts that a dial string names, with what is known of the values in it."""
    target = string.target
    if string.is_link or not isinstance(target, HttpTarget):
        return NOTHING_NAMED
    exact = {(host, port if is_own else None) for host, port, is_own in _targets(target, known)}
    return NamedHosts(frozenset(exact), _suffixes(target.host))


def targets_of(string: DialString, known: Known) -> Iterator[tuple[str, int]]:
    """Each host with each port that requests of a dial string may go to, as far as it is known."""
    if not string.is_link and isinstance(string.target, HttpTarget):
        yield from ((host, port) for host, port, _ in _targets(string.target, known))


def _targets(target: HttpTarget, known: Known) -> Iterator[tuple[str, int, bool]]:
    """Host, port, and whether it is the server's own machine."""
    for host in _texts(target.host, known):
        if (read := read_host(host)) is not None:
            is_own, form = is_own_machine(read), host_form(read)
            yield from ((form, port, is_own) for port in _ports(target, known))


def _texts(template: Template, known: Known) -> Iterator[str]:
    """The template with each known value; nothing when one of them is not known."""
    choices = [(part,) if isinstance(part, str) else _values(part, known) for part in template]
    return ("".join(chosen) for chosen in islice(product(*choices), MAX_OF_ONE))


def _values(slot: Slot, known: Known) -> Collection[str]:
    return known(slot.value.name) if isinstance(slot.value, Field) else ()


def _ports(target: HttpTarget, known: Known) -> Iterator[int]:
    match target.port, target.scheme:
        case int(port), _:
            yield port
        case Slot() as slot, _:
            yield from (int(text) for text in _values(slot, known) if text.isdecimal())
        case _, Slot() as slot:
            yield from (_PORTS[text] for text in _values(slot, known) if text in _PORTS)
        case _, scheme:
            yield _PORTS[scheme]


def _suffixes(template: Template) -> frozenset[str]:
    """The fixed end of a name with a value before it: two labels at least, such as .supplier.example."""
    last = template[-1]
    if len(template) < 2 or not isinstance(last, str):
        return frozenset()
    _, dot, rest = last.partition(".")
    is_name = dot and "." in rest and isinstance(read_host(rest), str)
    return frozenset({f".{rest.removesuffix('.').lower()}"}) if is_name else frozenset()


def _of_settings(configuration: Configuration) -> Known:
    """The values of `setting NAME`, for all branches and for each; administrators alone write them."""
    by_key: dict[str, set[str]] = {}
    for (key, _), text in configuration.values.items():
        by_key.setdefault(key, set()).add(text)

    def known(name: str) -> Collection[str]:
        kind, _, rest = name.partition(" ")
        return by_key.get(key_of(rest), ()) if kind == "setting" else ()

    return known


def _of_setup(setup: SystemSetup, settings: Known) -> Known:
    """The fields that are filled in for the site, else what the file gives; no secret, and no user's own."""

    def known(name: str) -> Collection[str]:
        declared = None if setup.system is None else setup.system.values.get(name)
        if declared is None:
            return settings(name)
        stored = setup.values.get(name)
        if stored is None:
            return (declared.default,)
        return () if stored.is_sealed else (stored.text,)

    return known


def known_for_user(
    configuration: Configuration, setup: SystemSetup, user_id: int, phone_id: int | None
) -> Known:
    """As the user's calls through a phone system have them: their own before the site's."""
    own = configuration.user_values.get((setup.id, user_id, phone_id), {})
    of_site = _of_setup(setup, _of_settings(configuration))

    def known(name: str) -> Collection[str]:
        stored = own.get(name)
        return of_site(name) if stored is None or stored.is_sealed else (stored.text,)

    return known


def _gathered(found: Iterable[NamedHosts]) -> NamedHosts:
    exact: set[tuple[str, int | None]] = set()
    suffixes: set[str] = set()
    for each in found:
        exact |= each.exact
        suffixes |= each.suffixes
    return NamedHosts(frozenset(exact), frozenset(suffixes))
