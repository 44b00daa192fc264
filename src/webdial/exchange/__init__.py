"""The exchange: resolves, prepares, journals, sends and judges. Knows no web framework.

What it needs from outside are protocols: `ConfigurationSource`, `JournalStore`, `Sender`.
"""

from webdial.exchange.calls import Channel, PlacedCall, PreparedCall, TimeLimits
from webdial.exchange.configuration import Caller, Configuration, ConfigurationSource
from webdial.exchange.exchange import Exchange, Sender
from webdial.exchange.journal import GroupCommitJournal, JournalStore
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
