"""What an address is: of the internet, of a private network, the server's own, or never to be asked.

An IPv6 address that carries an IPv4 address is judged by that one, or refused where such addresses are
of no use to a phone system.
"""

import ipaddress
import re
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from webdial.dialstring.hosts import is_host
from webdial.language import translatable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Kind(Enum):
    PUBLIC = "of the internet"
    PRIVATE = "of a private network"
    OWN_MACHINE = "of Webdial's own machine"
    NEVER = "never allowed"


_METADATA: Final = translatable("the metadata service of a cloud")
_LINK_LOCAL: Final = translatable("link-local, where clouds keep their metadata services")
_TUNNEL: Final = translatable("an IPv6 address that hides an IPv4 address")
_SPECIAL: Final = translatable("kept for special purposes, no machine's own address")

# IANA's registries of special-purpose addresses (RFC 6890), and where clouds keep the secrets of a machine:
# AWS, Azure, Google and others 169.254.169.254; AWS fd00:ec2::254; Google fd20:ce::254; Azure 168.63.129.16;
# Alibaba 100.100.100.200; Oracle 192.0.0.192, within 192.0.0.0/24.
_NEVER: Final = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        ("168.63.129.16/32", _METADATA),
        ("100.100.100.200/32", _METADATA),
        ("169.254.0.0/16", _LINK_LOCAL),
        ("0.0.0.0/8", _SPECIAL),
        ("192.0.0.0/24", _SPECIAL),
        ("192.88.99.0/24", _SPECIAL),
        ("224.0.0.0/4", _SPECIAL),
        ("240.0.0.0/4", _SPECIAL),
        ("fd00:ec2::/32", _METADATA),
        ("fd20:ce::/64", _METADATA),
        ("fe80::/10", _LINK_LOCAL),
        ("fec0::/10", _SPECIAL),
        ("ff00::/8", _SPECIAL),
        ("::/128", _SPECIAL),
        ("::/96", _TUNNEL),  # IPv4-compatible, RFC 4291 section 2.5.5.1
        ("::ffff:0:0:0/96", _TUNNEL),  # IPv4-translated, RFC 2765
        (
            "64:ff9b:1::/48",
            _TUNNEL,
        ),  # NAT64 of one's own, RFC 8215: where the IPv4 stands is not told
        ("2001::/32", _TUNNEL),  # Teredo
        ("2002::/16", _TUNNEL),  # 6to4
        ("100::/64", _SPECIAL),
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 section 6.1
_LOOPBACK_6: Final = IPv6Address("::1")

# "Ends in a number", URL Standard section 3.5: such a host is an IPv4 address to whoever connects.
_NUMERIC: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)


def kind_of(address: Address) -> Kind:
    if isinstance(address, IPv6Address) and (inner := _carried(address)) is not None:
        return kind_of(inner)
    if address.is_loopback:
        return Kind.OWN_MACHINE
    if never_why(address):
        return Kind.NEVER
    return Kind.PUBLIC if address.is_global else Kind.PRIVATE


def never_why(address: Address) -> str:
    """Why the address is never asked; empty for one that may be."""
    if isinstance(address, IPv6Address):
        if (inner := _carried(address)) is not None:
            return never_why(inner)
        if address.scope_id is not None:
            return _LINK_LOCAL
        if address != _LOOPBACK_6 and int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
            return _TUNNEL
        if address == _LOOPBACK_6:
            return ""
    return next((why for network, why in _NEVER if address in network), "")


def never_why_all(network: Network) -> str:
    """Why no address of a whole network is ever asked; empty when one of them may be."""
    if network.prefixlen == network.max_prefixlen:
        return never_why(network.network_address)
    return next((why for each, why in _NEVER if _is_within(network, each)), "")


def _is_within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a connection to `address` ends at, where it is told."""
    if address.scope_id is None and address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def plain(address: Address) -> Address:
    """The same address; a mapped one as the IPv4 address that it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def read_address(text: str) -> Address | None:
    """An address in its usual form: IPv4 in four decimal numbers without leading zeros, or IPv6."""
    try:
        return plain(ipaddress.ip_address(text))
    except ValueError:
        return None


def read_host(host: str) -> str | Address | None:
    """A host of a URL: an address, or a name in small letters; None when it is neither.

    What only some programs take for an address (127.1, 0177.0.0.1, 2130706433, 0x7f000001) is neither,
    and so is whatever is not yet in ASCII.
    """
    if ":" in host:
        is_bracketed = host.startswith("[") and host.endswith("]")
        return read_address(host[1:-1] if is_bracketed else host)
    name = host.lower().removesuffix(".")
    if not name.isascii() or not name or name.endswith("."):
        return None
    if _NUMERIC.fullmatch(name.rpartition(".")[2]):
        return read_address(name)
    return name if is_host(name) else None


def host_form(read: str | Address) -> str:
    """How a host is written where it is compared."""
    return read if isinstance(read, str) else str(plain(read))


def is_own_machine(read: str | Address) -> bool:
    """Whether a host is the server's own machine by what is written (RFC 6761 section 6.3)."""
    if isinstance(read, str):
        return read == "localhost" or read.endswith(".localhost")
    return kind_of(read) is Kind.OWN_MACHINE
