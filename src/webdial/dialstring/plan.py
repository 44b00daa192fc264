"""What a dial string asks for once its values are in place: one HTTP request or one link."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from webdial.values import value_class

MASK = "••••"
"""Shown where a secret stands, whatever its length."""

_SECRET_HEADER = re.compile(
    r"(?:proxy-)?authorization|cookie|.*(?:token|secret|password|passwd|api-?key|license-?key"
    r"|signature|credential).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DigestLogin:
    """User and password for HTTP Digest (RFC 7616), which answers the phone system's challenge."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@value_class(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request, every value already encoded for its place.

    `headers` are those that the dial string makes; the sender adds what belongs to the transport
    (Host, Content-Length, User-Agent, Accept). `secrets` are the values in it that nobody may see, to be
    looked for in answers. `repr` shows the method alone: a secret may stand in any other part.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str | None = field(default=None, repr=False)
    digest: DigestLogin | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False, compare=False)
    shown: "HttpRequest | None" = field(default=None, repr=False, compare=False)
    """The same request with every secret masked, where it has any."""

    def masked(self) -> "HttpRequest":
        """The same request, fit to be shown and kept: secrets and secret headers hidden."""
        shown = self.shown or self
        digest = None if self.digest is None else DigestLogin(shown_user(shown.digest), MASK)
        headers = tuple(
            (name, _mask_credential(value) if _is_secret(name) else value)
            for name, value in shown.headers
        )
        return HttpRequest(shown.method, shown.url, headers, shown.body, digest)


@value_class(frozen=True, slots=True)
class Link:
    """A link for the user's own machine to open, such as `tel:+442079460123`."""

    url: str = field(repr=False)
    shown: "Link | None" = field(default=None, repr=False, compare=False)

    def masked(self) -> "Link":
        """The same link, fit to be shown and kept."""
        return replace(self.shown or self, shown=None)


Plan = HttpRequest | Link


@lru_cache(maxsize=1_000)
def _is_secret(header: str) -> bool:
    return _SECRET_HEADER.fullmatch(header) is not None


def shown_user(digest: DigestLogin | None) -> str:
    return MASK if digest is None else digest.user


def _mask_credential(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.isalnum() else MASK
