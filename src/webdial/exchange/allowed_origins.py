"""The administrator's list of sites whose pages may use the API: the general setting Allowed Origins."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from webdial.dialstring.hosts import ascii_name
from webdial.errors import InvalidValueError
from webdial.exchange.addresses import read_host
from webdial.language import translate

_PARTS: Final = re.compile(r"[\s,]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@lru_cache(maxsize=64)
def read_allowed_origins(text: str) -> frozenset[str]:
    """The origins as browsers write them (RFC 6454 section 6.2). Raises InvalidValueError for what is none."""
    return frozenset(_origin(entry) for entry in _PARTS.split(text) if entry)


def _origin(entry: str) -> str:
    try:
        url = urlsplit(entry)
        port = url.port
    except ValueError:
        raise _wrong(entry) from None
    host = url.hostname or ""
    more = url.path.strip("/") or url.query or url.fragment or "@" in url.netloc
    if url.scheme not in _DEFAULT_PORTS or not host or more or read_host(ascii_name(host)) is None:
        raise _wrong(entry)
    host = f"[{host}]" if ":" in host else ascii_name(host)
    is_usual = port is None or port == _DEFAULT_PORTS[url.scheme]
    return f"{url.scheme}://{host}" + ("" if is_usual else f":{port}")


def _wrong(entry: str) -> InvalidValueError:
    return InvalidValueError(
        translate("“{entry}” is no origin.", entry=entry[:80]),
        field="value",
        hint=translate(
            "An origin is https:// and a host, with a :port where it has one: https://crm.example."
        ),
    )
