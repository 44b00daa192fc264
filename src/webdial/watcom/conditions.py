"""Conditions compiled, in three-valued logic: True, False, and None for UNKNOWN."""

from collections.abc import Callable, Iterable

from webdial.watcom import nodes
from webdial.watcom.calls import literal_matcher
from webdial.watcom.errors import RaisedError
from webdial.watcom.expressions import (
    compile_condition,
    compile_value,
    compiles_condition,
    equal_in,
)
from webdial.watcom.frames import LONG_TEXT, Evaluate, Frame, Test
from webdial.watcom.patterns import Matcher, matcher
from webdial.watcom.scopes import Scope, unknown
from webdial.watcom.values import Truth, Value, compare, text_of

_ORDERS: dict[str, Callable[[int], bool]] = {
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


def compare_in(frame: Frame, operator: str, left: Value, right: Value, node: nodes.Node) -> Truth:
    """left operator right, UNKNOWN if either is NULL; an error is told at `node`."""
    if operator == "=":
        return equal_in(frame, left, right, node)
    if left is None or right is None:
        return None
    if isinstance(left, str) and len(left) > LONG_TEXT:
        frame.pause()
    try:
        return _ORDERS[operator](compare(left, right))
    except RaisedError as error:
        error.place(node)
        raise


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def comparison(operator: str, left: Evaluate, right: Evaluate, node: nodes.Node) -> Test:
    """What compares two values that are compiled already."""
    return lambda frame: compare_in(frame, operator, left(frame), right(frame), node)


@compiles_condition(nodes.Null)
def _compile_null(_node: nodes.Null, _scope: Scope) -> Test:
    """WHEN NULL THEN never holds (SQL Anywhere, CASE statement)."""
    return unknown


@compiles_condition(nodes.Comparison)
def _compile_comparison(node: nodes.Comparison, scope: Scope) -> Test:
    left, right = compile_value(node.left, scope), compile_value(node.right, scope)
    return comparison(node.operator, left, right, node)


@compiles_condition(nodes.IsNull)
def _compile_is_null(node: nodes.IsNull, scope: Scope) -> Test:
    value = compile_value(node.value, scope)
    negated = node.negated
    return lambda frame: (value(frame) is None) != negated


@compiles_condition(nodes.IsTruth)
def _compile_is_truth(node: nodes.IsTruth, scope: Scope) -> Test:
    condition = compile_condition(node.condition, scope)
    truth, negated = node.truth, node.negated
    return lambda frame: (condition(frame) is truth) != negated


@compiles_condition(nodes.IsDistinct)
def _compile_is_distinct(node: nodes.IsDistinct, scope: Scope) -> Test:
    left, right = compile_value(node.left, scope), compile_value(node.right, scope)
    negated = node.negated

    def test(frame: Frame) -> Truth:
        a, b = left(frame), right(frame)
        if a is None or b is None:
            return (a is not b) != negated
        return bool(equal_in(frame, a, b, node)) == negated

    return test


@compiles_condition(nodes.Between)
def _compile_between(node: nodes.Between, scope: Scope) -> Test:
    value = compile_value(node.value, scope)
    low, high = compile_value(node.low, scope), compile_value(node.high, scope)
    negated = node.negated

    def test(frame: Frame) -> Truth:
        given = value(frame)
        truth = both(
            compare_in(frame, ">=", given, low(frame), node),
            compare_in(frame, "<=", given, high(frame), node),
        )
        return negate(truth) if negated else truth

    return test


def both(left: Truth, right: Truth) -> Truth:
    """left AND right."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


@compiles_condition(nodes.InList)
def _compile_in_list(node: nodes.InList, scope: Scope) -> Test:
    value = compile_value(node.value, scope)
    items = [compile_value(item, scope) for item in node.items]
    negated = node.negated

    def test(frame: Frame) -> Truth:
        given = value(frame)
        truth = any_of(equal_in(frame, given, item(frame), node) for item in items)
        return negate(truth) if negated else truth

    return test


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if one is, else UNKNOWN if one is, else False."""
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


@compiles_condition(nodes.Not)
def _compile_not(node: nodes.Not, scope: Scope) -> Test:
    condition = compile_condition(node.condition, scope)
    return lambda frame: negate(condition(frame))


@compiles_condition(nodes.Logical)
def _compile_logical(node: nodes.Logical, scope: Scope) -> Test:
    parts = [compile_condition(part, scope) for part in node.parts]
    decisive = node.operator == "OR"

    def test(frame: Frame) -> Truth:
        result: Truth = not decisive
        for part in parts:
            truth = part(frame)
            if truth is decisive:
                return decisive
            if truth is None:
                result = None
        return result

    return test


# LIKE, SIMILAR TO, REGEXP


@compiles_condition(nodes.Match)
def _compile_match(node: nodes.Match, scope: Scope) -> Test:
    value = compile_value(node.value, scope)
    find_matcher = _matcher_of(node, scope)
    negated = node.negated

    def test(frame: Frame) -> Truth:
        given = value(frame)
        try:
            matches = find_matcher(frame)
            if given is None or matches is None:
                return None
            return matches(text_of(given), frame.pause) != negated
        except RaisedError as error:
            error.place(node)
            raise

    return test


def _matcher_of(node: nodes.Match, scope: Scope) -> Callable[[Frame], Matcher | None]:
    """What gives the matcher: one made now where the pattern is a literal."""
    if isinstance(node.pattern, nodes.Text) and isinstance(node.escape, (nodes.Text, type(None))):
        fixed = literal_matcher(node.how, node.pattern, node.escape, scope)
        return lambda _frame: fixed
    pattern = compile_value(node.pattern, scope)
    escape = compile_value(node.escape, scope) if node.escape is not None else None
    how = node.how

    def make(frame: Frame) -> Matcher | None:
        source = pattern(frame)
        sign = escape(frame) if escape is not None else None
        if source is None or (escape is not None and sign is None):
            return None
        return matcher(how, text_of(source), None if sign is None else text_of(sign), frame.limits)

    return make
