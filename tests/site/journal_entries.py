"""Entries of calls that nobody placed, for a store to write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils.compat

from webdial.dialstring import HttpRequest
from webdial.exchange import Outcome, Verdict
from webdial.exchange.calls import Channel, PlacedCall, PreparedCall, TimeLimits
from webdial.exchange.configuration import Caller
from webdial.exchange.journal import Begun, Ended
from webdial.exchange.terms import NO_TERMS, Claim, Tally, Terms
from webdial.numbers import clean_number

NOW = datetime(2026, 11, 25, 12, 0, 30, 250_000, tzinfo=UTC)

CALLER = Caller(7, "carl", "CO", "Carl Osei", "203", None, "")


def a_beginning(
    *, terms: Terms = NO_TERMS, placed_at: datetime = NOW, user_id: int = 7, **changes: Any
) -> Begun:
    caller = replace(CALLER, user_id=user_id, **changes)
    number = clean_number("020 7946 0123")
    plan = HttpRequest("GET", "http://pbx.example/dial?to=02079460123")
    prepared = PreparedCall(caller, number, plan, "set for all branches", TimeLimits(1, 1))
    return Begun(
        PlacedCall(uuid_utils.compat.uuid7(), prepared, Channel.API, placed_at), "a run", terms
    )


def ended_at_once(begun: Begun, *, message: str = "") -> Begun:
    """As a link, whose end is known from the first."""
    return replace(begun, call=begun.call.ended(Verdict(Outcome.HANDED_OVER, message=message)))


def its_end(begun: Begun, outcome: Outcome = Outcome.SENT, *, took_ms: int = 500) -> Ended:
    placed_at = begun.call.placed_at
    finished_at = placed_at + timedelta(milliseconds=took_ms)
    return Ended(begun.call.id, Verdict(outcome, 200, "OK"), finished_at, placed_at)


def claiming(*keys: str, for_s: int = 60) -> Terms:
    return Terms(claims=tuple(Claim(key, NOW + timedelta(seconds=for_s)) for key in keys))


def counted(key: str, *, limit: int, window_s: int = 60) -> Terms:
    return Terms(tallies=(Tally(key, window_s, limit),))
