"""A file between its preview and its import, kept for the administrator who sent it.

It waits in a session of its own: a row that ends by itself after an hour and that every process of the
site reads. The administrator's session holds only that row's key.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

from django.contrib.sessions.backends.db import SessionStore

from webdial.site.domain.transfer.acts import SUBJECTS
from webdial.site.domain.transfer.columns import Given, GivenNumber, GivenRow
from webdial.site.domain.transfer.subject import Subject
from webdial.site.pages.requests import PageRequest

KEPT_S: Final = 60 * 60
_KEY: Final = "waiting_file"


@dataclass(frozen=True, slots=True)
class WaitingFile:
    subject: Subject
    name: str
    given: Given

    def keep(self, request: PageRequest) -> None:
        """In place of one that waited before."""
        drop(request)
        SessionStore.clear_expired()
        store = SessionStore()
        store[_KEY] = {
            "user": request.user.pk,
            "subject": self.subject.name,
            "name": self.name,
            "notes": self.given.notes,
            "rows": [_row_as_list(row) for row in self.given.rows],
        }
        store.set_expiry(KEPT_S)
        store.create()
        request.session[_KEY] = store.session_key

    @classmethod
    def of_request(cls, request: PageRequest) -> Self | None:
        """The one that waits for this user; None when there is none any more."""
        kept = _store_of(request).get(_KEY)
        if kept is None or kept["user"] != request.user.pk:
            return None
        rows = tuple(_row_of_list(row) for row in kept["rows"])
        return cls(SUBJECTS[kept["subject"]], kept["name"], Given(rows, tuple(kept["notes"])))


def drop(request: PageRequest) -> None:
    if _KEY in request.session:
        _store_of(request).delete()
        del request.session[_KEY]


def _store_of(request: PageRequest) -> SessionStore:
    return SessionStore(request.session.get(_KEY))


def _row_as_list(row: GivenRow) -> list[Any]:
    numbers = row.numbers
    pairs = None if numbers is None else [
        [each.label, each.number, each.heading, each.is_numeric] for each in numbers
    ]  # fmt: skip
    return [row.number, dict(row.values), pairs]


def _row_of_list(row: list[Any]) -> GivenRow:
    number, values, pairs = row
    numbers = None if pairs is None else tuple(GivenNumber(*pair) for pair in pairs)
    return GivenRow(number, values, numbers)
