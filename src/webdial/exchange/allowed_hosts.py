"""The administrator's list of hosts that requests may go to: the general setting Allowed Hosts."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.dialstring.hosts import ascii_name
from webdial.errors import InvalidValueError
from webdial.exchange.addresses import (
    Address,
    Kind,
    Network,
    kind_of,
    never_why_all,
    plain,
    read_host,
)
from webdial.language import translatable, translate

OWN_MACHINE_NAME: Final = "localhost"

_OWN_MACHINE: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_PARTS: Final = re.compile(r"[\s,]+")
_WITH_PORT: Final = re.compile(
    r"(?P<host>\[[^\[\]]*\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)
_EXAMPLES: Final = translatable(
    "Names (pbx.example), *.names, addresses and networks (192.168.7.0/24) can stand here, each with a "
    ":port if you like."
)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What the list allows. Each entry holds for one port, or for all: None.

    `parents` are the names below which all are allowed, with their dot: `.supplier.example`.
    """

    names: frozenset[tuple[str, int | None]] = frozenset()
    parents: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[tuple[Network, int | None], ...] = ()

    def has_host(self, host: str | Address, port: int) -> bool:
        """Whether the list has the very name, or the address."""
        if isinstance(host, str):
            return self.has_name(host, port)
        return self.has_address(host, port)

    def has_name(self, name: str, port: int) -> bool:
        return (name, None) in self.names or (name, port) in self.names

    def has_parent_of(self, name: str, port: int) -> bool:
        return any(name.endswith(parent) and only in {None, port} for parent, only in self.parents)

    def has_address(self, address: Address, port: int) -> bool:
        """Whether the list has the address itself. The server's own only where it was meant."""
        address = plain(address)
        is_own = kind_of(address) is Kind.OWN_MACHINE
        return any(
            address in network and only in {None, port} and (not is_own or _is_own(network))
            for network, only in self.networks
        )


NO_HOSTS: Final = AllowedHosts()


@lru_cache(maxsize=64)
def read_allowed_hosts(text: str) -> AllowedHosts:
    """The entries, parted by commas, blanks or lines. Raises InvalidValueError for what is none."""
    names: set[tuple[str, int | None]] = set()
    parents: set[tuple[str, int | None]] = set()
    networks: list[tuple[Network, int | None]] = []
    for entry in filter(None, _PARTS.split(text)):
        host, port = _split(entry)
        if host.startswith("*."):
            parents.add((f".{_name(host[2:], entry)}", port))
        elif (network := _network(host, entry)) is not None:
            networks.append((network, port))
        else:
            name = _name(host, entry)
            names.add((name, port))
            if name == OWN_MACHINE_NAME:
                networks += [(network, port) for network in _OWN_MACHINE]
    return AllowedHosts(frozenset(names), frozenset(parents), tuple(networks))


def _split(entry: str) -> tuple[str, int | None]:
    if "://" in entry or "@" in entry:
        raise _wrong(entry, translatable("“{entry}” is a URL; its host alone is wanted."))
    if entry.count(":") > 1 and not entry.startswith("["):
        return entry, None
    match = _WITH_PORT.fullmatch(entry)
    if match is None:
        return entry, None
    port = None if match["port"] is None else int(match["port"])
    if port is not None and not 0 < port <= 65_535:
        raise _wrong(entry, translatable("“{entry}” has a port that is none."))
    return match["host"].removeprefix("[").removesuffix("]"), port


def _network(host: str, entry: str) -> Network | None:
    """A network, or an address as the network of that one; None for a name."""
    read = read_host(host)
    if "/" in host:
        try:
            network = ipaddress.ip_network(host)
        except ValueError:
            raise _wrong(
                entry,
                translatable(
                    "“{entry}” is no network: its first address, a slash, and how many bits are fixed."
                ),
            ) from None
    elif read is None or isinstance(read, str):
        return None
    else:
        network = ipaddress.ip_network(read)
    if why := never_why_all(network):
        raise _wrong(entry, translatable("“{entry}” is never allowed: {why}."), why=translate(why))
    return network


def _name(host: str, entry: str) -> str:
    read = read_host(ascii_name(host))
    if not isinstance(read, str):
        raise _wrong(entry, translatable("“{entry}” is no name, address or network."))
    return read


def _is_own(network: Network) -> bool:
    return kind_of(network.network_address) is Kind.OWN_MACHINE and network.prefixlen >= 8


def _wrong(entry: str, message: str, **values: str) -> InvalidValueError:
    return InvalidValueError(
        translate(message, entry=entry[:80], **values), field="value", hint=translate(_EXAMPLES)
    )
