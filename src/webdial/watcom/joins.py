"""FROM and WHERE: which rows a query looks at, and how few of them are asked for.

The conditions joined by AND are taken apart. Those of the form `column = value`, where the value is
known before the table is read, go along when rows are asked for, so that a database can use an index;
every condition is tested here as well, so it does no harm if more rows come. Tables that are joined
without preference are read in an order in which most are narrowed like that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from webdial.language import translate
from webdial.watcom import nodes
from webdial.watcom.conditions import comparison
from webdial.watcom.errors import Kind
from webdial.watcom.expressions import compile_condition, compile_value, find_column
from webdial.watcom.frames import Evaluate, Frame, Test
from webdial.watcom.ordering import bounded
from webdial.watcom.scopes import QueryScope, Scope, Source
from webdial.watcom.tables import Table
from webdial.watcom.values import Value

Stream = Callable[[Frame], Iterator[None]]
"""Puts one combination of rows after the other into the frame, and yields after each."""


@dataclass(frozen=True, slots=True)
class Equality:
    """`column` of `source` equals a value that needs the tables `needs`."""

    source: Source
    column: str
    value: Evaluate
    needs: frozenset[Source]


@dataclass(frozen=True, slots=True, eq=False)
class Conjunct:
    """One of the conditions that AND joins, and the tables it names."""

    test: Test
    needs: frozenset[Source]
    equalities: tuple[Equality, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One table."""

    source: Source

    @property
    def sources(self) -> frozenset[Source]:
        return frozenset([self.source])


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Tables joined without preference: commas, INNER and CROSS JOIN."""

    parts: tuple["Part", ...]
    conjuncts: tuple[Conjunct, ...]

    @property
    def sources(self) -> frozenset[Source]:
        return frozenset[Source]().union(*(part.sources for part in self.parts))


@dataclass(frozen=True, slots=True, eq=False)
class Outer:
    """LEFT or FULL JOIN; a RIGHT JOIN is a LEFT JOIN the other way round."""

    left: "Part"
    right: "Part"
    conjuncts: tuple[Conjunct, ...]
    full: bool

    @property
    def sources(self) -> frozenset[Source]:
        return self.left.sources | self.right.sources


Part = Leaf | Group | Outer


# From the tree to parts


def register_sources(node: nodes.Source, scope: QueryScope) -> None:
    """Make the tables of a FROM known in the scope. Those not on the allow-list are refused."""
    if isinstance(node, nodes.Join):
        register_sources(node.left, scope)
        register_sources(node.right, scope)
        return
    unit = scope.unit
    if len(scope.sources) >= unit.limits.tables_per_query:
        message = translate(
            "A query reads at most {tables_per_query} tables.",
            tables_per_query=unit.limits.tables_per_query,
        )
        unit.note(Kind.LIMIT, message, node)
        return
    table = check_table(node, scope)
    if table is None:
        return
    exposed = (node.alias or node.parts[-1]).casefold()
    scope.add_source(Source(exposed, table, unit.slot(len(table.columns))), node)


def check_table(node: nodes.TableSource, scope: Scope) -> Table | None:
    """The table that is named; a fault if it may not be read."""
    table = scope.unit.schema.table(node.parts)
    if table is None:
        name = ".".join(node.parts)
        message = translate("{name} is no table that a function may read.", name=name)
        scope.unit.note(Kind.REFUSED, message, node)
    return table


def plan_sources(
    sources: tuple[nodes.Source, ...], where: nodes.Expression | None, scope: QueryScope
) -> Group:
    """The parts of a FROM with its conditions, all compiled. Call `register_sources` before."""
    waiting = iter(list(scope.sources))
    parts = tuple(_part(node, waiting, scope) for node in sources)
    conjuncts = compile_conjuncts(where, scope) if where is not None else ()
    return Group(parts, conjuncts)


def _part(node: nodes.Source, waiting: Iterator[Source], scope: QueryScope) -> Part:
    if isinstance(node, nodes.TableSource):
        return Leaf(next(waiting))
    left = _part(node.left, waiting, scope)
    right = _part(node.right, waiting, scope)
    conjuncts: tuple[Conjunct, ...] = ()
    if node.condition is not None:
        conjuncts = compile_conjuncts(node.condition, scope)
        _check_reach(node.condition, conjuncts, left.sources | right.sources, scope)
    if node.kind in {"INNER", "CROSS"}:
        return Group((left, right), conjuncts)
    if node.kind == "RIGHT":
        left, right = right, left
    return Outer(left, right, conjuncts, node.kind == "FULL")


def _check_reach(
    node: nodes.Expression,
    conjuncts: tuple[Conjunct, ...],
    joined: frozenset[Source],
    scope: QueryScope,
) -> None:
    if any(not conjunct.needs <= joined for conjunct in conjuncts):
        message = translate("The condition of a JOIN can only name the tables it joins.")
        scope.unit.note(Kind.UNKNOWN_NAME, message, node)


def compile_conjuncts(node: nodes.Expression, scope: QueryScope) -> tuple[Conjunct, ...]:
    """The conditions of `node` that AND joins, each compiled by itself."""
    conjuncts: list[Conjunct] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, nodes.Logical) and part.operator == "AND":
            waiting.extend(reversed(part.parts))
        elif isinstance(part, nodes.Comparison) and part.operator == "=":
            conjuncts.append(_equality(part, scope))
        else:
            with scope.watching() as touched:
                test = compile_condition(part, scope)
            conjuncts.append(Conjunct(test, frozenset(touched)))
    return tuple(conjuncts)


def _equality(node: nodes.Comparison, scope: QueryScope) -> Conjunct:
    """A condition left = right, with what it tells about columns."""
    with scope.watching() as left_needs:
        left = compile_value(node.left, scope)
    with scope.watching() as right_needs:
        right = compile_value(node.right, scope)
    equalities = []
    for side, value, needs in (
        (node.left, right, frozenset(right_needs)),
        (node.right, left, frozenset(left_needs)),
    ):
        column = find_column(side, scope)
        if column is not None and column.source not in needs:
            name = column.source.used[column.slot]
            equalities.append(Equality(column.source, name, value, needs))
    test = comparison("=", left, right, node)
    return Conjunct(test, frozenset(left_needs | right_needs), tuple(equalities))


# From parts to streams


def stream_of(group: Group) -> Stream:
    """What looks at the rows of a FROM. To be made when every expression of the query is compiled,
    for only then is known which columns are needed."""
    return _stream(group, frozenset(), ())


def _stream(part: Part, known: frozenset[Source], hints: tuple[Conjunct, ...]) -> Stream:
    """`known` are the tables whose rows are in the frame before; `hints` are conditions that hold for
    every row that counts in the end, tested further out."""
    match part:
        case Leaf(source):
            return _table_stream(source, _lookups(source, known, hints))
        case Group():
            return _group_stream(part, known, hints)
        case Outer():
            return _outer_stream(part, known, hints)


def _lookups(
    source: Source, known: frozenset[Source], hints: tuple[Conjunct, ...]
) -> tuple[tuple[str, Evaluate], ...]:
    """The columns of `source` whose values are known, each once."""
    found: dict[str, Evaluate] = {}
    for conjunct in hints:
        for equality in conjunct.equalities:
            if equality.source is source and equality.needs <= known:
                found.setdefault(equality.column, equality.value)
    return tuple(found.items())


def _table_stream(source: Source, lookups: tuple[tuple[str, Evaluate], ...]) -> Stream:
    table = source.table
    slots = tuple(source.used)
    columns = tuple(source.used.values())

    def rows(frame: Frame) -> Iterator[None]:
        equals: dict[str, str] = {}
        for column, evaluate in lookups:
            value = evaluate(frame)
            if value is None:
                return  # nothing equals NULL
            if isinstance(value, str):
                equals[column] = value
        values = frame.values
        for row in frame.fetch(table, columns, equals):
            frame.turn()
            for slot, value in zip(slots, row, strict=True):
                values[slot] = value
            yield

    return rows


def _group_stream(group: Group, known: frozenset[Source], hints: tuple[Conjunct, ...]) -> Stream:
    hints = (*hints, *group.conjuncts)
    inside = group.sources
    untested = list(group.conjuncts)
    stream: Stream = _one_row
    for part in _in_order(group.parts, known, hints):
        inner = _stream(part, known, hints)
        known |= part.sources
        # A condition is tested as soon as the tables it names have their rows.
        ready = [c for c in untested if c.needs & inside <= known]
        untested = [c for c in untested if not c.needs & inside <= known]
        stream = _nested(stream, inner, [conjunct.test for conjunct in ready])
    return _filtered(stream, [conjunct.test for conjunct in untested]) if untested else stream


def _in_order(
    parts: tuple[Part, ...], known: frozenset[Source], hints: tuple[Conjunct, ...]
) -> Iterator[Part]:
    """The parts as written, except that one which can be narrowed goes before one that cannot."""
    remaining = list(parts)
    while remaining:
        chosen = next(
            (p for p in remaining if any(_lookups(s, known, hints) for s in p.sources)),
            remaining[0],
        )
        remaining.remove(chosen)
        known |= chosen.sources
        yield chosen


def _one_row(_frame: Frame) -> Iterator[None]:
    yield


def _nested(outer: Stream, inner: Stream, tests: list[Test]) -> Stream:
    if outer is _one_row:
        return _filtered(inner, tests) if tests else inner

    def rows(frame: Frame) -> Iterator[None]:
        for _ in outer(frame):
            for _ in inner(frame):
                if all(test(frame) for test in tests):
                    yield

    return rows


def _filtered(stream: Stream, tests: list[Test]) -> Stream:
    def rows(frame: Frame) -> Iterator[None]:
        for _ in stream(frame):
            if all(test(frame) for test in tests):
                yield

    return rows


def _outer_stream(outer: Outer, known: frozenset[Source], hints: tuple[Conjunct, ...]) -> Stream:
    left = _stream(outer.left, known, hints)
    # The condition of the JOIN narrows the side that may be missing, never the one that is kept.
    # In a FULL JOIN both are kept, and the rows of the right side are looked at without the left.
    if outer.full:
        right = _stream(outer.right, known, hints)
        return _full_stream(outer, left, right)
    right = _stream(outer.right, known | outer.left.sources, (*hints, *outer.conjuncts))
    tests = [conjunct.test for conjunct in outer.conjuncts]
    missing = _slots(outer.right)

    def rows(frame: Frame) -> Iterator[None]:
        for _ in left(frame):
            matched = False
            for _ in right(frame):
                if all(test(frame) for test in tests):
                    matched = True
                    yield
            if not matched:
                _set_null(frame, missing)
                yield

    return rows


def _full_stream(outer: Outer, left: Stream, right: Stream) -> Stream:
    tests = [conjunct.test for conjunct in outer.conjuncts]
    left_slots, right_slots = _slots(outer.left), _slots(outer.right)

    def rows(frame: Frame) -> Iterator[None]:
        values = frame.values
        found = ([values[slot] for slot in right_slots] for _ in right(frame))
        kept = bounded(found, len(right_slots), frame)
        matched = [False] * len(kept)
        for _ in left(frame):
            alone = True
            for index, row in enumerate(kept):
                frame.turn()
                _set(frame, right_slots, row)
                if all(test(frame) for test in tests):
                    alone, matched[index] = False, True
                    yield
            if alone:
                _set_null(frame, right_slots)
                yield
        for index, row in enumerate(kept):
            if not matched[index]:
                _set_null(frame, left_slots)
                _set(frame, right_slots, row)
                yield

    return rows


def _slots(part: Part) -> tuple[int, ...]:
    return tuple(slot for source in part.sources for slot in source.used)


def _set(frame: Frame, slots: tuple[int, ...], row: list[Value]) -> None:
    for slot, value in zip(slots, row, strict=True):
        frame.values[slot] = value


def _set_null(frame: Frame, slots: tuple[int, ...]) -> None:
    for slot in slots:
        frame.values[slot] = None
