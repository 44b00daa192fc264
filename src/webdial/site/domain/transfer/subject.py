"""What the subjects of import and export have in common, as the planner needs it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from webdial.site.domain.changes import State, keep_changes, new_change
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.columns import Column, GivenRow
from webdial.site.domain.transfer.plan import CellFault, Item, Plan
from webdial.site.models import Change, ChangeSubject

CheckValue = Callable[[str, str], str]
"""Takes a field and what was given for it; gives what is kept. Raises WebdialError."""

Key = tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """A row on its way to being planned: what it finds (`old`) and what it makes of it (`new`)."""

    row: GivenRow
    values: dict[str, str] = field(default_factory=dict)
    phones: tuple[LabelledNumber, ...] | None = None
    old: Item | None = None
    new: Item | None = None
    faults: list[CellFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def blame(self, column: Column, message: str, *, hint: str = "") -> None:
        """Say that a cell of the row is wrong."""
        given = self.row.values.get(column.field, "")
        self.faults.append(CellFault(column.heading, given, message, hint))


@dataclass(frozen=True, slots=True)
class Recorded:
    """Key, label and fields as webdial.site.domain.changes and states have them."""

    key: object
    label: str
    state: State


Record = Callable[[Item, int], Recorded]
"""Takes an item and its id."""


class Subject(ABC):
    """One of the tables. Its acts read and write all rows at once, with no query for each."""

    name: ClassVar[str]
    title: ClassVar[str]
    change_subject: ClassVar[ChangeSubject]
    columns: ClassVar[tuple[Column, ...]]
    defaults: ClassVar[Mapping[str, str]]
    """What a new one has in fields for which nothing is given."""
    has_numbers: ClassVar[bool] = False
    may_repeat: ClassVar[bool] = False
    """Whether several may have the same key; they are then told apart by their order."""

    @abstractmethod
    def kept(self) -> list[Item]:
        """Everything that is kept, in the order of an export."""

    @abstractmethod
    def checker(self) -> CheckValue:
        """How a value is checked; what has to be looked up for it is looked up once."""

    @abstractmethod
    def title_of(self, values: Mapping[str, str]) -> str:
        """What a person calls it."""

    @abstractmethod
    def add(self, items: Sequence[Item]) -> Sequence[int]:
        """Keep new ones, within a transaction; their ids."""

    @abstractmethod
    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        """Make of each old one the new one; within a transaction."""

    @abstractmethod
    def recorder(self) -> Record:
        """How items stand in the history of changes; what has to be looked up for it is looked up once."""

    def keep(self, plan: Plan) -> None:
        """Carry a plan out, and write down what was changed; within a transaction."""
        # A name that one gives away is free for a new one only then.
        self.change(plan.changed)
        ids = self.add(plan.added)
        keep_changes(self._history(plan, ids))

    def _history(self, plan: Plan, ids: Iterable[int]) -> Iterator[Change | None]:
        record = self.recorder()
        for old, new in plan.changed:
            before, after = record(old, old.row_id), record(new, old.row_id)
            yield new_change(
                self.change_subject, after.key, after.label, before=before.state, after=after.state
            )
        for item, row_id in zip(plan.added, ids, strict=True):
            after = record(item, row_id)
            yield new_change(
                self.change_subject, after.key, after.label, before=None, after=after.state
            )

    def key_of(self, values: Mapping[str, str]) -> Key:
        keys = (column.field for column in self.columns if column.is_key)
        return tuple(values.get(each, "").casefold() for each in keys)

    def judge(  # noqa: B027 - most subjects have nothing to judge
        self, drafts: Sequence[Draft], kept: Sequence[Item]
    ) -> None:
        """Add what is wrong with rows together, such as a sign-in name that two would have."""

    def column_of(self, field_name: str) -> Column:
        return next(column for column in self.columns if column.field == field_name)


def phones_state(phones: Iterable[LabelledNumber]) -> list[list[str]]:
    return [[phone.label, phone.number] for phone in phones]


def record_with_phones(item: Item, row_id: int) -> Recorded:
    """A Record of what has a name and numbers, and nothing that is kept in another form than told."""
    state = {**item.values, "phones": phones_state(item.phones)}
    return Recorded(row_id, item.values["name"], state)


def final_items(drafts: Iterable[Draft], kept: Iterable[Item]) -> list[tuple[Item, Draft | None]]:
    """Everything as it would be kept, with the row that made it so; rows with faults change nothing."""
    right = [draft for draft in drafts if draft.new and not draft.faults]
    changed = {draft.old.row_id: draft for draft in right if draft.old}
    final: list[tuple[Item, Draft | None]] = []
    for item in kept:
        draft = changed.get(item.row_id)
        final.append((draft.new, draft) if draft and draft.new else (item, None))
    return final + [(each.new, each) for each in right if each.new and not each.old]
