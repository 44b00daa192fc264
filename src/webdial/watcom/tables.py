"""What a function may read: the allow-list of tables and columns, and where their rows come from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from webdial.watcom.values import Value, fold

DUMMY = "DUMMY"
"""The table of one row that every SQL Anywhere database has."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view a function may read, with the columns it may see; all others do not exist."""

    name: str
    columns: tuple[str, ...]
    _indexes: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        indexes = {column.casefold(): index for index, column in enumerate(self.columns)}
        object.__setattr__(self, "_indexes", indexes)

    def index(self, name: str) -> int | None:
        """The number from 0 of the column whose casefolded name is `name`."""
        return self._indexes.get(name)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables a function may read, by their name alone or under `owner`."""

    tables: tuple[Table, ...]
    owner: str = "pears"
    _by_name: Mapping[str, Table] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {table.name.casefold(): table for table in self.tables}
        object.__setattr__(self, "_by_name", by_name)

    def table(self, parts: Sequence[str]) -> Table | None:
        """The table that `[owner.]name` means, in any letter case."""
        *owner, name = (part.casefold() for part in parts)
        if name == DUMMY.casefold() and owner in ([], ["sys"]):
            return DUMMY_TABLE
        if owner not in ([], [self.owner.casefold()]):
            return None
        return self._by_name.get(name)


DUMMY_TABLE = Table(DUMMY, ("dummy_col",))


class Tables(Protocol):
    """Where rows come from. Names are spelt as in the `Schema`."""

    def rows(
        self, table: str, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Iterable[Sequence[Value]]:
        """The rows of `table`, each holding `columns` in their order; there may be none of them.

        `equals` narrows the rows: only those are needed whose column equals the text, without
        regard to case, as `fold(value) == fold(text)`. Rows beyond those do no harm (they are
        looked at again), a row too few does. Only text is given there: an implementation whose
        column holds something else must read such a text as SQL would, or leave the filter out.
        """
        ...


class MemoryTables:
    """Tables held in memory, for conformance cases and for trying a function out."""

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Value]]]) -> None:
        """`rows` by name of table and column, in any letter case; an absent column is NULL."""
        self._rows = {
            name.casefold(): [
                {column.casefold(): value for column, value in row.items()} for row in table
            ]
            for name, table in rows.items()
        }

    def rows(
        self, table: str, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Iterable[Sequence[Value]]:
        keys = [column.casefold() for column in columns]
        wanted = [(column.casefold(), fold(text)) for column, text in equals.items()]
        for row in self._rows.get(table.casefold(), ()):
            if all(_may_equal(row.get(column), text) for column, text in wanted):
                yield [row.get(key) for key in keys]


def _may_equal(value: Value, folded: str) -> bool:
    """Whether the row can pass; what is no text is left to the interpreter to compare."""
    return fold(value) == folded if isinstance(value, str) else value is not None
