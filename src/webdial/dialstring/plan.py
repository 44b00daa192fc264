"""What a dial string asks for once its values are in place: one HTTP request or one link."""

from dataclasses import dataclass, field

MASK = "••••"
"""Shown where a secret stands, whatever its length."""

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request, every value already encoded for its place.

    `headers` are those that the dial string makes; the sender adds what belongs to the transport
    (Host, Content-Length, User-Agent, Accept). `repr` shows the method alone: a secret may stand in
    any other part.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str | None = field(default=None, repr=False)

    def masked(self) -> "HttpRequest":
        """The same request, fit to be shown and kept: secret headers hidden."""
        headers = tuple(
            (name, _mask_credential(value) if name.lower() in _SECRET_HEADERS else value)
            for name, value in self.headers
        )
        return HttpRequest(self.method, self.url, headers, self.body)


@dataclass(frozen=True, slots=True)
class Link:
    """A link for the user's own machine to open, such as `tel:+442079460123`."""

    url: str = field(repr=False)


Plan = HttpRequest | Link


def _mask_credential(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space else MASK
