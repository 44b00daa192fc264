"""Who was called, by the phone system's count, and what the log says: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import psycopg

from tests.crash.load import Wish
from tests.running.kept import ask_at_once
from tests.running.nodes import wait_until
from tests.server import Installation

_CALLS: Final = "SELECT id, dialled, outcome, {second} FROM webdial_call ORDER BY id"
_SECOND: Final = {
    False: "CAST(strftime('%s', placed_at) AS INTEGER)",
    True: "floor(extract(epoch FROM placed_at))::bigint",
}
_CLAIMS_OF_NOTHING: Final = """
SELECT count(*) FROM webdial_callclaim AS held
WHERE NOT EXISTS (SELECT 1 FROM webdial_call WHERE webdial_call.id = held.call_id)
"""
_TALLIES: Final = "SELECT key, count FROM webdial_calltally"

_AWAY_S: Final = 300.0
"""For a database that was killed too to be there again."""


@dataclass(frozen=True, slots=True)
class LoggedCall:
    id: UUID
    number: str
    outcome: str
    placed_s: int


@dataclass(frozen=True, slots=True)
class Log:
    """The database at one moment."""

    calls: tuple[LoggedCall, ...]
    claims_of_nothing: int
    tallies: Mapping[str, int]

    @property
    def placing(self) -> frozenset[UUID]:
        return frozenset(call.id for call in self.calls if call.outcome == "placing")

    def outcomes(self, ids: Collection[UUID]) -> Counter[str]:
        return Counter(call.outcome for call in self.calls if call.id in ids)


def read_log(installation: Installation) -> Log:
    """As soon as the database answers."""
    found: list[Log] = []

    def is_read() -> bool:
        try:
            found.append(_read(installation))
        except psycopg.Error:
            return False
        return True

    wait_until(is_read, within_s=_AWAY_S)
    return found[0]


def _read(installation: Installation) -> Log:
    query = _CALLS.format(second=_SECOND[bool(installation.database_url)])
    rows, ((orphans,),), tallies = ask_at_once(installation, query, _CLAIMS_OF_NOTHING, _TALLIES)
    calls = tuple(LoggedCall(_uuid(row[0]), row[1], row[2], row[3]) for row in rows)
    return Log(calls, orphans, dict(tallies))


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def unaccounted(reached: Mapping[str, int], log: Log) -> Iterator[str]:
    """What must not be, whenever nobody is writing: a sentence for each."""
    logged = Counter(call.number for call in log.calls)
    for number, count in reached.items():
        if number not in logged:
            yield f"{number} was called and is not in the log: lost"
        if count > 1:
            yield f"{number} was called {count} times: twice"
    for number, count in logged.items():
        if count > 1:
            yield f"{number} is in the log {count} times: twice"
    for call in log.calls:
        if call.outcome == "sent" and call.number not in reached:
            yield f"{call.number} is in the log as sent and reached nobody"
    if log.claims_of_nothing:
        yield f"{log.claims_of_nothing} keys belong to calls that are not in the log"
    yield from _miscounted(log)


def _miscounted(log: Log) -> Iterator[str]:
    """Tallies are those of the calls in the log; each key is window, its start, and who is counted."""
    for key, count in log.tallies.items():
        window_s, start_s, _ = key.split("/", 2)
        within = range(int(start_s), int(start_s) + int(window_s))
        calls = sum(call.placed_s in within for call in log.calls)
        if calls != count:
            yield f"{count} calls are counted under {key}, {calls} are in the log"


def told_otherwise(wishes: Iterable[Wish], log: Log) -> Iterator[str]:
    """Answers to clients that the log does not bear out."""
    by_id = {call.id: call for call in log.calls}
    for wish in wishes:
        call = by_id.get(UUID(wish.call_id)) if wish.call_id else None
        if call is None or call.number != wish.number:
            yield f"{wish.number} was told of a call that is not in the log"
        elif wish.outcome not in {call.outcome, "placing"}:
            yield f"{wish.number} was told {wish.outcome}, the log has {call.outcome}"


@dataclass(slots=True)
class Figures:
    """What a campaign comes to."""

    database: str
    blow: str
    kills: int = 0
    placed: int = 0
    reached: int = 0
    interrupted: int = 0
    repeated: int = 0
    """Requests that were sent again by the same key, since no answer had come or it was a refusal."""
    faults: list[str] = field(default_factory=list)

    def count(self, of: str) -> int:
        return sum(fault.endswith(of) for fault in self.faults)
