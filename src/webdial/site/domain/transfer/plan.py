"""What an import would do, row by row, and nothing done yet."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webdial.site.domain.phones import LabelledNumber


class RowKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Item:
    """A user, branch, person or setting as tables have it: every field as text. `row_id` is 0 for a
    new one."""

    values: Mapping[str, str]
    phones: tuple[LabelledNumber, ...] = ()
    row_id: int = 0


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell; `heading` is empty when it is the whole row."""

    heading: str
    value: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """`number` is the row in the file, `title` names whom or what it is about."""

    number: int
    title: str
    kind: RowKind
    changes: tuple[FieldChange, ...] = ()
    faults: tuple[CellFault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def takes_away(self) -> bool:
        """Whether a field that had something is empty afterwards."""
        return any(change.before and not change.after for change in self.changes)


@dataclass(frozen=True, slots=True)
class Plan:
    """`left_alone` names what is kept and has no row in the file: nothing happens to it.

    `kept` is all that was there when the plan was made.
    """

    rows: tuple[RowPlan, ...]
    left_alone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    added: tuple[Item, ...] = field(default=(), repr=False)
    changed: tuple[tuple[Item, Item], ...] = field(default=(), repr=False)
    kept: tuple[Item, ...] = field(default=(), repr=False)

    def count(self, kind: RowKind) -> int:
        return sum(row.kind == kind for row in self.rows)

    @property
    def is_faulty(self) -> bool:
        return any(row.faults for row in self.rows)

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.changed)

    @property
    def digest(self) -> str:
        """The same for two plans that would do the same to the same rows."""
        done = hashlib.sha256()
        for row in self.rows:
            done.update(repr((row.number, row.title, row.kind.value, row.changes)).encode())
        return done.hexdigest()
