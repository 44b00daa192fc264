"""The one exchange of this process, as a page reaches it."""

from typing import Any, cast

from django.http import HttpRequest

from webdial.exchange import Exchange
from webdial.site.domain.configuration import ConfigurationReader


def exchange_of(request: HttpRequest) -> Exchange:
    """The exchange that webdial.asgi put beside every request of this process."""
    return cast("Exchange", _state(request)["exchange"])


def configuration_reader_of(request: HttpRequest) -> ConfigurationReader:
    return cast("ConfigurationReader", _state(request)["configuration_reader"])


def _state(request: HttpRequest) -> dict[str, Any]:
    scope = cast("Any", request).scope
    return cast("dict[str, Any]", scope["state"])
