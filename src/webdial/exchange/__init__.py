"""The exchange: resolves, prepares, journals, sends and judges. Knows no web framework.

What it needs from outside are protocols: `ConfigurationSource`, `JournalStore`, `Sender`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from webdial.exchange.calls import Channel, PlacedCall, PreparedCall, TimeLimits
    from webdial.exchange.configuration import Caller, Configuration, ConfigurationSource
    from webdial.exchange.exchange import Exchange, Sender
    from webdial.exchange.group_commit import GroupCommitJournal
    from webdial.exchange.journal import JournalStore
    from webdial.exchange.outcome import Outcome, Verdict
    from webdial.exchange.sender import HttpSender

__all__ = [
    "Caller",
    "Channel",
    "Configuration",
    "ConfigurationSource",
    "Exchange",
    "GroupCommitJournal",
    "HttpSender",
    "JournalStore",
    "Outcome",
    "PlacedCall",
    "PreparedCall",
    "Sender",
    "TimeLimits",
    "Verdict",
]

# Imported when they are asked for: most commands send nothing, and the HTTP library takes a sixth of a
# second to load.
_HOMES: Final = {
    **dict.fromkeys(("Channel", "PlacedCall", "PreparedCall", "TimeLimits"), "calls"),
    **dict.fromkeys(("Caller", "Configuration", "ConfigurationSource"), "configuration"),
    **dict.fromkeys(("Exchange", "Sender"), "exchange"),
    "GroupCommitJournal": "group_commit",
    "JournalStore": "journal",
    **dict.fromkeys(("Outcome", "Verdict"), "outcome"),
    "HttpSender": "sender",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
