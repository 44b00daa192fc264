"""What names mean while a function is compiled: variables, columns, aliases, labels.

Every variable and every column of every table in a FROM gets a slot of its own in the frame. No
function calls another one of its kind, so one slot each is enough.
"""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from webdial.errors import Fault, line_and_column
from webdial.language import translate
from webdial.watcom import nodes
from webdial.watcom.aggregates import Aggregation
from webdial.watcom.datatypes import Convert
from webdial.watcom.errors import Kind, make_fault
from webdial.watcom.frames import Frame
from webdial.watcom.limits import Limits
from webdial.watcom.tables import Schema, Table
from webdial.watcom.values import Truth, Value

TALLEST_ALIAS = 32
"""Nodes above one another in the expression of an alias that is used elsewhere."""

LONGEST_ALIAS_CHAIN = 4
"""Aliases that may use one another: each one's expression is worked out anew where it is used."""

ALIAS_USES = 256
"""Uses of aliases in one query, those within aliases multiplied."""


def null(_frame: Frame) -> Value:
    """Stands for what could not be compiled; the fault noted keeps it from ever running."""
    return None


def unknown(_frame: Frame) -> Truth:
    """As `null`, for a condition."""
    return None


@dataclass(frozen=True, slots=True)
class Variable:
    """`convert` is what an assignment does to the value; None keeps any."""

    name: str
    slot: int
    convert: Convert | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A declared cursor; `slot` holds its rows while it is open, `has_columns` tells how many
    columns they have."""

    slot: int
    open: Callable[[Frame], list[tuple[Value, ...]]]
    columns: int
    has_columns: Callable[[int], bool]


@dataclass(slots=True, eq=False)
class Source:
    """A table in a FROM. `used` are the columns that anything asks for, by their slot."""

    name: str
    table: Table
    base: int
    used: dict[int, str] = field(default_factory=dict)

    def column(self, name: str) -> int | None:
        """The slot of a column, by its folded name; the column is needed from now on."""
        index = self.table.index(name)
        if index is None:
            return None
        self.used[self.base + index] = self.table.columns[index]
        return self.base + index


@dataclass(frozen=True, slots=True)
class Column:
    source: Source
    slot: int
    name: str


class Unit:
    """What is shared while one function is compiled: faults found, slots given."""

    def __init__(self, source: str, schema: Schema, limits: Limits) -> None:
        self.source = source
        self.schema = schema
        self.limits = limits
        self.faults: list[Fault] = []
        self.slot_count = 0
        self.cursor_count = 0
        self.pattern_count = 0
        self.shown: dict[str, int] = {}
        """The variables to show after a call, by name, with their slots."""

    def slot(self, count: int = 1) -> int:
        """The first of `count` new slots."""
        first = self.slot_count
        self.slot_count += count
        return first

    def may_add_pattern(self, node: nodes.Node) -> bool:
        """Whether the source may hold one more literal pattern; a fault is noted if not."""
        self.pattern_count += 1
        if self.pattern_count <= self.limits.patterns:
            return True
        message = translate(
            "The function has more than {patterns} patterns.", patterns=self.limits.patterns
        )
        self.note(Kind.LIMIT, message, node)
        return False

    def cursor_slot(self) -> int:
        self.cursor_count += 1
        return self.cursor_count - 1

    def show(self, variable: Variable, node: nodes.Node) -> None:
        """Have a variable shown after a call; one whose name is taken goes by its line as well."""
        name = variable.name
        if name in self.shown:
            name = f"{name} (line {line_and_column(self.source, node.start)[0]})"
        self.shown[name] = variable.slot

    def note(self, kind: Kind, message: str, node: nodes.Node, hint: str = "") -> None:
        """Add a fault, unless there are enough, or one of the kind at the same place."""
        fault = make_fault(kind, message, node.start, max(node.end, node.start + 1), hint)
        known = any(f.start == fault.start and f.code == fault.code for f in self.faults)
        if not known and len(self.faults) < self.limits.faults:
            self.faults.append(fault)


class Scope:
    """A region of names, within others."""

    def __init__(self, unit: Unit, parent: "Scope | None") -> None:
        self.unit = unit
        self.parent = parent

    def enclosing(self) -> Iterator["Scope"]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def variable(self, name: str) -> Variable | None:
        key = name.casefold()
        for scope in self.enclosing():
            if isinstance(scope, BlockScope) and key in scope.variables:
                return scope.variables[key]
        return None

    def exception(self, name: str) -> str | None:
        """The SQLSTATE of a declared exception."""
        key = name.casefold()
        for scope in self.enclosing():
            if isinstance(scope, BlockScope) and key in scope.exceptions:
                return scope.exceptions[key]
        return None

    def cursor(self, name: str) -> Cursor | None:
        key = name.casefold()
        for scope in self.enclosing():
            if isinstance(scope, BlockScope) and key in scope.cursors:
                return scope.cursors[key]
        return None

    def in_query(self) -> bool:
        """Whether a query stands around: what is asked within one is part of it."""
        return any(isinstance(scope, QueryScope) for scope in self.enclosing())


class BlockScope(Scope):
    """A compound statement, or the turns of a FOR, with what it declares."""

    def __init__(self, unit: Unit, parent: Scope | None) -> None:
        super().__init__(unit, parent)
        self.variables: dict[str, Variable] = {}
        self.exceptions: dict[str, str] = {}
        self.cursors: dict[str, Cursor] = {}

    def declare(self, variable: Variable, node: nodes.Node) -> None:
        """Add a variable. A second one of the name in the same block is a fault."""
        key = variable.name.casefold()
        if key in self.variables:
            message = translate("{name} is declared twice in this block.", name=variable.name)
            self.unit.note(Kind.DUPLICATE_VARIABLE, message, node)
        self.variables[key] = variable

    def check_free(self, name: str, taken: Container[str], node: nodes.Node) -> None:
        """Note a fault if an exception or cursor of this name is there already."""
        if name.casefold() in taken:
            message = translate("{name} is declared twice in this block.", name=name)
            self.unit.note(Kind.DUPLICATE_VARIABLE, message, node)


@dataclass(slots=True)
class Grouping:
    """What may stand outside aggregates in a grouped query, and the aggregates found in it."""

    slots: set[int]
    """The columns of GROUP BY."""
    expressions: dict[str, int]
    """The other expressions of GROUP BY, as printed, each with the slot of its value."""
    inside: bool = False
    """In the argument of an aggregate, where every column may stand."""


class QueryScope(Scope):
    """A SELECT: its tables and aliases."""

    def __init__(self, unit: Unit, parent: Scope | None) -> None:
        super().__init__(unit, parent)
        self.sources: list[Source] = []
        self.aliases: dict[str, nodes.Expression] = {}
        self.grouping: Grouping | None = None
        self.aggregations: list[Aggregation] = []
        self.touched: set[Source] = set()
        """The tables that what is being compiled asks for."""
        self._expanding: list[str] = []
        self._alias_uses = 0

    @contextmanager
    def watching(self) -> Iterator[set[Source]]:
        """The tables that what is compiled within asks for."""
        before, self.touched = self.touched, set()
        try:
            yield self.touched
        finally:
            self.touched = before | self.touched

    def add_source(self, source: Source, node: nodes.Node) -> None:
        if any(other.name == source.name for other in self.sources):
            message = translate("Two tables have the same name here: give one of them an alias.")
            self.unit.note(Kind.PARSE, message, node)
        self.sources.append(source)

    def find_column(self, node: nodes.Name) -> Column | None:
        """The column of one of the tables here that the name means, aliases left aside."""
        name = node.parts[-1].casefold()
        qualifier = node.parts[-2].casefold() if len(node.parts) > 1 else None
        found: Column | None = None
        for source in self.sources:
            if qualifier is not None and source.name != qualifier:
                continue
            slot = source.column(name)
            if slot is None:
                continue
            if found is not None:
                message = translate(
                    "{parts} is a column of more than one table: write table.column.",
                    parts=node.parts[-1],
                )
                self.unit.note(Kind.UNKNOWN_NAME, message, node)
                break
            found = Column(source, slot, node.parts[-1])
        if found is not None:
            self.touched.add(found.source)
            self._check_grouped(found, node)
        return found

    def _check_grouped(self, column: Column, node: nodes.Node) -> None:
        grouping = self.grouping
        if grouping is None or grouping.inside or column.slot in grouping.slots:
            return
        self.unit.note(
            Kind.PARSE,
            translate("{name} stands neither in GROUP BY nor in an aggregate.", name=column.name),
            node,
        )

    def has_source(self, name: str) -> bool:
        return any(source.name == name.casefold() for source in self.sources)

    def alias(self, node: nodes.Name) -> nodes.Expression | None:
        """The select item that the name is an alias of, unless that item is being worked on."""
        key = node.parts[-1].casefold()
        if len(node.parts) > 1 or key in self._expanding:
            return None
        return self.aliases.get(key)

    @contextmanager
    def expanding(self, alias: str | None) -> Iterator[None]:
        """Within, the alias does not mean its own item: its name is that of a column."""
        if alias is None:
            yield
            return
        self._expanding.append(alias.casefold())
        try:
            yield
        finally:
            self._expanding.pop()

    def may_expand(self, value: nodes.Expression, node: nodes.Node) -> bool:
        """Whether one more use of an alias is within bounds; a fault is noted if not."""
        self._alias_uses += 1
        if (
            self._alias_uses <= ALIAS_USES
            and len(self._expanding) <= LONGEST_ALIAS_CHAIN
            and nodes.height(value) <= TALLEST_ALIAS
        ):
            return True
        self.unit.note(
            Kind.LIMIT, translate("Aliases are used too often within one another."), node
        )
        return False
