"""Random trees of functions: everything the grammar has, in any combination it allows."""

from hypothesis import strategies as st

from webdial.watcom import nodes
from webdial.watcom.nodes import Expression, Statement

NAME = st.one_of(
    st.sampled_from(["n", "x", "Extension", "a b", "end", "select", 'q"q', "@v", "é", "OPTION", "if"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r", categories=["L", "N", "P"]), min_size=1, max_size=8)
    .filter(lambda name: name.strip() != ""),
)  # fmt: skip
TEXT = st.builds(nodes.Text, st.text(st.characters(codec="utf-8"), max_size=8))
NUMBER = st.builds(
    nodes.Number, st.sampled_from(["0", "7", "1.50", ".5", "12.", "1e3", "2.5E-3", "0x1F", "0XFF"])
)
SPECIAL = st.builds(
    nodes.Special,
    st.sampled_from(
        ["CURRENT DATE", "CURRENT TIME", "CURRENT TIMESTAMP", "CURRENT USER",
         "CURRENT UTC TIMESTAMP", "LAST USER", "USER", "SQLSTATE", "SQLCODE"]
    ),
)  # fmt: skip
VARIABLE = st.builds(nodes.Name, st.lists(NAME, min_size=1, max_size=3).map(tuple))
TYPE = st.one_of(
    st.builds(
        nodes.TypeName, st.sampled_from(["LONG VARCHAR", "INTEGER", "DATE", "DOUBLE", "BIT"])
    ),
    st.builds(nodes.TypeName, st.sampled_from(["CHAR", "VARCHAR", "NCHAR"]), st.integers(1, 32767)),
    st.builds(nodes.TypeName, st.just("NUMERIC"), st.integers(1, 30), st.integers(0, 30)),
)
FUNCTION_NAMES = NAME.filter(
    lambda name: (
        name.upper()
        not in {"CAST", "CONVERT", "EXTRACT", "COUNT", "SUM", "AVG", "MIN", "MAX", "LIST"}
    )
)
DEPTH = 3


def optional(strategy: st.SearchStrategy[nodes.Expression]) -> st.SearchStrategy[Expression | None]:
    return st.none() | strategy


def expressions(depth: int = DEPTH) -> st.SearchStrategy[Expression]:
    """Values, and conditions where the grammar takes either."""
    leaves = st.one_of(st.builds(nodes.Null), TEXT, NUMBER, SPECIAL, VARIABLE)
    if depth == 0:
        return leaves
    inner = st.deferred(lambda: expressions(depth - 1))
    several = st.lists(inner, max_size=3).map(tuple)
    branches = st.lists(st.tuples(inner, inner), min_size=1, max_size=2).map(tuple)
    query = queries(depth - 1)
    negated = st.booleans()
    comparison = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
    return st.one_of(
        leaves,
        st.builds(nodes.Call, FUNCTION_NAMES, several, st.just("") | NAME),
        st.builds(nodes.Call, FUNCTION_NAMES, star=st.just(True)),  # type: ignore[arg-type]
        st.builds(nodes.Cast, inner, TYPE),
        st.builds(nodes.Cast, inner, TYPE, st.just(True), optional(inner)),
        st.builds(nodes.Extract, NAME, inner),
        st.builds(nodes.Negate, inner),
        st.builds(nodes.Chain, inner, steps(["||"], inner)),
        st.builds(nodes.Chain, inner, steps(["+", "-"], inner)),
        st.builds(nodes.Chain, inner, steps(["*", "/", "%"], inner)),
        st.builds(nodes.IfExpression, inner, inner, optional(inner)),
        st.builds(nodes.CaseExpression, optional(inner), branches, optional(inner)),
        st.builds(nodes.Subquery, query),
        aggregates(inner),
        st.builds(nodes.Comparison, comparison, inner, inner),
        st.builds(nodes.Quantified, comparison, inner, query, st.booleans()),
        st.builds(nodes.IsNull, inner, negated),
        st.builds(nodes.IsTruth, inner, st.sampled_from([True, False, None]), negated),
        st.builds(nodes.IsDistinct, inner, inner, negated),
        st.builds(nodes.Between, inner, inner, inner, negated),
        st.builds(nodes.InList, inner, st.lists(inner, min_size=1, max_size=3).map(tuple), negated),
        st.builds(nodes.InQuery, inner, query, negated),
        st.builds(nodes.Exists, query),
        st.builds(nodes.Match, st.sampled_from(["LIKE", "SIMILAR TO", "REGEXP"]), inner, inner,
                  optional(inner), negated),
        st.builds(nodes.Not, inner),
        st.builds(nodes.Logical, st.sampled_from(["AND", "OR"]),
                  st.lists(inner, min_size=2, max_size=3).map(tuple)),
    )  # fmt: skip


def steps(
    operators: list[str], inner: st.SearchStrategy[Expression]
) -> st.SearchStrategy[tuple[tuple[str, Expression], ...]]:
    one = st.tuples(st.sampled_from(operators), inner)
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def order_keys(
    inner: st.SearchStrategy[Expression],
) -> st.SearchStrategy[tuple[nodes.OrderKey, ...]]:
    return st.lists(st.builds(nodes.OrderKey, inner, st.booleans()), max_size=2).map(tuple)


def aggregates(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.just(nodes.Aggregate("COUNT", None)),
        st.builds(
            nodes.Aggregate, st.sampled_from(["SUM", "AVG", "MIN", "MAX"]), inner, st.booleans()
        ),
        st.builds(
            nodes.Aggregate,
            st.just("LIST"),
            inner,
            st.booleans(),
            optional(inner),
            order_keys(inner),
        ),
    )


def sources(depth: int) -> st.SearchStrategy[nodes.Source]:
    table = st.builds(
        nodes.TableSource, st.lists(NAME, min_size=1, max_size=2).map(tuple), st.none() | NAME
    )
    if depth == 0:
        return table
    inner = st.deferred(lambda: sources(depth - 1))
    joined = st.builds(
        nodes.Join,
        st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"]),
        inner,
        inner,
        expressions(0),
    )
    return st.one_of(table, joined, st.builds(nodes.Join, st.just("CROSS"), inner, inner))


def selects(depth: int, *, ordered: bool = True) -> st.SearchStrategy[nodes.Select]:
    inner = expressions(depth)
    item = st.one_of(
        st.builds(nodes.Item, inner, st.none() | NAME), st.builds(nodes.Star, st.none() | NAME)
    )
    top = st.builds(nodes.Top, inner, optional(inner))
    return st.builds(
        nodes.Select,
        items=st.lists(item, min_size=1, max_size=3).map(tuple),
        sources=st.lists(sources(depth), max_size=2).map(tuple),
        where=optional(inner),
        group_by=st.lists(inner, max_size=2).map(tuple),
        having=optional(inner),
        order_by=order_keys(inner) if ordered else st.just(()),
        top=st.none() | top,
        distinct=st.booleans(),
    )


def queries(depth: int) -> st.SearchStrategy[nodes.Query]:
    part = selects(depth, ordered=False)
    union = st.builds(
        nodes.Union,
        part,
        st.lists(st.tuples(st.booleans(), part), min_size=1, max_size=2).map(tuple),
        order_keys(expressions(0)),
    )
    return st.one_of(selects(depth), union)


NAMES = st.lists(NAME, min_size=1, max_size=3).map(tuple)


def declarations() -> st.SearchStrategy[tuple[nodes.Declaration, ...]]:
    one = st.one_of(
        st.builds(nodes.DeclareVariables, NAMES, TYPE, optional(expressions(1))),
        st.builds(nodes.DeclareException, NAME, st.sampled_from(["99001", "02000", "42W04"])),
        st.builds(nodes.DeclareCursor, NAME, queries(1)),
    )
    return st.lists(one, max_size=2).map(tuple)


def statements(depth: int = 2) -> st.SearchStrategy[tuple[Statement, ...]]:
    value = expressions(1)
    label = st.none() | NAME
    simple = [
        st.builds(nodes.Set, NAME, value),
        st.builds(
            nodes.CallStatement, st.builds(nodes.Call, FUNCTION_NAMES, st.tuples(value)), label
        ),
        st.builds(nodes.SelectInto, selects(1), NAMES.filter(lambda names: names[0][0] != "#")),
        st.builds(nodes.Leave, NAME),
        st.builds(nodes.Continue, label),
        st.builds(nodes.Open, NAME),
        st.builds(nodes.Fetch, NAME, st.just(()) | NAMES),
        st.builds(nodes.Close, NAME),
        st.builds(nodes.Return, optional(value)),
        st.builds(nodes.Signal, NAME),
        st.builds(nodes.Resignal, label),
        st.builds(nodes.Message, st.lists(value, min_size=1, max_size=2).map(tuple), st.booleans()),
    ]
    if depth == 0:
        return st.lists(st.one_of(simple), max_size=3).map(tuple)
    body = st.deferred(lambda: statements(depth - 1))
    branches = st.lists(st.tuples(value, body), min_size=1, max_size=2).map(tuple)
    return st.lists(
        st.one_of(
            *simple,
            blocks(depth),
            st.builds(nodes.Try, body, body, declarations(), label),
            st.builds(nodes.If, branches, st.none() | body),
            st.builds(nodes.Case, optional(value), branches, st.none() | body),
            st.builds(nodes.Loop, optional(value), body, label),
            st.builds(nodes.For, NAME, NAME, queries(1), body, label),
        ),
        max_size=3,
    ).map(tuple)


def blocks(depth: int = 2) -> st.SearchStrategy[nodes.Block]:
    body = st.deferred(lambda: statements(depth - 1))
    handlers = st.lists(st.builds(nodes.Handler, NAMES, body), max_size=1)
    others = st.lists(st.builds(nodes.Handler, st.just(()), body), max_size=1)
    both = st.tuples(handlers, others).map(lambda pair: (*pair[0], *pair[1]))
    return st.builds(nodes.Block, declarations(), body, both, st.none() | NAME)


FUNCTIONS = st.builds(
    nodes.Function,
    NAME,
    st.lists(st.builds(nodes.Parameter, NAME, TYPE, optional(expressions(1))), max_size=2).map(
        tuple
    ),
    TYPE,
    blocks(),
    st.just("") | NAME,
    st.booleans(),
)
