"""What both stores have in common: a batch is tried, and tried again without those it refuses.

Each store has a chain of its own (webdial.site.audit.journal_chains), begun with its first batch.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, Generic
from uuid import UUID

from django.db import connections

from webdial.errors import CallNotPlacedError
from webdial.exchange.journal import Entry, EntryRefusedError
from webdial.site.audit.journal_chains import Chain, begin_chain, tie_chains
from webdial.site.journal.rows import Row, Rows, Salts, Values, rows_of
from webdial.site.journal.terms import Standing, TermRows, sift, term_rows

log = logging.getLogger("webdial.journal")

MAX_TRIES: Final = 50
"""Each try after the second means that another node was quicker in between: it ends long before."""


class Store(ABC, Generic[Row]):
    """A JournalStore. Used by one thread at a time."""

    def __init__(self) -> None:
        self._chain: Chain | None = None
        self._salts = Salts()
        self._is_in_doubt = False
        """Whether the last link may be on disk although the database did not say so."""

    def write(self, entries: Sequence[Entry]) -> Mapping[UUID, CallNotPlacedError]:
        refused: dict[UUID, CallNotPlacedError] = {}
        for _ in range(MAX_TRIES):
            terms = term_rows(entries)
            if terms is not None and self._is_linked(entries, terms):
                return refused
            entries, more = sift(entries, self._standing(entries))
            refused |= more
            if not entries:
                return refused
        raise TimeoutError("Other nodes were always quicker.")

    def close(self) -> None:
        """End it, and let the record know where the chain ends."""
        self._disconnect()
        if self._chain is not None and self._chain.position:
            try:
                tie_chains()
            except Exception:  # another process ties it within the hour
                log.exception("where the journal's chain ends could not be written")
            finally:
                connections.close_all()

    def _is_linked(self, entries: Sequence[Entry], terms: TermRows) -> bool:
        """Write all and the next link in one transaction; False when a term is not met."""
        chain = self._chain_in_use()
        rows = rows_of(entries, self._salts, self._as_row)
        head = chain.next_hash(rows.link)
        try:
            if not self._is_written(rows, terms, chain, head):
                return False
        except EntryRefusedError:
            raise
        except Exception:
            self._is_in_doubt = True
            raise
        chain.position += 1
        chain.head = head
        return True

    def _chain_in_use(self) -> Chain:
        if self._has_moved():
            self._disconnect()
            self._is_in_doubt = True
        if self._chain is not None and self._is_in_doubt:
            stands_at = self._last_link(self._chain.id)
            self._chain = stands_at if stands_at.position >= self._chain.position else None
            self._is_in_doubt = False
        if self._chain is None:
            try:
                self._chain = begin_chain()
            finally:
                connections.close_all()  # this thread's; the journal has one of its own
        return self._chain

    @abstractmethod
    def _as_row(
        self, lasting: Values, erasable: Values, told: bytes, hidden: bytes, salt: bytes, /
    ) -> Row:
        """As AsRow."""

    @abstractmethod
    def _is_written(self, rows: Rows[Row], terms: TermRows, chain: Chain, head: bytes) -> bool:
        """Write the rows, and the link after `chain` with the hash `head`, in one transaction.

        False, and nothing is written, when a term is not met.
        """

    def _has_moved(self) -> bool:
        """Whether what is connected is not the database that the program was told of any more."""
        return False

    @abstractmethod
    def _last_link(self, chain: str) -> Chain:
        """Where the chain stands on disk."""

    @abstractmethod
    def _standing(self, entries: Sequence[Entry]) -> Standing:
        """What is on disk under the keys of these entries."""

    @abstractmethod
    def _disconnect(self) -> None: ...
