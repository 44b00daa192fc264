"""Addresses of clients, as attempts are counted by them: whoever has many is one, and many are not taken for one."""

import ipaddress
from typing import Final

_CUSTOMER_BITS: Final = 64
"""Of an IPv6 address: the least that a provider gives to one customer (RFC 6177 section 2)."""


def plain_address(address: str) -> str:
    """IPv4 as such, where a socket or a proxy that serves both tells it as IPv6 (`::ffff:192.0.2.7`, RFC 4291
    section 2.5.5.2). Those all begin with the same 64 bits, as if they came from one network.
    """
    found = _read(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return address if mapped is None else str(mapped)


def counted_address(address: str) -> str:
    """What all addresses have in common that one customer of a provider may choose among."""
    plain = plain_address(address)
    if not isinstance(_read(plain), ipaddress.IPv6Address):
        return plain
    return str(ipaddress.IPv6Network((plain, _CUSTOMER_BITS), strict=False))


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
