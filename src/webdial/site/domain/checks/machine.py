"""Checks of the machine: room on the disk, and a clock that can be believed. Nothing is asked of a network."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.checks import CheckMessage

from webdial.site.domain.checks import known

ALMOST_FULL: Final = 100_000_000
FILLING: Final = 1_000_000_000
"""Bytes that are free."""

MOST_BEHIND: Final = timedelta(minutes=5)
MOST_APART: Final = timedelta(seconds=30)
"""Codes of a second factor hold for about a minute, tokens of some phone systems for less."""


def check_disk(folder: Path, *, free: int | None = None) -> Iterator[CheckMessage]:
    """`free` bytes on the disk of `folder`; looked at when it is not given."""
    free = shutil.disk_usage(folder).free if free is None else free
    message = f"{free / 1e6:,.0f} MB are free where {folder} is."
    if free < ALMOST_FULL:
        yield known.DISK_FULL.found(message)
    elif free < FILLING:
        yield known.DISK_FILLING.found(message)


def check_clock(
    now: datetime, *, newest: datetime | None, database: datetime | None
) -> Iterator[CheckMessage]:
    """`newest` is the latest moment that is on disk, `database` the time by the database's server."""
    if newest is not None and newest - now > MOST_BEHIND:
        yield known.CLOCK_BEHIND.found(
            f"It is {now:%Y-%m-%d %H:%M} UTC here, and there is a call of {newest:%Y-%m-%d %H:%M} UTC."
        )
    if database is not None and abs(database - now) > MOST_APART:
        seconds = abs(database - now).total_seconds()
        yield known.CLOCK_DIFFERS.found(f"The clocks are {seconds:,.0f} seconds apart.")
