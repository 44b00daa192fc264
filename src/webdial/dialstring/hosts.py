"""What a host may be: a name (RFC 1035, IDNA 2008) or an address."""

import ipaddress
import re
from typing import Final

import idna

# RFC 1035 section 2.3.4, and the underscore that some networks have in names.
LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
HOST_MAX: Final = 253
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"  # RFC 3986 section 3.2.2, dec-octet
IPV4: Final = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
DOT: Final = re.compile("[.\u3002\uff0e\uff61]")  # as in a name outside ASCII: UTS 46 section 4


def is_host(name: str) -> bool:
    """Whether `name`, in ASCII, is a host's name or an IPv4 address."""
    labels = name.removesuffix(".").split(".")
    if len(name.removesuffix(".")) > HOST_MAX or not all(map(LABEL.fullmatch, labels)):
        return False
    return not labels[-1].isdigit() or IPV4.fullmatch(name) is not None


def is_ipv6(host: str) -> bool:
    """Whether `host` is an IPv6 address in brackets."""
    return host.startswith("[") and host.endswith("]") and is_ipv6_address(host[1:-1])


def is_ipv6_address(text: str) -> bool:
    if ":" not in text:
        return False
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return address.scope_id is None


def ascii_name(name: str) -> str:
    """The name as it is looked up (UTS 46, not transitional); empty when it has no form in ASCII."""
    if name.isascii():
        return name
    try:
        return ".".join(_ascii_label(label) for label in DOT.split(name))
    except UnicodeError:
        return ""


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return idna.encode(label, uts46=True, transitional=False).decode("ascii")
