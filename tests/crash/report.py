"""The table of a crash test, and its page of the manual."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bench.machine import describe_machine

from tests.crash.campaign import CLIENTS
from tests.crash.reckoning import Figures

_HEAD: Final = (
    "database", "killed with -9", "kills", "calls in the log", "reached the phone system",
    "interrupted", "asked for again", "lost", "twice", "other faults",
)  # fmt: skip


def table(done: Sequence[Figures]) -> str:
    rows = [_HEAD, ("---", "---", *["---:"] * (len(_HEAD) - 2)), *map(_row, done)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(figures: Figures) -> tuple[str, ...]:
    lost, twice = figures.count("lost"), figures.count("twice")
    numbers = (
        figures.kills, figures.placed, figures.reached, figures.interrupted, figures.repeated,
        lost, twice, len(figures.faults) - lost - twice,
    )  # fmt: skip
    return (figures.database, figures.blow, *(f"{number:,}" for number in numbers))


def page(done: Sequence[Figures], *, seed: int) -> str:
    machine = describe_machine()
    return f"""# Crash test

Measured by `python3 dev.py crash --write` on {datetime.now(UTC):%d %B %Y} with seed {seed}. {CLIENTS} clients place calls one
after the other, as fast as they are answered. Each call has a number and an `Idempotency-Key` of its own, and a client asks
again with the same key until it is answered. A stand-in for the phone system counts what reaches it, and answers at
once, or up to 0.3 s later. Meanwhile something is killed with `kill -9` at a random moment, again and again; one server in ten
is killed while it starts.

{table(done)}

After each kill of the server, before anything else runs, and at the end:

- **Lost**: a number that reached the phone system is not in the log.
- **Twice**: a number reached the phone system more than once, or is in the log more than once.
- **Other faults**: a call in the log as sent that reached nobody; a key or a place under a limit that is taken by a call which is not in
  the log; a client that was told something else than the log says; an answer that says neither what became of the call nor
  that nothing was placed; a call that is still shown as being placed when the next server gives its first answer.

`webdial audit verify` looks at the whole log at the end, and after every 20 kills of the server.

**Interrupted** calls had begun, and nobody knows whether the phone system did its part: they are shown so, and never sent again.
**Asked for again** counts requests that were repeated: most found no server, some had lost their answer, and some were told that nothing
was placed.

{_TRIALS}
Machine: {machine.processor}, {machine.cores} cores, shared with other work; {machine.system}; {machine.python}. To start
hundreds of servers in minutes, each is forked from a process that has its packages loaded.
"""


_TRIALS: Final = """## Other mishaps

Each is a test of the suite. A call is on disk before anything leaves, or it is not placed and the caller is told.

| what happens | what a caller sees | afterwards |
|---|---|---|
| the disk is full | 503 `journal_unavailable`, nothing is placed | calls go through as soon as there is room |
| another program locks SQLite for long | the same, after five seconds | calls go through when it lets go |
| PostgreSQL is stopped, or killed | the same | calls go through when it is back, without a restart |
| the database's file is moved away, or another is put there | the same; calls go into the file that stands there | calls go through when one is back |
| the end of SQLite's log of changes is cut off | what was in it is gone, as with a disk that lies | the server starts, and the log stands up to there |
| the clock is set back by an hour, or forward by a year | calls go on; new ones may stand below older ones in the list | no time is negative; each call is in the log once |
"""
