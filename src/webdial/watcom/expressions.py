"""Values compiled: every expression of the tree becomes a Python closure over the frame.

A closure does what the expression means and nothing else; what could be decided about it beforehand
(names, functions, constant patterns) has been decided here.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar, cast

from webdial.language import translate
from webdial.watcom import nodes, values
from webdial.watcom.conversions import style_converter
from webdial.watcom.datatypes import converter
from webdial.watcom.dates import PARTS, part_of, timestamp_of
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.frames import LONG_TEXT, Evaluate, Frame, Test
from webdial.watcom.printer import to_source
from webdial.watcom.scopes import Column, QueryScope, Scope, Variable, null, unknown
from webdial.watcom.values import Truth, Value, equal, text_of

N = TypeVar("N", bound=nodes.Expression)

_VALUES: dict[type, Callable[[nodes.Expression, Scope], Evaluate]] = {}
_CONDITIONS: dict[type, Callable[[nodes.Expression, Scope], Test]] = {}


def compiles_value(
    node_type: type[N],
) -> Callable[[Callable[[N, Scope], Evaluate]], Callable[[N, Scope], Evaluate]]:
    """Enter the function that compiles one type of value."""

    def enter(function: Callable[[N, Scope], Evaluate]) -> Callable[[N, Scope], Evaluate]:
        _VALUES[node_type] = cast("Callable[[nodes.Expression, Scope], Evaluate]", function)
        return function

    return enter


def compiles_condition(
    node_type: type[N],
) -> Callable[[Callable[[N, Scope], Test]], Callable[[N, Scope], Test]]:
    """Enter the function that compiles one type of condition."""

    def enter(function: Callable[[N, Scope], Test]) -> Callable[[N, Scope], Test]:
        _CONDITIONS[node_type] = cast("Callable[[nodes.Expression, Scope], Test]", function)
        return function

    return enter


def compile_value(node: nodes.Expression, scope: Scope) -> Evaluate:
    """What evaluates `node`. Faults are noted in the unit of the scope."""
    if isinstance(scope, QueryScope) and scope.grouping and scope.grouping.expressions:
        grouped = _group_key(node, scope)
        if grouped is not None:
            return grouped
    compile_it = _VALUES.get(type(node))
    if compile_it is None:
        scope.unit.note(Kind.PARSE, translate("A condition stands where a value is needed."), node)
        return null
    return compile_it(node, scope)


def compile_condition(node: nodes.Expression, scope: Scope) -> Test:
    """What tests `node`: True, False or None for UNKNOWN."""
    compile_it = _CONDITIONS.get(type(node))
    if compile_it is None:
        scope.unit.note(Kind.PARSE, translate("A value stands where a condition is needed."), node)
        return unknown
    return compile_it(node, scope)


def _group_key(node: nodes.Expression, scope: QueryScope) -> Evaluate | None:
    """What reads the value of an expression of GROUP BY, if `node` is one."""
    grouping = scope.grouping
    if grouping is None or grouping.inside or isinstance(node, (nodes.Name, nodes.Text)):
        return None
    slot = grouping.expressions.get(to_source(node).casefold())
    return None if slot is None else _read(slot)


# Literals and special values


@compiles_value(nodes.Null)
def _compile_null(_node: nodes.Null, _scope: Scope) -> Evaluate:
    return null


@compiles_value(nodes.Text)
def _compile_text(node: nodes.Text, _scope: Scope) -> Evaluate:
    return constant(node.value)


@compiles_value(nodes.Number)
def _compile_number(node: nodes.Number, _scope: Scope) -> Evaluate:
    return constant(number_value(node.text))


def number_value(text: str) -> Value:
    """The value of a number as written: whole, exact with a point, approximate with an exponent."""
    if text[:2].lower() == "0x":
        return int(text, 16)
    if "e" in text.lower():
        return float(text)
    number = Decimal(text)
    return int(text) if text.isdigit() and number <= values.INTEGER_MAX else number


def constant(value: Value) -> Evaluate:
    return lambda _frame: value


_SPECIAL_VALUES: dict[str, Evaluate] = {
    "CURRENT DATE": lambda frame: frame.today,
    "CURRENT TIME": lambda frame: frame.now.time(),
    "CURRENT TIMESTAMP": lambda frame: frame.now,
    "CURRENT UTC TIMESTAMP": lambda frame: frame.utc_now,
    "CURRENT USER": lambda frame: frame.context.user_name,
    "LAST USER": lambda frame: frame.context.user_name,
    "USER": lambda frame: frame.context.user_name,
    "SQLSTATE": lambda frame: frame.state.sqlstate,
    "SQLCODE": lambda frame: frame.state.sqlcode,
}


@compiles_value(nodes.Special)
def _compile_special(node: nodes.Special, _scope: Scope) -> Evaluate:
    return _SPECIAL_VALUES[node.name]


# Names


@compiles_value(nodes.Name)
def _compile_name(node: nodes.Name, scope: Scope) -> Evaluate:
    """A name is, in this order: an alias or a column of the queries around, from the inside out, a
    variable, an exception (SQL Anywhere, CREATE VARIABLE, order of name resolution)."""
    for around in scope.enclosing():
        if isinstance(around, QueryScope):
            value = around.alias(node)
            if value is not None:
                return _compile_alias(node, value, around)
            column = around.find_column(node)
            if column is not None:
                return _read(column.slot)
    variable = scope.variable(node.parts[0]) if len(node.parts) == 1 else None
    if variable is not None:
        return _read(variable.slot)
    state = scope.exception(node.parts[0]) if len(node.parts) == 1 else None
    if state is not None:
        return constant(state)
    _note_unknown(node, scope)
    return null


def _compile_alias(node: nodes.Name, value: nodes.Expression, scope: QueryScope) -> Evaluate:
    with scope.expanding(node.parts[0]):
        return compile_value(value, scope) if scope.may_expand(value, node) else null


def find_column(node: nodes.Expression, scope: QueryScope) -> Column | None:
    """The column of `scope` itself that the expression is, if it is one and nothing more."""
    if not isinstance(node, nodes.Name):
        return None
    value = scope.alias(node)
    if value is None:
        return scope.find_column(node)
    if not isinstance(value, nodes.Name) or len(node.parts) > 1:
        return None
    with scope.expanding(node.parts[0]):
        return scope.find_column(value) if scope.alias(value) is None else None


def _note_unknown(node: nodes.Name, scope: Scope) -> None:
    name = ".".join(node.parts)
    if len(node.parts) > 1:
        message = translate("There is no column {name} here.", name=name)
    elif scope.in_query():
        message = translate("There is no column or variable {name} here.", name=name)
    else:
        message = translate("There is no variable {name} here.", name=name)
    scope.unit.note(Kind.UNKNOWN_NAME, message, node)


def _read(slot: int) -> Evaluate:
    return lambda frame: frame.values[slot]


def find_variable(name: str, node: nodes.Node, scope: Scope) -> Variable | None:
    """The variable to be assigned to; a fault if there is none."""
    variable = scope.variable(name)
    if variable is None:
        scope.unit.note(
            Kind.UNKNOWN_NAME, translate("There is no variable {name} here.", name=name), node
        )
    return variable


# Operators


def _plus(left: Value, right: Value, frame: Frame) -> Value:
    """left + right: two texts are joined, anything else is added; NULL gives NULL."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        frame.build(len(left) + len(right))
        return left + right
    return values.add(left, right)


def _strict(operate: Callable[[Value, Value], Value]) -> "Operate":
    def apply(left: Value, right: Value, _frame: Frame) -> Value:
        return None if left is None or right is None else operate(left, right)

    return apply


Operate = Callable[[Value, Value, Frame], Value]

_OPERATORS: dict[str, Operate] = {
    "+": _plus,
    "-": _strict(values.subtract),
    "*": _strict(values.multiply),
    "/": _strict(values.divide),
    "%": _strict(values.remainder),
}


@compiles_value(nodes.Chain)
def _compile_chain(node: nodes.Chain, scope: Scope) -> Evaluate:
    first = compile_value(node.first, scope)
    operands = [compile_value(operand, scope) for _, operand in node.steps]
    if node.steps[0][0] == "||":
        return _concatenation([first, *operands])
    steps = [
        (_OPERATORS[operator], operand)
        for (operator, _), operand in zip(node.steps, operands, strict=True)
    ]

    def calculate(frame: Frame) -> Value:
        value = first(frame)
        for operate, operand in steps:
            other = operand(frame)
            try:
                value = operate(value, other, frame)
            except RaisedError as error:
                error.place(node)
                raise
        return value

    return calculate


def _concatenation(operands: list[Evaluate]) -> Evaluate:
    """A chain of ||, where NULL counts as '' and only NULLs give NULL: joined at once, so that a long
    one does not copy its beginning again."""

    def concatenate(frame: Frame) -> Value:
        texts = [text_of(v) for operand in operands if (v := operand(frame)) is not None]
        if not texts:
            return None
        frame.build(sum(map(len, texts)))
        return "".join(texts)

    return concatenate


@compiles_value(nodes.Negate)
def _compile_negate(node: nodes.Negate, scope: Scope) -> Evaluate:
    operand = compile_value(node.operand, scope)

    def negate(frame: Frame) -> Value:
        value = operand(frame)
        try:
            return None if value is None else values.negate(value)
        except RaisedError as error:
            error.place(node)
            raise

    return negate


# Conversions


@compiles_value(nodes.Cast)
def _compile_cast(node: nodes.Cast, scope: Scope) -> Evaluate:
    value = compile_value(node.value, scope)
    convert = converter(node.type, cast=True)
    style = compile_value(node.style, scope) if node.style is not None else None
    with_style = style_converter(node.type) if style is not None else None

    def cast_value(frame: Frame) -> Value:
        given = value(frame)
        try:
            if style is not None and with_style is not None:
                given = with_style(given, style(frame), frame)
            return convert(given, frame)
        except RaisedError as error:
            error.place(node)
            raise

    return cast_value


@compiles_value(nodes.Extract)
def _compile_extract(node: nodes.Extract, scope: Scope) -> Evaluate:
    part = date_part(node.part, node, scope)
    value = compile_value(node.value, scope)

    def extract(frame: Frame) -> Value:
        given = value(frame)
        try:
            return None if given is None else part_of(part, timestamp_of(given, frame.today))
        except RaisedError as error:
            error.place(node)
            raise

    return extract


def date_part(name: str, node: nodes.Node, scope: Scope) -> str:
    """The full name of a part of a date; a fault if there is no such part."""
    part = PARTS.get(name.casefold())
    if part is None:
        message = translate(
            "{name} is no part of a date; those are {fromkeys}.",
            name=name,
            fromkeys=", ".join(dict.fromkeys(PARTS.values())),
        )
        scope.unit.note(Kind.PARSE, message, node)
    return part or "day"


# IF and CASE


@compiles_value(nodes.IfExpression)
def _compile_if(node: nodes.IfExpression, scope: Scope) -> Evaluate:
    condition = compile_condition(node.condition, scope)
    then = compile_value(node.then, scope)
    otherwise = compile_value(node.otherwise, scope) if node.otherwise is not None else null

    def choose(frame: Frame) -> Value:
        truth = condition(frame)
        if truth is None:
            return None  # UNKNOWN gives NULL here, not the ELSE (SQL Anywhere, IF expressions)
        return then(frame) if truth else otherwise(frame)

    return choose


@compiles_value(nodes.CaseExpression)
def _compile_case(node: nodes.CaseExpression, scope: Scope) -> Evaluate:
    otherwise = compile_value(node.otherwise, scope) if node.otherwise is not None else null
    results = [compile_value(result, scope) for _, result in node.whens]
    if node.subject is None:
        tests = [compile_condition(when, scope) for when, _ in node.whens]
        conditions = list(zip(tests, results, strict=True))

        def search(frame: Frame) -> Value:
            for test, result in conditions:
                if test(frame):
                    return result(frame)
            return otherwise(frame)

        return search
    subject = compile_value(node.subject, scope)
    matches = [compile_value(when, scope) for when, _ in node.whens]
    branches = list(zip(matches, results, strict=True))

    def choose(frame: Frame) -> Value:
        given = subject(frame)
        for when, result in branches:
            if equal_in(frame, given, when(frame), node):
                return result(frame)
        return otherwise(frame)

    return choose


def equal_in(frame: Frame, left: Value, right: Value, node: nodes.Node) -> Truth:
    """left = right, with a look at the clock for long texts; an error is told at `node`."""
    if isinstance(left, str) and len(left) > LONG_TEXT:
        frame.pause()
    try:
        return equal(left, right)
    except RaisedError as error:
        error.place(node)
        raise
