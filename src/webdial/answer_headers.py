"""Headers that every answer bears, whoever made it: a page, the API, a file, what watches the server.

What an answer says by itself is left as it is. The content security policy of pages depends on where links
lead, so it is made by webdial.site.pages.middleware.
"""

from functools import lru_cache
from typing import Final

from starlette.types import Message, Send

Headers = tuple[tuple[bytes, bytes], ...]

_DEVICES: Final = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
"""What no page of ours asks a browser for, so that nothing that gets into one can."""

_FOR_ALL: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _DEVICES).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_OWN_PAGES_ALONE: Final = (b"cross-origin-resource-policy", b"same-origin")
_ANY_PAGE: Final = (b"cross-origin-resource-policy", b"cross-origin")
_NOT_KEPT: Final = (b"cache-control", b"no-store")
_NO_PAGE: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")

_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
"""RFC 6797, for a year; without includeSubDomains, since other hosts of the domain are not ours to decide on."""


class AnswerHeaders:
    """The headers by which kind of answer it is; `is_https_only` adds what makes browsers stay with https."""

    def __init__(self, *, is_https_only: bool) -> None:
        for_all = (*_FOR_ALL, _HSTS) if is_https_only else _FOR_ALL
        self.pages: Final[Headers] = (*for_all, _OWN_PAGES_ALONE, _NOT_KEPT)
        self.data: Final[Headers] = (*self.pages, _NO_PAGE)
        # The script of <webdial-number> is loaded by pages of other sites.
        self.files: Final[Headers] = (*for_all, _ANY_PAGE)


def telling(send: Send, headers: Headers) -> Send:
    """`send` that adds to an answer's beginning those of `headers` that it has not got."""

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = message.get("headers", ())
            names = tuple([name for name, _ in own])
            message = {**message, "headers": [*own, *_missing(headers, names)]}
        await send(message)

    return telling


@lru_cache(maxsize=1_024)
def _missing(headers: Headers, names: tuple[bytes, ...]) -> Headers:
    """Those of `headers` that an answer with these names has not got. Answers of one kind have the same."""
    own = {name.lower() for name in names}
    return tuple(each for each in headers if each[0] not in own)
