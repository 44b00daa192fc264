"""The journal as the exchange sees it: how a call began and how it ended, on disk before anything goes on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from webdial.errors import CallNotPlacedError
from webdial.exchange.calls import PlacedCall
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.terms import NO_TERMS, Terms
from webdial.values import value_class

LONGEST_TOOK_MS: Final = 2**31 - 1
"""What a database's integer holds: 24 days."""


@value_class(frozen=True, slots=True)
class Begun:
    """A call about to leave (or, with a verdict, a link about to be handed over), and its terms."""

    call: PlacedCall
    run_id: str
    terms: Terms = NO_TERMS


@value_class(frozen=True, slots=True)
class Ended:
    """How a call ended. `on_disk_at`: when its beginning was known to be on disk.

    `took_ms`: from then to the answer, which is the phone system's own time and none of ours.
    """

    call_id: UUID
    verdict: Verdict
    finished_at: datetime
    on_disk_at: datetime | None = None

    @property
    def took_ms(self) -> int | None:
        if self.on_disk_at is None or self.verdict.outcome is Outcome.INTERRUPTED:
            return None
        took_ms = round((self.finished_at - self.on_disk_at).total_seconds() * 1000)
        # A clock that was set meanwhile; the database would keep neither, and so not the end itself.
        return min(max(took_ms, 0), LONGEST_TOOK_MS)


Entry = Begun | Ended


class EntryRefusedError(Exception):
    """The database will not keep one of the entries as it is; without it the others would do."""


class JournalStore(Protocol):
    """Where entries are kept. Used by one thread at a time."""

    def write(self, entries: Sequence[Entry]) -> Mapping[UUID, CallNotPlacedError]:
        """Put all entries on disk in one transaction, or raise and leave none.

        Calls whose terms are not met are left out, and told by their ids with ClaimedError or
        TallyFullError; of two that want the same the earlier one goes first.

        Raises EntryRefusedError when an entry is at fault and not the database.
        """

    def close(self) -> None: ...


class Journal(Protocol):
    """What the exchange needs of a journal."""

    async def write(self, entry: Entry) -> None:
        """Return when the entry is on disk.

        Raises JournalError when it is not, ClaimedError or TallyFullError when it must not be.
        """
