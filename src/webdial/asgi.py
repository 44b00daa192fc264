"""One ASGI application: /api/ goes to the API, /static/ to files, what watches the server to
webdial.monitoring, everything else to the site.

Whoever asks under a name that is none of ours (WEBDIAL_HOSTS) is refused, by the site itself or here.
All share one exchange, which lives from the server's start to its end.
"""

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from webdial.runtime import keep_call_log_short, running_exchange, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 - Django is set up first
from django.core.asgi import get_asgi_application  # noqa: E402
from django.http.request import split_domain_port, validate_host  # noqa: E402
from starlette.middleware.body_limit import RequestBodyLimitMiddleware  # noqa: E402
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

from webdial.answer_headers import AnswerHeaders, telling  # noqa: E402
from webdial.api import Api  # noqa: E402
from webdial.api.problems import problem  # noqa: E402
from webdial.metrics import Metrics  # noqa: E402
from webdial.monitoring import PATHS, Monitoring  # noqa: E402
from webdial.site.domain.transfer.limits import MAX_FILE_BYTES  # noqa: E402
from webdial.site.health import Health, probe  # noqa: E402
from webdial.static_files import StaticFolders  # noqa: E402

if TYPE_CHECKING:
    from webdial.exchange import Exchange, GroupCommitJournal
    from webdial.site.domain.configuration import ConfigurationReader

_UNKNOWN_HOST: Final = problem(
    400,
    code="unknown_host",
    detail="This server is not known by the name that it was asked under.",
)

MAX_FORM_BYTES: Final = 2 * 1024 * 1024
"""Bytes of a request to a page: twice what Django takes of a form's fields (DATA_UPLOAD_MAX_MEMORY_SIZE)."""

MAX_UPLOAD_BYTES: Final = MAX_FILE_BYTES + MAX_FORM_BYTES
_UPLOADS: Final = "/maintenance/import-export"
"""The one page that takes files."""


class Application:
    """What a request may be as large as is told here, before anything of it is kept: Django reads a whole
    body, onto the disk where it is long, before it asks who sent it.
    """

    def __init__(self) -> None:
        site = cast("ASGIApp", get_asgi_application())
        self._site = RequestBodyLimitMiddleware(site, MAX_FORM_BYTES)
        self._uploads = RequestBodyLimitMiddleware(site, MAX_UPLOAD_BYTES)
        self._headers = AnswerHeaders(is_https_only=settings.ENVIRONMENT.is_https_only)
        self._api = Api()
        self._static = StaticFolders(settings.STATIC_URL)
        self._monitoring = Monitoring(settings.ENVIRONMENT.metrics_token)
        self._state: dict[str, Any] = {}

    def let_go(self) -> None:
        """The server is told to end: requests that merely wait for something to do are answered now."""
        if (computers := self._state.get("computers")) is not None:
            computers.let_go()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._state = scope["state"]
            await _lifespan(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/static/"):
            send = telling(send, self._headers.files)
            await (self._static if _is_for_us(scope) else _UNKNOWN_HOST)(scope, receive, send)
        elif path.startswith("/api/"):
            send = telling(send, self._headers.data)
            await (self._api if _is_for_us(scope) else _UNKNOWN_HOST)(scope, receive, send)
        elif path in PATHS:
            await self._monitoring(scope, receive, telling(send, self._headers.data))
        elif len(_hosts(scope)) != 1:
            await _UNKNOWN_HOST(scope, receive, telling(send, self._headers.data))
        else:  # the site has a page for names that are not ours
            site = self._uploads if path.startswith(_UPLOADS) else self._site
            await site(scope, receive, telling(send, self._headers.pages))


def _is_for_us(scope: Scope) -> bool:
    """Whether the request's Host is a name of ours."""
    hosts = _hosts(scope)
    return len(hosts) == 1 and _is_name_of_ours(hosts[0])


def _hosts(scope: Scope) -> list[bytes]:
    """One, says RFC 9112 section 3.2: of several, a proxy may look at another one than we do."""
    return [value for name, value in scope["headers"] if name == b"host"]


@lru_cache(maxsize=16)
def _is_name_of_ours(host: bytes) -> bool:
    """Whether this Host header is one. Kept, since finding out takes 6 µs of every call.

    ALLOWED_HOSTS is complete before the first request and does not change after it. Hosts are as
    long as the server lets a header be: few are kept.
    """
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


async def _lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI lifespan: the exchange stands while the server serves, and is put beside each request."""
    await receive()
    is_running = False
    metrics = Metrics() if settings.ENVIRONMENT.metrics_token else None
    try:
        async with running_exchange(() if metrics is None else (metrics,)) as state:
            health = _health(state)
            if metrics is not None:
                _show_state(metrics, state)
            scope["state"].update(state, health=health, metrics=metrics)
            is_running = True
            tasks = [asyncio.create_task(keep_call_log_short(), name="pruning")]
            if metrics is not None and metrics.is_shared:
                tasks.append(asyncio.create_task(_keep_looking(metrics), name="figures"))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            for task in tasks:
                task.cancel()
            health.is_stopping = True
        await send({"type": "lifespan.shutdown.complete"})
    except Exception as error:
        kind = "shutdown" if is_running else "startup"
        await send({"type": f"lifespan.{kind}.failed", "message": str(error)})
        raise


def _health(state: dict[str, Any]) -> Health:
    journal: GroupCommitJournal = state["journal"]
    reader: ConfigurationReader = state["configuration_reader"]
    return Health(
        lambda: probe(settings.DATABASE),
        journal=journal,
        is_configured=lambda: reader.current is not None,
    )


def _show_state(metrics: Metrics, state: dict[str, Any]) -> None:
    """Figures that are not counted but looked at."""
    exchange: Exchange = state["exchange"]
    journal: GroupCommitJournal = state["journal"]
    metrics.show(
        "webdial_journal_waiting",
        "Entries that no commit has taken up yet.",
        lambda: journal.waiting_count,
    )
    metrics.show(
        "webdial_journal_late_now",
        "Outcomes that are known and could not be written yet.",
        lambda: exchange.late_ends,
    )
    metrics.show(
        "webdial_configuration_revision",
        "The number of the configuration in force; it grows with every change.",
        lambda: exchange.configuration.revision,
        of_all="min",
    )


async def _keep_looking(metrics: Metrics) -> None:
    while True:
        metrics.look()
        await asyncio.sleep(1)


application = Application()
