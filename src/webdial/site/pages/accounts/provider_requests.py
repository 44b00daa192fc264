"""Requests to the company's provider: TLS by the authorities that this machine trusts.

The library brings a list of authorities of its own, in which a company's own authority is never found.
"""

import functools
import ssl
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

TIME_LIMIT_S: Final = 10


class _TrustedHere(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **kwargs)


def verified_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no password from a .netrc: as for calls
    session.max_redirects = 3
    session.mount("https://", _TrustedHere())
    session.request = functools.partial(  # type: ignore[method-assign]
        session.request, timeout=TIME_LIMIT_S
    )
    return session
