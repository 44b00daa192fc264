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
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

from webdial.api import Api  # noqa: E402
from webdial.api.problems import problem  # noqa: E402
from webdial.metrics import Metrics  # noqa: E402
from webdial.monitoring import PATHS, Monitoring  # noqa: E402
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


class Application:
    def __init__(self) -> None:
        self._site = cast("ASGIApp", get_asgi_application())
        self._api = Api()
        self._static = StaticFolders(settings.STATIC_URL)
        self._monitoring = Monitoring(settings.ENVIRONMENT.metrics_token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(scope, receive, send)
        elif scope["type"] == "http":
            path = scope["path"]
            if path.startswith(("/api/", "/static/")) and not _is_for_us(scope):
                await _UNKNOWN_HOST(scope, receive, send)
            elif path.startswith("/api/"):
                await self._api(scope, receive, send)
            elif path.startswith("/static/"):
                await self._static(scope, receive, send)
            elif path in PATHS:
                await self._monitoring(scope, receive, send)
            else:
                await self._site(scope, receive, send)


def _is_for_us(scope: Scope) -> bool:
    """Whether the request's Host is a name of ours. Without one (HTTP/1.0) it is not."""
    named = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return _is_name_of_ours(named)


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
            pruning = asyncio.create_task(keep_call_log_short(), name="pruning")
            await send({"type": "lifespan.startup.complete"})
            await receive()
            pruning.cancel()
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
    )


application = Application()
