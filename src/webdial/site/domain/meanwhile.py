"""Two people with one form open: who saves later is told what the other changed, before it is written over.

The history tells: a form holds the number of the newest change of its thing, and says so with `unless_changed`. The
act's transaction looks at it once it holds what the other one's would wait for, so that nobody comes in between:
`configuration_change`, and `row_change` for what no dial reads. Functions have versions instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from webdial.errors import InvalidValueError
from webdial.language import retold, translate
from webdial.site.domain.changes import changed_fields, changes_of
from webdial.site.domain.states import field_label
from webdial.site.models import Change, ChangeSubject, Company, Person


class ChangedMeanwhileError(InvalidValueError):
    """Somebody else has saved what is being saved. Tried again, knowing of it, it is kept."""


def newest_change(subject: ChangeSubject, key: object) -> int:
    """Number of the newest change of a thing; 0 when there is none."""
    return changes_of(subject, key).values_list("pk", flat=True).first() or 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form knows of its thing: the number of the newest change when it was opened."""

    subject: ChangeSubject
    key: object
    change_id: int


_seen: Final[ContextVar[Seen | None]] = ContextVar("webdial_seen", default=None)


@contextmanager
def unless_changed(seen: Seen) -> Iterator[None]:
    """The act within raises ChangedMeanwhileError when a field of its thing has changed since."""
    token = _seen.set(seen)
    try:
        yield
    finally:
        _seen.reset(token)


@contextmanager
def row_change(row: Person | Company) -> Iterator[None]:
    """A transaction that changes what no dial reads; whoever changes the same row meanwhile waits."""
    with transaction.atomic():
        # SQLite needs none of it: a transaction has all for itself.
        list(type(row).objects.select_for_update().filter(pk=row.pk).values("pk"))
        check_unchanged()
        yield


def check_unchanged() -> None:
    """For the transaction of an act, when it holds its locks. Raises ChangedMeanwhileError.

    Once for an act: its own change is not another's.
    """
    seen = _seen.get()
    if seen is not None:
        _seen.set(None)
        _check(seen)


def _check(seen: Seen) -> None:
    """Secrets do not count: a form that is sent without one leaves it as it is."""
    for change in changes_of(seen.subject, seen.key).filter(pk__gt=seen.change_id):
        if fields := _labels(change):
            told = translate(
                "{name} has changed this since you opened it: {fields}.",
                name=retold(change.user_name),
                fields=", ".join(fields),
            )
            hint = translate(
                "Below stands what you typed. Saved again, it takes the other’s place."
            )
            raise ChangedMeanwhileError(told, hint=hint)


def _labels(change: Change) -> list[str]:
    """By name: PostgreSQL does not keep the order of JSON's members."""
    names = sorted(each.name for each in changed_fields(change) if not each.is_secret)
    return [translate(field_label(name)) for name in names]
