"""The wall of phones as one page, with its style, scripts and icon, all served from here."""

from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from webdial.simulator.config import SimulatorConfig

_MEDIA_TYPES = {
    "page.css": "text/css",
    "elements.js": "text/javascript",
    "page.js": "text/javascript",
    "phones.js": "text/javascript",
    "requests.js": "text/javascript",
    "sounds.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}

_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def pages_of(config: SimulatorConfig) -> list[Route]:
    """The page at `/` and its parts below `/page/`, read once from the package."""
    page = _fill_in(config)

    async def show_page(_: Request) -> Response:
        return Response(page, media_type="text/html", headers=_PAGE_HEADERS)

    parts = [_part(name, media_type) for name, media_type in _MEDIA_TYPES.items()]
    return [Route("/", show_page), *parts]


def _part(name: str, media_type: str) -> Route:
    content = _read(name)

    async def show_part(_: Request) -> Response:
        return Response(content, media_type=media_type, headers=_PAGE_HEADERS)

    return Route(f"/page/{name}", show_part, name=name)


def _fill_in(config: SimulatorConfig) -> str:
    return Template(_read("page.html")).substitute(
        seen_by=_seen_by(config), started_from=_started_from(config), way_back=_way_back(config)
    )


def _read(name: str) -> str:
    return files("webdial.simulator").joinpath("page", name).read_text(encoding="utf-8")


def _seen_by(config: SimulatorConfig) -> str:
    if config.open_to_others:
        return "Everybody who can reach this address can see and use it."
    return "Only this machine can see it."


def _started_from(config: SimulatorConfig) -> str:
    if not config.started_from:
        return ""
    return f"Started by <code>{escape(config.started_from)}</code>."


def _way_back(config: SimulatorConfig) -> str:
    if not config.product_url:
        return ""
    url = escape(config.product_url)
    return f'<a class="way-back" href="{url}" rel="noreferrer">Open Webdial</a>'
