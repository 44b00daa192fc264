"""Putting rows in order, and telling rows apart."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import islice
from typing import Any, TypeVar

from webdial.language import grouped, translate
from webdial.watcom.errors import StoppedError
from webdial.watcom.frames import Frame
from webdial.watcom.values import Value, compare, fold, identity

T = TypeVar("T")
Row = tuple[Value, ...]
KeyedRow = tuple[Row, Row]
"""A row, and the values it is ordered by."""


@dataclass(frozen=True, slots=True)
class SortKey:
    descending: bool = False


def sort_rows(rows: list[KeyedRow], keys: tuple[SortKey, ...], frame: Frame) -> None:
    """Sort by the values of each row's keys: NULL first, last where descending.

    Rows that compare equal keep their order.
    """
    for index in reversed(range(len(keys))):
        _sort_by(rows, index, frame, descending=keys[index].descending)
        frame.pause()


def _sort_by(rows: list[KeyedRow], index: int, frame: Frame, *, descending: bool) -> None:
    values = [keys[index] for _, keys in rows]
    key = _text_key if all(isinstance(v, (str, type(None))) for v in values) else _any_key(frame)
    rows.sort(key=lambda row: key(row[1][index]), reverse=descending)


def _text_key(value: Value) -> Any:
    return (True, fold(value)) if isinstance(value, str) else (False, "")


def _any_key(frame: Frame) -> Callable[[Value], Any]:
    """A key for values of different kinds, which compare as they do everywhere."""

    def order(left: Value, right: Value) -> int:
        frame.turn()
        if left is None or right is None:
            return (left is not None) - (right is not None)
        return compare(left, right)

    return cmp_to_key(order)


def distinct_rows(rows: Iterable[KeyedRow], frame: Frame) -> Iterator[KeyedRow]:
    """Each row the first time; rows are alike when their values compare equal, NULLs included."""
    seen: set[tuple[object, ...]] = set()
    for row, keys in rows:
        key = tuple(identity(value) for value in row)
        if key not in seen:
            check_kept(len(seen) * len(row), frame)
            seen.add(key)
            yield row, keys


def check_kept(count: int, frame: Frame) -> None:
    """Hold what a query has to keep in memory to the limit of its values."""
    if count >= frame.limits.values_per_query:
        raise StoppedError(
            translate(
                "A query keeps more than {values_per_query} values.",
                values_per_query=grouped(frame.limits.values_per_query),
            )
        )


def bounded(rows: Iterable[T], columns: int, frame: Frame) -> list[T]:
    """All rows at once.

    Raises:
        StoppedError: there are more than a query may give, by themselves or times their columns
    """
    most = frame.limits.rows_per_query
    if columns:
        most = min(most, frame.limits.values_per_query // columns)
    kept = list(islice(rows, most + 1))
    if len(kept) > most:
        raise StoppedError(
            translate(
                "A query of {columns} columns gave more than {most} rows.",
                columns=grouped(columns),
                most=grouped(most),
            )
        )
    return kept
