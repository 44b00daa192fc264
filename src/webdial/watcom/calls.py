"""Calls of functions compiled: which function it is, whether it may be called, how many arguments."""

from webdial.language import translate, translate_count
from webdial.watcom import nodes
from webdial.watcom.builtins import PART, Builtin, bind
from webdial.watcom.dates import COUNTABLE
from webdial.watcom.errors import Kind, RaisedError, StoppedError
from webdial.watcom.expressions import compile_value, compiles_value, date_part
from webdial.watcom.frames import Evaluate
from webdial.watcom.library import BUILTINS
from webdial.watcom.patterns import Matcher, matcher
from webdial.watcom.scopes import Scope, null

_PATTERNS = {"PATINDEX": (0, "LIKE"), "REGEXP_SUBSTR": (1, "REGEXP")}
"""Functions that take a pattern: as which argument, and of which kind."""


@compiles_value(nodes.Call)
def _compile_call(node: nodes.Call, scope: Scope) -> Evaluate:
    function = check_call(node, scope)
    if function is None:
        for argument in node.arguments:
            compile_value(argument, scope)
        return null
    leading, arguments = _split_part(function, node, scope)
    _check_count(function, node, scope)
    _check_pattern(function, node, scope)
    evaluated = [compile_value(argument, scope) for argument in arguments]
    return bind(function, leading, evaluated, node)


def check_call(node: nodes.Call, scope: Scope) -> Builtin | None:
    """The function that is called; a fault if none of that name may be."""
    function = BUILTINS.get(node.name.upper())
    if function is None or (node.owner and not _may_own(node.owner, function, scope)):
        name = f"{node.owner}.{node.name}" if node.owner else node.name
        message = translate("{name} is no function that may be called here.", name=name)
        scope.unit.note(Kind.REFUSED, message, node)
        return None
    return function


def _may_own(owner: str, function: Builtin, scope: Scope) -> bool:
    return function.supplied and owner.casefold() == scope.unit.schema.owner.casefold()


def _split_part(
    function: Builtin, node: nodes.Call, scope: Scope
) -> tuple[tuple[str, ...], tuple[nodes.Expression, ...]]:
    """The part of a date that a call begins with, if its function takes one, and the arguments."""
    if not (node.arguments and function.parameters and function.parameters[0] is PART):
        return (), node.arguments
    first, *rest = node.arguments
    if not isinstance(first, nodes.Name) or len(first.parts) > 1:
        scope.unit.note(
            Kind.PARSE, translate("The part of a date is a word: year, month, day ..."), first
        )
        return ("day",), tuple(rest)
    part = date_part(first.parts[0], first, scope)
    if function.name in {"DATEADD", "DATEDIFF"} and part not in COUNTABLE:
        scope.unit.note(
            Kind.PARSE,
            translate("{name} cannot count {part}.", name=function.name, part=part),
            first,
        )
    return (part,), tuple(rest)


def _check_count(function: Builtin, node: nodes.Call, scope: Scope) -> None:
    count = len(node.arguments)
    if node.star:
        if not function.star:
            message = translate(
                "{name}(*) is not possible: {takes}.", name=node.name, takes=_takes(function)
            )
            scope.unit.note(Kind.PARSE, message, node)
        return
    if count < function.least or (function.most is not None and count > function.most):
        message = translate(
            "{name} is given {count}; {takes}.", name=node.name, count=count, takes=_takes(function)
        )
        scope.unit.note(Kind.PARSE, message, node)


def _takes(function: Builtin) -> str:
    least, most = function.least, function.most
    if most is None:
        return translate("it takes {least} or more arguments", least=least)
    if least == most:
        return translate_count("it takes {count} argument", "it takes {count} arguments", most)
    return translate_count(
        "it takes {least} to {count} argument",
        "it takes {least} to {count} arguments",
        most,
        least=least,
    )


def _check_pattern(function: Builtin, node: nodes.Call, scope: Scope) -> None:
    """Read a pattern that is written as a literal, so that its faults are told now."""
    if function.name not in _PATTERNS:
        return
    position, how = _PATTERNS[function.name]
    pattern = node.arguments[position] if len(node.arguments) > position else None
    if isinstance(pattern, nodes.Text):
        literal_matcher(how, pattern, None, scope)


def literal_matcher(
    how: str, pattern: nodes.Text, escape: nodes.Text | None, scope: Scope
) -> Matcher | None:
    """The matcher of a pattern that is written as a literal; its faults are noted."""
    unit = scope.unit
    if how != "LIKE" and not unit.may_add_pattern(pattern):
        return None
    try:
        sign = escape.value if escape is not None else None
        return matcher(how, pattern.value, sign, unit.limits)
    except RaisedError as error:
        unit.note(error.kind, error.message, pattern)
    except StoppedError as error:
        unit.note(Kind.LIMIT, error.message, pattern)
    return None
