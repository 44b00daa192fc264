"""The tree of a function: what the parser makes, the compiler reads and the printer writes.

Names stand as written; whether they were quoted is not kept. `start` and `end` count characters of
the source and take no part in comparisons, so two texts that mean the same give equal trees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


# Types


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """`name` in canonical capitals; `size` is the n of CHAR(n) or p of NUMERIC(p, scale)."""

    name: str
    size: int | None = None
    scale: int | None = None


# Expressions. A condition is an expression too: which of the two may stand where is checked later.


@dataclass(frozen=True, slots=True)
class Expression(Node):
    pass


@dataclass(frozen=True, slots=True)
class Null(Expression):
    pass


@dataclass(frozen=True, slots=True)
class Text(Expression):
    value: str


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number as written: `12`, `1.50`, `1e3`, `0x1F`."""

    text: str


@dataclass(frozen=True, slots=True)
class Special(Expression):
    """A special value: `CURRENT DATE`, `SQLSTATE`, `USER` and kin, in canonical capitals."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A variable or column; `parts` holds up to owner, table and column."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call of a function. `star` is the `*` of NOW(*)."""

    name: str
    arguments: tuple[Expression, ...] = ()
    owner: str = ""
    star: bool = False


@dataclass(frozen=True, slots=True)
class OrderKey(Node):
    value: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate(Expression):
    """COUNT, SUM, AVG, MIN, MAX, LIST. `argument` is None for COUNT(*)."""

    name: str
    argument: Expression | None
    distinct: bool = False
    separator: Expression | None = None
    order_by: tuple[OrderKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST(value AS type), or CONVERT(type, value [, style]) where `convert` says so."""

    value: Expression
    type: TypeName
    convert: bool = False
    style: Expression | None = None


@dataclass(frozen=True, slots=True)
class Extract(Expression):
    part: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Negate(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class Chain(Expression):
    """Operators of one level, from left to right: `||`, `+ -` or `* / %`.

    Flat, so that 2,000 `||` in a row are one node and not a tree 2,000 deep.
    """

    first: Expression
    steps: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class IfExpression(Expression):
    condition: Expression
    then: Expression
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class CaseExpression(Expression):
    """With a `subject`, the first of each pair is a value to compare it with, else a condition."""

    subject: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    query: "Query"


# Conditions


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """`operator` is one of = <> < > <= >=."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """value operator ANY (query), or ALL where `every` says so."""

    operator: str
    value: Expression
    query: "Query"
    every: bool = False


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    value: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsTruth(Expression):
    """condition IS [NOT] TRUE, FALSE or UNKNOWN: `truth` is True, False or None."""

    condition: Expression
    truth: bool | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsDistinct(Expression):
    left: Expression
    right: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Expression):
    value: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InList(Expression):
    value: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    value: Expression
    query: "Query"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    query: "Query"


@dataclass(frozen=True, slots=True)
class Match(Expression):
    """`how` is LIKE, SIMILAR TO or REGEXP."""

    how: str
    value: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Expression):
    condition: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """`operator` is AND or OR; at least two parts."""

    operator: str
    parts: tuple[Expression, ...]


# Queries


@dataclass(frozen=True, slots=True)
class Item(Node):
    value: Expression
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Star(Node):
    """`*`, or `table.*`."""

    table: str | None = None


@dataclass(frozen=True, slots=True)
class TableSource(Node):
    """A table in FROM; `parts` holds the owner, if given, and the name."""

    parts: tuple[str, ...]
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Join(Node):
    """`kind` is INNER, LEFT, RIGHT, FULL or CROSS; only CROSS has no condition."""

    kind: str
    left: "Source"
    right: "Source"
    condition: Expression | None = None


Source = TableSource | Join


@dataclass(frozen=True, slots=True)
class Top(Node):
    """TOP count START AT `start_at`; FIRST is TOP 1."""

    count: Expression
    start_at: Expression | None = None


@dataclass(frozen=True, slots=True)
class Select(Node):
    items: tuple[Item | Star, ...]
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    having: Expression | None = None
    order_by: tuple[OrderKey, ...] = ()
    top: Top | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Union(Node):
    """`rest` holds each further SELECT and whether it came by UNION ALL."""

    first: Select
    rest: tuple[tuple[bool, Select], ...]
    order_by: tuple[OrderKey, ...] = ()


Query = Select | Union


# Declarations and statements


@dataclass(frozen=True, slots=True)
class DeclareVariables(Node):
    names: tuple[str, ...]
    type: TypeName
    initial: Expression | None = None


@dataclass(frozen=True, slots=True)
class DeclareException(Node):
    name: str
    sqlstate: str


@dataclass(frozen=True, slots=True)
class DeclareCursor(Node):
    name: str
    query: Query


Declaration = DeclareVariables | DeclareException | DeclareCursor


@dataclass(frozen=True, slots=True)
class Statement(Node):
    pass


@dataclass(frozen=True, slots=True)
class Handler(Node):
    """WHEN names THEN body; WHEN OTHERS has no names."""

    names: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Block(Statement):
    declarations: tuple[Declaration, ...] = ()
    body: tuple[Statement, ...] = ()
    handlers: tuple[Handler, ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Try(Statement):
    """BEGIN TRY declarations body END TRY BEGIN CATCH catch END CATCH."""

    body: tuple[Statement, ...]
    catch: tuple[Statement, ...]
    declarations: tuple[Declaration, ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Set(Statement):
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class CallStatement(Statement):
    """CALL f(...), or name = CALL f(...)."""

    call: Call
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SelectInto(Statement):
    query: Select
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class If(Statement):
    """Each branch is a condition and what follows its THEN: IF first, then every ELSEIF."""

    branches: tuple[tuple[Expression, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case(Statement):
    subject: Expression | None
    whens: tuple[tuple[Expression, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...] | None = None


@dataclass(frozen=True, slots=True)
class Loop(Statement):
    """[WHILE condition] LOOP ... END LOOP."""

    condition: Expression | None
    body: tuple[Statement, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class For(Statement):
    """FOR name AS cursor CURSOR FOR query DO ... END FOR."""

    name: str
    cursor: str
    query: Query
    body: tuple[Statement, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Leave(Statement):
    label: str


@dataclass(frozen=True, slots=True)
class Continue(Statement):
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Open(Statement):
    cursor: str


@dataclass(frozen=True, slots=True)
class Fetch(Statement):
    cursor: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Close(Statement):
    cursor: str


@dataclass(frozen=True, slots=True)
class Return(Statement):
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Signal(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class Resignal(Statement):
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Message(Statement):
    """MESSAGE values, or PRINT where `printed` says so."""

    values: tuple[Expression, ...]
    printed: bool = False


# The function


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    type: TypeName
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Function(Node):
    """`resumes` is ON EXCEPTION RESUME. CREATE and ALTER mean the same here."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: TypeName
    body: Block
    owner: str = ""
    resumes: bool = False


_CHILD_FIELDS: dict[str, tuple[str, ...]] = {}
"""By the name of the node's class, its fields that may hold nodes."""


def _child_fields(node: Node) -> tuple[str, ...]:
    name = type(node).__name__
    if name not in _CHILD_FIELDS:
        _CHILD_FIELDS[name] = tuple(f.name for f in fields(node) if not f.kw_only)
    return _CHILD_FIELDS[name]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in the order of the source."""
    waiting: list[object] = [getattr(node, name) for name in reversed(_child_fields(node))]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            waiting.extend(reversed(part))


def walk(root: Node, *, into_queries: bool = True) -> Iterator[Node]:
    """`root` and every node below it, parents first; without recursion, so any depth will do."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if into_queries or not isinstance(node, (Select, Union)):
            waiting.extend(reversed(list(children(node))))


def height(root: Node) -> int:
    """How many nodes stand on the longest way down from `root`."""
    tallest = 0
    waiting = [(root, 1)]
    while waiting:
        node, level = waiting.pop()
        tallest = max(tallest, level)
        waiting.extend((child, level + 1) for child in children(node))
    return tallest
