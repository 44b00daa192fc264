"""Queries inside expressions: as a value, after EXISTS, IN, ANY and ALL."""

from collections.abc import Iterator

from webdial.language import translate
from webdial.watcom import nodes
from webdial.watcom.conditions import any_of, compare_in, negate
from webdial.watcom.errors import STATES, Kind, RaisedError, State
from webdial.watcom.expressions import compile_value, compiles_condition, compiles_value, equal_in
from webdial.watcom.frames import Evaluate, Frame, Test
from webdial.watcom.queries import CompiledQuery, compile_query
from webdial.watcom.scopes import Scope
from webdial.watcom.values import Truth, Value

NOT_UNIQUE = State(STATES[Kind.TOO_MANY_ROWS].sqlstate, -186, "Subquery gives more than one row")


def _compile_column(query: nodes.Query, scope: Scope) -> CompiledQuery:
    """A subquery that has to have one column."""
    compiled = compile_query(query, scope)
    if not compiled.has_columns(1):
        scope.unit.note(
            Kind.PARSE, translate("The subquery has to give exactly one column."), query
        )
    return compiled


def _values(query: CompiledQuery, frame: Frame) -> Iterator[Value]:
    return (row[0] for row in query.rows(frame))


@compiles_value(nodes.Subquery)
def _compile_subquery(node: nodes.Subquery, scope: Scope) -> Evaluate:
    """The value of the one row; NULL without a row."""
    query = _compile_column(node.query, scope)

    def value(frame: Frame) -> Value:
        found = _values(query, frame)
        first = next(found, None)
        for _ in found:
            message = translate("The subquery gives more than one row.")
            error = RaisedError(Kind.TOO_MANY_ROWS, message, state=NOT_UNIQUE)
            error.place(node)
            raise error
        return first

    return value


@compiles_condition(nodes.Exists)
def _compile_exists(node: nodes.Exists, scope: Scope) -> Test:
    query = compile_query(node.query, scope, for_exists=True)
    return lambda frame: any(True for _ in query.rows(frame))


@compiles_condition(nodes.InQuery)
def _compile_in_query(node: nodes.InQuery, scope: Scope) -> Test:
    value = compile_value(node.value, scope)
    query = _compile_column(node.query, scope)
    negated = node.negated

    def test(frame: Frame) -> Truth:
        given = value(frame)
        found = _values(query, frame)
        truth = any_of(equal_in(frame, given, other, node) for other in found)
        return negate(truth) if negated else truth

    return test


@compiles_condition(nodes.Quantified)
def _compile_quantified(node: nodes.Quantified, scope: Scope) -> Test:
    """ANY is true if the comparison is for one row, ALL if it is for each."""
    value = compile_value(node.value, scope)
    query = _compile_column(node.query, scope)
    operator, every = node.operator, node.every

    def test(frame: Frame) -> Truth:
        given = value(frame)
        truths = (
            compare_in(frame, operator, given, other, node) for other in _values(query, frame)
        )
        return negate(any_of(map(negate, truths))) if every else any_of(truths)

    return test
