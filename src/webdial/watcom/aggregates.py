"""COUNT, SUM, AVG, MIN, MAX and LIST: what gathers the values of one group.

NULL is left out everywhere; DISTINCT leaves out what compares equal to a value before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from webdial.watcom.frames import Evaluate, Frame
from webdial.watcom.ordering import SortKey, check_kept, sort_rows
from webdial.watcom.values import Value, add, compare, divide, identity, number_of, text_of

SEPARATOR = ","
"""What LIST puts between values, if not told (SQL Anywhere, LIST function)."""


class Gathering:
    """The values of one aggregate in one group, as they come."""

    def __init__(self, *, distinct: bool) -> None:
        self._seen: set[object] | None = set() if distinct else None

    def add(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        """Take the value of one row; `keys` are what LIST orders by."""
        if value is None or self._is_repeated(frame, value):
            return
        self.take(frame, value, keys)

    def _is_repeated(self, frame: Frame, value: Value) -> bool:
        if self._seen is None:
            return False
        key = identity(value)
        if key in self._seen:
            return True
        check_kept(len(self._seen), frame)
        self._seen.add(key)
        return False

    def take(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        raise NotImplementedError

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        """The value of the aggregate. `separator` and `order` are for LIST."""
        raise NotImplementedError


class Count(Gathering):
    def __init__(self, *, distinct: bool) -> None:
        super().__init__(distinct=distinct)
        self._count = 0

    def take(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        self._count += 1

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        return self._count


class Sum(Gathering):
    """SUM, NULL for no values."""

    def __init__(self, *, distinct: bool) -> None:
        super().__init__(distinct=distinct)
        self.total: Value = None
        self.count = 0

    def take(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        number = number_of(value)
        self.total = number if self.total is None else add(self.total, number)
        self.count += 1

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        return self.total


class Average(Sum):
    """AVG, exact for whole numbers as well."""

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        return None if self.total is None else divide(self.total, Decimal(self.count))


class Least(Gathering):
    sign = 1

    def __init__(self, *, distinct: bool) -> None:
        super().__init__(distinct=distinct)
        self._best: Value = None

    def take(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        if self._best is None or compare(value, self._best) * self.sign < 0:
            self._best = value

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        return self._best


class Greatest(Least):
    sign = -1


class Listing(Gathering):
    """LIST: texts joined; NULL and '' are left out, and no values give ''."""

    def __init__(self, *, distinct: bool) -> None:
        super().__init__(distinct=distinct)
        self._texts: list[tuple[tuple[Value, ...], tuple[Value, ...]]] = []

    def take(self, frame: Frame, value: Value, keys: tuple[Value, ...]) -> None:
        text = text_of(value)
        if text:
            check_kept(len(self._texts) * (1 + len(keys)), frame)
            self._texts.append(((text,), keys))

    def result(self, frame: Frame, separator: Value, order: tuple[SortKey, ...]) -> Value:
        sort_rows(self._texts, order, frame)
        texts = [text_of(row[0]) for row, _ in self._texts]
        between = "" if separator is None else text_of(separator)
        frame.build(sum(map(len, texts)) + len(between) * len(texts))
        return between.join(texts)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """An aggregate of a query: how to gather, and the slot its value goes to for each group."""

    make: Callable[[], Gathering]
    argument: Evaluate
    keys: tuple[Evaluate, ...]
    order: tuple[SortKey, ...]
    separator: Evaluate
    slot: int


GATHERINGS: dict[str, Callable[..., Gathering]] = {
    "COUNT": Count,
    "SUM": Sum,
    "AVG": Average,
    "MIN": Least,
    "MAX": Greatest,
    "LIST": Listing,
}
