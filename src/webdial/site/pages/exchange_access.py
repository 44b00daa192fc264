"""The one exchange of this process, as a page reaches it."""

from typing import Any, cast

from django.http import HttpRequest

from webdial.exchange import Exchange, HttpSender
from webdial.exchange.system_calls import SystemCaller
from webdial.site.domain.configuration import ConfigurationReader


def exchange_of(request: HttpRequest) -> Exchange:
    """The exchange that webdial.asgi put beside every request of this process."""
    return cast("Exchange", _state(request)["exchange"])


def configuration_reader_of(request: HttpRequest) -> ConfigurationReader:
    return cast("ConfigurationReader", _state(request)["configuration_reader"])


def system_caller_of(request: HttpRequest) -> SystemCaller:
    """Who calls through phone systems that are set up, with the log-ins that are kept."""
    return cast("SystemCaller", _state(request)["system_caller"])


def sender_of(request: HttpRequest) -> HttpSender:
    """Who sends requests, for those that are no calls."""
    return cast("HttpSender", _state(request)["sender"])


def _state(request: HttpRequest) -> dict[str, Any]:
    scope = cast("Any", request).scope
    return cast("dict[str, Any]", scope["state"])
