"""Calls in the log that nobody placed: as many as a test wants, with the times it wants."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from webdial.site.models import Call, User

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def call_id(placed_at: datetime) -> UUID:
    """A UUIDv7 of this moment, another one each time."""
    return UUID(int=(int(placed_at.timestamp() * 1000) << 80) | (7 << 76) | next(_numbers))


def logged_call(user: User | None, *, age: timedelta = timedelta(), **columns: Any) -> Call:
    """A call that was placed `age` before NOW and took half a second."""
    placed_at = columns.pop("placed_at", NOW - age)
    number = columns.pop("number", "020 7946 0123")
    given = {
        "id": call_id(placed_at),
        "user": user,
        "branch": user.branch if user else None,
        "extension": user.extension if user else "",
        "typed": number,
        "dialled": "".join(c for c in number if c in "+0123456789"),
        "channel": "page",
        "kind": "http",
        "request": f"GET http://pbx.example/dial?to={number}",
        "setting_source": "set for all branches",
        "run_id": "another run",
        "placed_at": placed_at,
        "outcome": "sent",
        "status": 200,
        "answer": "OK",
        "finished_at": placed_at + timedelta(milliseconds=500),
        "took_ms": 500,
    }
    return Call.objects.create(**{**given, **columns})
