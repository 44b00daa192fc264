"""Where requests may go: decisions over names and addresses alone, without a look-up or a socket.

A host is admitted by name first: an administrator has named it, or it is on the list of allowed hosts.
Then every address that it has is judged. `guarded_connections` asks both for each request that leaves;
`named_hosts` makes the policy out of the configuration (docs/decisions/0022).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from webdial.dialstring import MASK
from webdial.errors import CallNotPlacedError
from webdial.exchange.addresses import (
    Address,
    Kind,
    host_form,
    is_own_machine,
    kind_of,
    never_why,
    read_address,
    read_host,
)
from webdial.exchange.allowed_hosts import NO_HOSTS, AllowedHosts
from webdial.language import translatable, translate

MAX_REMEMBERED: Final = 10_000
"""Decisions that are kept; beyond it all are made anew."""

_PORTS: Final = {"http": 80, "https": 443}
_HOW_TO_ALLOW: Final = translatable(
    "If it is meant, an administrator can add {entry} to Allowed Hosts in Maintenance | General Settings."
)
_NOT_NAMED: Final = translatable(
    "Webdial may not send requests to {host}, so nothing was sent there."
)
_OWN_MACHINE: Final = translatable(
    "Webdial may not send requests to its own machine ({host}), so nothing was sent there."
)
_LEADS_TO_OWN_MACHINE: Final = translatable(
    "{host} leads to Webdial's own machine ({address}), which is not allowed, so nothing was sent there."
)
_LEADS_INSIDE: Final = translatable(
    "{host} leads into a private network ({address}), which is not allowed, so nothing was sent there."
)
_LEADS_BOTH_WAYS: Final = translatable(
    "{host} has addresses of the internet and of a private network ({address}), so nothing was sent there."
)
_IS_NEVER: Final = translatable("Webdial never sends requests to {host}: {why}.")
_LEADS_TO_NEVER: Final = translatable(
    "{host} leads to {address}, where Webdial never sends requests: {why}."
)
_NOT_UNDERSTOOD: Final = translatable(
    "An address of {host} is not understood, so nothing was sent there."
)
_NO_HOST: Final = translatable(
    "“{host}” is no host's name and no address in its usual form, so nothing was sent there."
)
REFUSALS: Final = (
    *(_IS_NEVER, _LEADS_TO_NEVER, _OWN_MACHINE, _LEADS_TO_OWN_MACHINE, _NOT_NAMED),
    *(_LEADS_INSIDE, _LEADS_BOTH_WAYS, _NOT_UNDERSTOOD, _NO_HOST),
)
"""What is kept with a call, in English; told by webdial.site.pages.kept_words."""


class AddressNotAllowedError(CallNotPlacedError):
    """The network policy forbids the host or one of its addresses; nothing has left.

    `plain` is the sentence in English, as it is stored. `message` and `hint` are marked for translation.
    """

    code = "address_not_allowed"

    def __init__(self, message: str, *, hint: str = "", **values: str) -> None:
        self.plain = message.format_map(values)
        super().__init__(translate(message, **values), hint=translate(hint, **values))


@dataclass(frozen=True, slots=True)
class NamedHosts:
    """The hosts that an administrator wrote into a dial string, or into a phone system's fields or file.

    `exact` has each in the form of `host_form`, with the port for the server's own machine and None for
    all others. `suffixes` are the fixed ends of names whose beginning is a value: `.supplier.example`.
    """

    exact: frozenset[tuple[str, int | None]] = frozenset()
    suffixes: frozenset[str] = frozenset()


NOTHING_NAMED: Final = NamedHosts()


@dataclass(slots=True)
class AdmittedHost:
    """A host that may be asked, on one port, and which of its addresses may be connected to."""

    host: str
    port: int
    allowed: AllowedHosts = field(repr=False)
    may_be_private: bool
    """The very name was given. A name below an allowed one may lead to addresses of the internet alone."""
    may_be_own_machine: bool
    fits: set[str] = field(default_factory=set, repr=False)
    """Addresses that were judged before."""

    def judge(self, addresses: Iterable[str]) -> None:
        """Every address of the host, as text. One that is forbidden refuses the host whole.

        Raises AddressNotAllowedError.
        """
        texts = list(addresses)
        judged = [self._judge(text) for text in texts]
        for version in (4, 6):
            self._judge_mixture([each for each in judged if each.version == version])
        self._remember(texts)

    def judge_connected(self, address: str | None) -> None:
        """The address that a connection leads to. Raises AddressNotAllowedError."""
        if address not in self.fits:
            self._judge(address or "")
            self._remember([address or ""])

    def _judge(self, text: str) -> Address:
        address = read_address(text)
        if address is None:
            raise AddressNotAllowedError(_NOT_UNDERSTOOD, host=self.host)
        kind = kind_of(address)
        if kind is Kind.NEVER:
            raise _never(self.host, address)
        if self.allowed.has_address(address, self.port):
            return address
        if kind is Kind.OWN_MACHINE and not self.may_be_own_machine:
            raise self._refusal(_LEADS_TO_OWN_MACHINE, address)
        if kind is Kind.PRIVATE and not self.may_be_private:
            raise self._refusal(_LEADS_INSIDE, address)
        return address

    def _judge_mixture(self, addresses: list[Address]) -> None:
        """A name of the internet that also leads inside is how somebody outside reaches in."""
        unlisted = [each for each in addresses if not self.allowed.has_address(each, self.port)]
        private = [each for each in unlisted if kind_of(each) is Kind.PRIVATE]
        if private and any(kind_of(each) is Kind.PUBLIC for each in unlisted):
            raise self._refusal(_LEADS_BOTH_WAYS, private[0])

    def _refusal(self, message: str, address: Address) -> AddressNotAllowedError:
        text = str(address)
        return AddressNotAllowedError(
            message, hint=_HOW_TO_ALLOW, host=self.host, address=text, entry=text
        )

    def _remember(self, texts: Iterable[str]) -> None:
        if len(self.fits) >= MAX_REMEMBERED:
            self.fits.clear()
        self.fits.update(texts)


class NetworkPolicy:
    """One for each picture of the configuration, with the decisions that were made by it."""

    def __init__(
        self, *, named: NamedHosts = NOTHING_NAMED, allowed: AllowedHosts = NO_HOSTS
    ) -> None:
        self._named = named
        self._allowed = allowed
        self._admitted: dict[tuple[str, int], AdmittedHost] = {}
        self._checked: set[str] = set()

    def check_url(self, url: str) -> None:
        """As far as can be known without a look-up. Raises AddressNotAllowedError.

        A host with a secret in it, or with what only an answer will tell, is seen when it is asked.
        """
        scheme, _, rest = url.partition("://")
        start = f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"
        if start in self._checked or MASK in start or "{" in start:
            return
        try:
            parts = urlsplit(start)
            host, port = parts.hostname or "", parts.port or _PORTS.get(scheme, 0)
        except ValueError:
            raise _no_host(rest) from None
        self.admit(host, port)
        if len(self._checked) >= MAX_REMEMBERED:
            self._checked.clear()
        self._checked.add(start)

    def admit(self, host: str, port: int) -> AdmittedHost:
        """Whether `host` may be asked on `port`; one that is an address is judged to the end.

        Raises AddressNotAllowedError.
        """
        known = self._admitted.get((host, port))
        if known is None:
            known = self._admit(host, port)
            if len(self._admitted) >= MAX_REMEMBERED:
                self._admitted.clear()
            self._admitted[host, port] = known
        return known

    def _admit(self, host: str, port: int) -> AdmittedHost:
        read = read_host(host)
        if read is None:
            raise _no_host(host)
        name = host_form(read)
        if not isinstance(read, str) and kind_of(read) is Kind.NEVER:
            raise _never(name, read)
        is_named = self._is_named(name, port)
        is_listed = self._allowed.has_host(read, port)
        is_below = isinstance(read, str) and (
            self._allowed.has_parent_of(read, port)
            or any(read.endswith(suffix) for suffix in self._named.suffixes)
        )
        if not (is_named or is_listed or is_below):
            raise _not_named(read)
        own = is_own_machine(read) and (is_named or is_listed)
        admitted = AdmittedHost(name, port, self._allowed, is_named or is_listed, own)
        if not isinstance(read, str):
            admitted.judge([str(read)])
        return admitted

    def _is_named(self, name: str, port: int) -> bool:
        return (name, None) in self._named.exact or (name, port) in self._named.exact


def _no_host(host: str) -> AddressNotAllowedError:
    return AddressNotAllowedError(
        _NO_HOST,
        hint=translatable(
            "An IPv4 address has four decimal numbers without leading zeros, such as 192.168.7.231."
        ),
        host=host[:80],
    )


def _never(host: str, address: Address) -> AddressNotAllowedError:
    text, why = str(address), never_why(address)
    message = _IS_NEVER if host in {text, f"[{text}]"} else _LEADS_TO_NEVER
    return AddressNotAllowedError(message, host=host, address=text, why=translate(why))


def _not_named(read: str | Address) -> AddressNotAllowedError:
    message = _OWN_MACHINE if is_own_machine(read) else _NOT_NAMED
    name = host_form(read)
    return AddressNotAllowedError(message, hint=_HOW_TO_ALLOW, host=name, entry=name)
