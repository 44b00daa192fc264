"""A function checked and compiled once, and its calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from webdial.errors import Fault
from webdial.language import grouped, translatable, translate
from webdial.watcom import nodes, subqueries
from webdial.watcom.datatypes import Convert, converter
from webdial.watcom.errors import (
    FunctionError,
    Kind,
    LimitReachedError,
    RaisedError,
    StoppedError,
    make_fault,
)
from webdial.watcom.expressions import compile_value
from webdial.watcom.flow import Execute, convert_in
from webdial.watcom.frames import Context, Evaluate, Frame
from webdial.watcom.limits import Limits
from webdial.watcom.parser import parse
from webdial.watcom.queries import note_refusals
from webdial.watcom.scopes import BlockScope, Unit, Variable, null
from webdial.watcom.statements import StatementCompiler
from webdial.watcom.tables import Schema
from webdial.watcom.values import Value, text_of

USER_VARIABLE = "UserStaffID"
"""The connection variable that holds the StaffID of the user."""

DELIVERED_FUNCTION = """\
ALTER FUNCTION "pears"."GenerateWEBDialURL"( in "Number" char(100) )
returns long varchar
begin
  return null;
end;
"""
"""The function as it comes: it gives no dial string."""

COMPILERS = (subqueries,)
"""Modules that are needed only because importing one enters the compilers of its expressions."""

_TOO_DEEP = translatable("The function is nested too deeply for the place it is called from.")


@dataclass(frozen=True, slots=True)
class CallResult:
    """What a call gave and what it took.

    `value` is the dial string, None for NULL. `variables` are those of the function at the end, a
    name declared in several places told apart by its line; `messages` the texts of MESSAGE and PRINT.
    All three may hold what tables hold, so none is shown by `repr`.
    """

    value: str | None = field(repr=False)
    variables: Mapping[str, Value] = field(repr=False)
    messages: tuple[str, ...] = field(repr=False)
    statements: int
    rows_read: int
    queries: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class _Parameter:
    slot: int
    convert: Convert
    default: Evaluate
    node: nodes.Parameter


class CompiledFunction:
    """A function ready to be called, from any thread and any number of times at once."""

    def __init__(
        self,
        source: str,
        unit: Unit,
        user_slot: int,
        parameters: list[_Parameter],
        body: Execute,
    ) -> None:
        self.source = source
        self._slots = unit.slot_count
        self._cursors = unit.cursor_count
        self._shown = dict(unit.shown)
        self._user_slot = user_slot
        self._parameters = parameters
        self._body = body

    def call(self, number: str, *, context: Context) -> CallResult:
        """Call the function with the number to dial.

        Raises:
            LimitReachedError: the call wanted more than `context.limits` allow
            FunctionError: the function failed; the place is where it did
        Whatever `context.tables`, `settings` and `clock` raise comes through as it is.
        """
        frame = Frame(context, self._slots, self._cursors)
        try:
            value = self._run(frame, number)
        except RaisedError as error:
            raise self._failure(error, frame) from None
        except StoppedError as stop:
            raise self._limit(stop.message, frame) from None
        except RecursionError:
            raise self._limit(translate(_TOO_DEEP), frame) from None
        return CallResult(
            value,
            {name: frame.values[slot] for name, slot in self._shown.items()},
            tuple(frame.messages),
            frame.statements,
            frame.rows_read,
            frame.queries,
            monotonic() - frame.started_at,
        )

    def _run(self, frame: Frame, number: str) -> str | None:
        frame.values[self._user_slot] = frame.context.user_staff_id
        given: Value = number
        for index, parameter in enumerate(self._parameters):
            value = given if index == 0 else parameter.default(frame)
            frame.values[parameter.slot] = convert_in(
                parameter.convert, value, frame, parameter.node
            )
        self._body(frame)
        if frame.result is None:
            return None
        result = text_of(frame.result)
        if len(result.encode("utf-8", "replace")) > frame.limits.result_bytes:
            raise StoppedError(
                translate(
                    "The result has more than {result_bytes} bytes.",
                    result_bytes=grouped(frame.limits.result_bytes),
                )
            )
        return result

    def _failure(self, error: RaisedError, frame: Frame) -> FunctionError:
        if frame.at is not None:
            error.place(frame.at)
        return FunctionError(self.source, [error.fault()], state=error.state)

    def _limit(self, message: str, frame: Frame) -> LimitReachedError:
        start, end = (frame.at.start, frame.at.end) if frame.at is not None else (0, 1)
        return LimitReachedError(self.source, [make_fault(Kind.LIMIT, message, start, end)])


def compile_function(
    source: str, *, schema: Schema, limits: Limits | None = None
) -> CompiledFunction:
    """Check a function and make it ready to be called.

    Nothing of it runs. Every fault that can be found is told at once, with its place: faults of the
    grammar, names that are not known, and everything that is refused, also where it would never run.
    After a fault of the grammar only refusals are looked for further, for names may be missing then.

    Raises:
        LimitReachedError: the source is too long or nested too deeply
        FunctionError: it has other faults
    """
    limits = limits or Limits()
    try:
        return _compile(source, schema, limits)
    except RecursionError:
        fault = make_fault(Kind.LIMIT, translate(_TOO_DEEP), 0, 1)
        raise LimitReachedError(source, [fault]) from None


def _compile(source: str, schema: Schema, limits: Limits) -> CompiledFunction:
    function, faults = parse(source, limits)
    unit = Unit(source, schema, limits)
    if function is None or faults:
        if function is not None:
            note_refusals(function, BlockScope(unit, None))
        raise _error(source, [*faults, *unit.faults])
    compiled = _compile_tree(source, function, unit)
    if unit.faults:
        raise _error(source, unit.faults)
    return compiled


def _error(source: str, faults: list[Fault]) -> FunctionError:
    error = FunctionError(source, faults)
    return LimitReachedError(source, faults) if error.kind is Kind.LIMIT else error


def _compile_tree(source: str, function: nodes.Function, unit: Unit) -> CompiledFunction:
    connection = BlockScope(unit, None)
    user = Variable(USER_VARIABLE, unit.slot())
    connection.declare(user, function)
    unit.show(user, function)
    scope = BlockScope(unit, connection)
    parameters = [_parameter(node, index, scope) for index, node in enumerate(function.parameters)]
    if not parameters:
        message = translate("The function needs a parameter: it is called with the number.")
        unit.note(Kind.PARSE, message, function.returns)
    statements = StatementCompiler(unit, function.returns, resumes=function.resumes)
    body = function.body
    if body.label is None:
        # The body of a routine has the routine's name for a label (SQL Anywhere, BEGIN statement).
        body = nodes.Block(
            body.declarations,
            body.body,
            body.handlers,
            function.name,
            start=body.start,
            end=body.end,
        )
    run = statements.block(body, scope)
    return CompiledFunction(source, unit, user.slot, parameters, run)


def _parameter(node: nodes.Parameter, index: int, scope: BlockScope) -> _Parameter:
    unit = scope.unit
    if index > 0 and node.default is None:
        message = translate(
            "The parameter {name} needs a DEFAULT: only the number is given.", name=node.name
        )
        unit.note(Kind.PARSE, message, node)
    default = compile_value(node.default, scope) if node.default is not None else null
    convert = converter(node.type)
    variable = Variable(node.name, unit.slot(), convert)
    scope.declare(variable, node)
    unit.show(variable, node)
    return _Parameter(variable.slot, convert, default, node)
