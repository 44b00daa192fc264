"""Queries compiled: what is selected, grouped, put in order and cut to the first rows.

Rows come from `joins`; here they become the rows of the result.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from webdial.language import Kept, translate
from webdial.watcom import nodes
from webdial.watcom.aggregates import GATHERINGS, SEPARATOR, Aggregation, Gathering
from webdial.watcom.calls import check_call
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.expressions import (
    compile_condition,
    compile_value,
    compiles_value,
    constant,
    find_column,
)
from webdial.watcom.frames import Evaluate, Frame, Test
from webdial.watcom.joins import Stream, check_table, plan_sources, register_sources, stream_of
from webdial.watcom.ordering import (
    KeyedRow,
    Row,
    SortKey,
    bounded,
    check_kept,
    distinct_rows,
    sort_rows,
)
from webdial.watcom.printer import to_source
from webdial.watcom.scopes import Grouping, QueryScope, Scope, null
from webdial.watcom.values import Value, identity, integer_of

Rows = Callable[[Frame], Iterator[KeyedRow]]
Group = tuple[list[Value], list[Gathering]]
"""The values of GROUP BY, and what each aggregate has gathered."""

Gather = Callable[[Frame, Stream], Iterable[Group]]


@dataclass(frozen=True, slots=True)
class _Select:
    names: tuple[str | None, ...]
    rows: Rows
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """`names` are those of the columns, None for one without. `rows` runs the query. After a refused
    table the columns are not known, and nothing is to be said about how many there are."""

    names: tuple[str | None, ...]
    rows: Callable[[Frame], Iterator[Row]]
    is_known: bool = True

    def has_columns(self, count: int) -> bool:
        return len(self.names) == count or not self.is_known

    def all_rows(self, frame: Frame) -> list[Row]:
        """Every row at once, if there are not too many."""
        return bounded(self.rows(frame), len(self.names), frame)


def compile_query(node: nodes.Query, scope: Scope, *, for_exists: bool = False) -> CompiledQuery:
    """A query in a scope; with `for_exists` only whether there are rows matters, not their columns."""
    if isinstance(node, nodes.Union):
        query = _compile_union(node, scope)
    else:
        select = _SelectCompiler(node, scope, for_exists=for_exists).compile()
        query = CompiledQuery(select.names, _without_keys(select.rows), select.is_known)
    return query if scope.in_query() else _counted(query)


def _counted(query: CompiledQuery) -> CompiledQuery:
    """A query that stands in no other: it counts, and reads its tables anew."""

    def rows(frame: Frame) -> Iterator[Row]:
        frame.begin_query()
        return query.rows(frame)

    return CompiledQuery(query.names, rows, query.is_known)


def _without_keys(keyed: Rows) -> Callable[[Frame], Iterator[Row]]:
    return lambda frame: (row for row, _ in keyed(frame))


def note_refusals(root: nodes.Node, scope: Scope) -> None:
    """Note every function and table below `root` that is refused, without a look at the rest."""
    for node in nodes.walk(root):
        if isinstance(node, nodes.Call):
            check_call(node, scope)
        elif isinstance(node, nodes.TableSource):
            check_table(node, scope)


# UNION


def _compile_union(node: nodes.Union, scope: Scope) -> CompiledQuery:
    first = _SelectCompiler(node.first, scope, for_exists=False).compile()
    rest = [
        (every, _SelectCompiler(select, scope, for_exists=False).compile())
        for every, select in node.rest
    ]
    is_known = first.is_known and all(select.is_known for _, select in rest)
    for (_, select), (_, part) in zip(rest, node.rest, strict=True):
        if is_known and len(select.names) != len(first.names):
            scope.unit.note(
                Kind.PARSE, translate("The SELECTs of a UNION differ in columns."), part
            )
    positions = [_union_position(key, first.names, scope) for key in node.order_by]
    order = tuple(SortKey(key.descending) for key in node.order_by)
    width = len(first.names) + len(order)

    # The last UNION without ALL makes everything before it distinct; what follows is added.
    distinct = max((index for index, (every, _) in enumerate(rest, 1) if not every), default=-1)
    selects = [first, *(select for _, select in rest)]

    def combined(frame: Frame) -> Iterator[KeyedRow]:
        yield from distinct_rows(_rows_of(selects[: distinct + 1], frame), frame)
        yield from _rows_of(selects[distinct + 1 :], frame)

    def ordered(frame: Frame) -> Iterator[Row]:
        keyed = ((row, tuple(row[p] for p in positions)) for row, _ in combined(frame))
        kept = bounded(keyed, width, frame)
        sort_rows(kept, order, frame)
        return (row for row, _ in kept)

    rows = ordered if order else _without_keys(combined)
    return CompiledQuery(first.names, rows, is_known)


def _rows_of(selects: list[_Select], frame: Frame) -> Iterator[KeyedRow]:
    for select in selects:
        yield from select.rows(frame)


def _union_position(key: nodes.OrderKey, names: tuple[str | None, ...], scope: Scope) -> int:
    """The column that a key of a UNION's ORDER BY means: by its number, or its name at the first."""
    position = _position(key.value, len(names))
    if position is None and isinstance(key.value, nodes.Name):
        wanted = key.value.parts[-1].casefold()
        position = next((i for i, n in enumerate(names) if n and n.casefold() == wanted), None)
    if position is None:
        message = translate("A UNION is ordered by the number or name of a column.")
        scope.unit.note(Kind.PARSE, message, key)
    return position or 0


def _position(node: nodes.Expression, count: int) -> int | None:
    """The index that a whole number in ORDER BY stands for."""
    if isinstance(node, nodes.Number) and node.text.isdigit() and len(node.text) < 6:
        number = int(node.text)
        return number - 1 if 1 <= number <= count else None
    return None


# SELECT


class _SelectCompiler:
    """One SELECT being compiled."""

    def __init__(self, node: nodes.Select, scope: Scope, *, for_exists: bool) -> None:
        self._node = node
        self._outside = scope
        self._scope = QueryScope(scope.unit, scope)
        self._for_exists = for_exists

    def compile(self) -> _Select:
        node, scope = self._node, self._scope
        for source in node.sources:
            register_sources(source, scope)
        if len(scope.sources) < sum(map(_table_count, node.sources)):
            return self._without_tables()
        items = self._items()
        scope.aliases = {i.alias.casefold(): i.value for i in items if i.alias is not None}
        plan = plan_sources(node.sources, node.where, scope)
        produce = self._producer(items)
        stream = stream_of(plan)
        names = tuple(_column_name(item) for item in items)
        return _Select(names, self._finish(lambda frame: produce(frame, stream), len(names)))

    def _without_tables(self) -> _Select:
        """A table was refused: nothing can be said of columns, but what else is refused can."""
        note_refusals(self._node, self._outside)
        names = tuple(
            _column_name(item) if isinstance(item, nodes.Item) else None
            for item in self._node.items
        )
        return _Select(names, lambda _frame: iter(()), is_known=False)

    # Items

    def _items(self) -> list[nodes.Item]:
        """The select list with every * replaced by the columns it stands for."""
        items: list[nodes.Item] = []
        for item in self._node.items:
            if isinstance(item, nodes.Item):
                items.append(item)
            elif self._for_exists:
                items.append(nodes.Item(nodes.Null(start=item.start, end=item.end)))
            else:
                items.extend(self._star(item))
        return items

    def _star(self, star: nodes.Star) -> Iterator[nodes.Item]:
        wanted = star.table.casefold() if star.table is not None else None
        if wanted is not None and not self._scope.has_source(wanted):
            message = translate("There is no table {table} here.", table=star.table)
            self._scope.unit.note(Kind.UNKNOWN_NAME, message, star)
        if not self._scope.sources:
            self._scope.unit.note(Kind.PARSE, translate("* needs a FROM."), star)
        for source in self._scope.sources:
            if wanted is None or source.name == wanted:
                for column in source.table.columns:
                    name = nodes.Name((source.name, column), start=star.start, end=star.end)
                    yield nodes.Item(name, start=star.start, end=star.end)

    def _evaluators(self, items: list[nodes.Item]) -> list[Evaluate]:
        evaluators = []
        for item in items:
            with self._scope.expanding(item.alias):
                evaluators.append(compile_value(item.value, self._scope))
        return evaluators

    # Rows

    def _producer(self, items: list[nodes.Item]) -> Callable[[Frame, Stream], Iterator[KeyedRow]]:
        node = self._node
        parts = [*items, *node.order_by, *([node.having] if node.having is not None else [])]
        aggregates = any(_has_aggregate(part) for part in parts)
        if node.group_by or node.having is not None or aggregates:
            return self._grouped(items)
        evaluators = self._evaluators(items)
        keys = self._sort_keys(items)

        def produce(frame: Frame, stream: Stream) -> Iterator[KeyedRow]:
            for _ in stream(frame):
                row = tuple(evaluate(frame) for evaluate in evaluators)
                yield row, tuple(key(frame, row) for key in keys)

        return produce

    def _sort_keys(self, items: list[nodes.Item]) -> list[Callable[[Frame, Row], Value]]:
        return [self._sort_key(key.value, items) for key in self._node.order_by]

    def _sort_key(
        self, value: nodes.Expression, items: list[nodes.Item]
    ) -> Callable[[Frame, Row], Value]:
        """A key of ORDER BY: the number or alias of an item, or any value."""
        position = _position(value, len(items))
        if position is None and isinstance(value, nodes.Number) and value.text.isdigit():
            self._scope.unit.note(
                Kind.PARSE, translate("There is no column of this number."), value
            )
        if position is None and isinstance(value, nodes.Name) and len(value.parts) == 1:
            wanted = value.parts[0].casefold()
            position = next(
                (i for i, it in enumerate(items) if it.alias and it.alias.casefold() == wanted),
                None,
            )
        if position is not None:
            index = position
            return lambda _frame, row: row[index]
        evaluate = compile_value(value, self._scope)
        return lambda frame, _row: evaluate(frame)

    # Groups

    def _grouped(self, items: list[nodes.Item]) -> Callable[[Frame, Stream], Iterator[KeyedRow]]:
        node, scope = self._node, self._scope
        group_keys, group_slots = self._group_keys()
        aggregations = scope.aggregations
        evaluators = self._evaluators(items)
        having: Test | None = None
        if node.having is not None:
            having = compile_condition(node.having, scope)
        sort_keys = self._sort_keys(items)
        gathered = _gatherer(group_keys, aggregations)

        def produce(frame: Frame, stream: Stream) -> Iterator[KeyedRow]:
            for values, gatherings in gathered(frame, stream):
                frame.turn()
                for slot, value in zip(group_slots, values, strict=True):
                    frame.values[slot] = value
                for aggregation, gathering in zip(aggregations, gatherings, strict=True):
                    separator = aggregation.separator(frame)
                    result = gathering.result(frame, separator, aggregation.order)
                    frame.values[aggregation.slot] = result
                if having is None or having(frame):
                    row = tuple(evaluate(frame) for evaluate in evaluators)
                    yield row, tuple(key(frame, row) for key in sort_keys)

        return produce

    def _group_keys(self) -> tuple[list[Evaluate], list[int]]:
        """What GROUP BY groups by, and the slots its values stand in for each group."""
        keys: list[Evaluate] = []
        slots: list[int] = []
        grouping = Grouping(set(), {})
        for expression in self._node.group_by:
            if _has_aggregate(expression):
                message = translate("An aggregate cannot stand in GROUP BY.")
                self._scope.unit.note(Kind.PARSE, message, expression)
                continue
            keys.append(compile_value(expression, self._scope))
            column = find_column(expression, self._scope)
            if column is not None:
                grouping.slots.add(column.slot)
                slots.append(column.slot)
            else:
                slots.append(self._scope.unit.slot())
                grouping.expressions[to_source(expression).casefold()] = slots[-1]
        self._scope.grouping = grouping
        return keys, slots

    # The result

    def _finish(self, produce: Rows, columns: int) -> Rows:
        """DISTINCT, ORDER BY and TOP, in this order."""
        node = self._node
        order = tuple(SortKey(key.descending) for key in node.order_by)
        cut = self._cut(node.top)
        width = columns + len(order)

        def rows(frame: Frame) -> Iterator[KeyedRow]:
            found = produce(frame)
            if node.distinct:
                found = distinct_rows(found, frame)
            if order:
                kept = bounded(found, width, frame)
                sort_rows(kept, order, frame)
                found = iter(kept)
            return cut(frame, found) if cut is not None else found

        return rows

    def _cut(
        self, top: nodes.Top | None
    ) -> Callable[[Frame, Iterator[KeyedRow]], Iterator[KeyedRow]] | None:
        """TOP count START AT first. Both may be variables, which are those outside the query."""
        if top is None:
            return None
        count = compile_value(top.count, self._outside)
        first = (
            compile_value(top.start_at, self._outside) if top.start_at is not None else constant(1)
        )

        def cut(frame: Frame, rows: Iterator[KeyedRow]) -> Iterator[KeyedRow]:
            try:
                skipped = _row_number(first(frame), least=1) - 1
                wanted = _row_number(count(frame), least=0)
            except RaisedError as error:
                error.place(top)
                raise
            return islice(rows, skipped, skipped + wanted)

        return cut


def _row_number(value: Value, *, least: int) -> int:
    number = None if value is None else integer_of(value)
    if number is None or not least <= number < 2**31:
        raise RaisedError(Kind.OUT_OF_RANGE, Kept("TOP and START AT take a number of rows."))
    return number


@compiles_value(nodes.Aggregate)
def _compile_aggregate(node: nodes.Aggregate, scope: Scope) -> Evaluate:
    """What reads the value of an aggregate, which the query around it gathers."""
    grouping = scope.grouping if isinstance(scope, QueryScope) else None
    if not isinstance(scope, QueryScope) or grouping is None or grouping.inside:
        message = translate(
            "{name} can stand in the select list, HAVING and ORDER BY of a query only.",
            name=node.name,
        )
        scope.unit.note(Kind.PARSE, message, node)
        return null
    grouping.inside = True
    argument = compile_value(node.argument, scope) if node.argument is not None else constant(1)
    keys = tuple(compile_value(key.value, scope) for key in node.order_by)
    separator = constant(SEPARATOR)
    if node.separator is not None:
        separator = compile_value(node.separator, scope)
    grouping.inside = False
    slot = scope.unit.slot()
    make = partial(GATHERINGS[node.name], distinct=node.distinct)
    order = tuple(SortKey(key.descending) for key in node.order_by)
    scope.aggregations.append(Aggregation(make, argument, keys, order, separator, slot))
    return lambda frame: frame.values[slot]


def _gatherer(keys: list[Evaluate], aggregations: list[Aggregation]) -> Gather:
    """What gathers the rows of a query into groups; without keys, all of them into one group, which
    is there even if no row is."""
    width = len(keys) + len(aggregations)

    def gather(frame: Frame, stream: Stream) -> Iterable[Group]:
        groups: dict[object, Group] = {}
        if not keys:
            groups[()] = ([], [aggregation.make() for aggregation in aggregations])
        for _ in stream(frame):
            values = [key(frame) for key in keys]
            identified = tuple(map(identity, values))
            if identified not in groups:
                check_kept(len(groups) * width, frame)
                groups[identified] = (values, [aggregation.make() for aggregation in aggregations])
            _gather(frame, aggregations, groups[identified][1])
        return groups.values()

    return gather


def _gather(frame: Frame, aggregations: list[Aggregation], gatherings: list[Gathering]) -> None:
    for aggregation, gathering in zip(aggregations, gatherings, strict=True):
        value = aggregation.argument(frame)
        keys = tuple(key(frame) for key in aggregation.keys)
        gathering.add(frame, value, keys)


def _table_count(node: nodes.Source) -> int:
    if isinstance(node, nodes.TableSource):
        return 1
    return _table_count(node.left) + _table_count(node.right)


def _column_name(item: nodes.Item) -> str | None:
    if item.alias is not None:
        return item.alias
    return item.value.parts[-1] if isinstance(item.value, nodes.Name) else None


def _has_aggregate(node: nodes.Node) -> bool:
    return any(isinstance(n, nodes.Aggregate) for n in nodes.walk(node, into_queries=False))
