"""The encoded requests a run sends: each asks for another number.

A number returns only after ten million requests, so a guard against ringing the same number twice
never meets one and nothing that remembers numbers gains from it. They are encoded one by one
(half a microsecond) instead of beforehand: a few hundred would come round again within a tenth of a second.

The numbers look like London ones as a person types them, `020 7946 0123`; none of them is dialled
anywhere but at the stand-in.
"""

import itertools
from collections.abc import Iterator

_NUMBERS = 10_000_000
_BODY = b'{"number": "020 7%03d %04d"}'
_BODY_BYTES = len(_BODY % (0, 0))


def numbers() -> Iterator[tuple[int, int]]:
    """The last three and four digits of one number after the other, without end."""
    return (divmod(count % _NUMBERS, 10_000) for count in itertools.count())


def posts(authority: str, path: str, *, token: str = "") -> Iterator[bytes]:
    """`POST path` with `{"number": ...}` as JSON; with `token` as the bearer, if there is one."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {authority}\r\n{bearer}"
        f"Content-Type: application/json\r\nContent-Length: {_BODY_BYTES}\r\n\r\n"
    )
    request = head.replace("%", "%%").encode("ascii") + _BODY
    return (request % digits for digits in numbers())


def dials(authority: str) -> Iterator[bytes]:
    """What a phone system gets at the end: `GET /dial?from=201&to=...`."""
    request = f"GET /dial?from=201&to=0207%03d%04d HTTP/1.1\r\nHost: {authority}\r\n\r\n"
    encoded = request.encode("ascii")
    return (encoded % digits for digits in numbers())
