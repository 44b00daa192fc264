"""Statements compiled: each becomes a closure that runs it and says how to go on (`flow`).

SQLSTATE shows the state of the last statement; a statement that holds others leaves it to those.
"""

from collections.abc import Callable
from dataclasses import dataclass

from webdial.language import Kept, translate
from webdial.watcom import nodes
from webdial.watcom.cursors import close_cursor, fetch_row, open_cursor
from webdial.watcom.datatypes import Convert, converter
from webdial.watcom.errors import ROW_NOT_FOUND, SUCCESS, Kind, RaisedError, state_of
from webdial.watcom.expressions import (
    compile_condition,
    compile_value,
    equal_in,
    find_variable,
)
from webdial.watcom.flow import (
    RETURN,
    Execute,
    Signal,
    assign_row,
    convert_in,
    count_statement,
    do_nothing,
    handled,
    plain_list,
    resuming_list,
    succeed,
)
from webdial.watcom.frames import LONG_TEXT, Evaluate, Frame
from webdial.watcom.messages import print_texts
from webdial.watcom.queries import CompiledQuery, compile_query
from webdial.watcom.scopes import BlockScope, Cursor, Scope, Unit, Variable, null
from webdial.watcom.values import text_of

_WARNINGS = ("00", "01", "02")
"""Classes of SQLSTATE that are no errors: a SIGNAL of one lets execution go on."""


@dataclass(frozen=True, slots=True)
class _Label:
    """A label in force: the signals that name it."""

    name: str
    leave: Signal
    again: Signal | None
    """For loops: go on with the next turn."""


class StatementCompiler:
    """The statements of one function being compiled."""

    def __init__(self, unit: Unit, returns: nodes.TypeName, *, resumes: bool) -> None:
        self._unit = unit
        self._returns = converter(returns)
        self._resumes = resumes
        self._labels: list[_Label] = []
        self._handlers = 0

    # Lists

    def statements(self, body: tuple[nodes.Statement, ...], scope: Scope) -> Execute:
        compiled = [(self.statement(node, scope), node) for node in body]
        if not compiled:
            return succeed
        return resuming_list(compiled) if self._resumes else plain_list(compiled)

    def statement(self, node: nodes.Statement, scope: Scope) -> Execute:  # noqa: C901, PLR0912  # one case a node
        match node:
            case nodes.Set(name, value):
                return self._assign(name, compile_value(value, scope), node, scope)
            case nodes.SelectInto():
                return self._select_into(node, scope)
            case nodes.If():
                return self._if(node, scope)
            case nodes.Case():
                return self._case(node, scope)
            case nodes.Return(value):
                return self._return(value, scope)
            case nodes.Block():
                return self.block(node, scope)
            case nodes.Try():
                return self._try(node, scope)
            case nodes.Loop():
                return self._loop(node, scope)
            case nodes.For():
                return self._for(node, scope)
            case nodes.Leave() | nodes.Continue():
                return self._jump(node)
            case nodes.Open() | nodes.Fetch() | nodes.Close():
                return self._cursor_statement(node, scope)
            case nodes.Signal(name):
                return self._signal(name, node, scope)
            case nodes.Resignal():
                return self._resignal(node, scope)
            case nodes.Message():
                return self._message(node, scope)
            case nodes.CallStatement():
                return self._call(node, scope)
        raise TypeError(f"no statement: {type(node).__name__}")

    # Assignment

    def _assign(self, name: str, evaluate: Evaluate, node: nodes.Node, scope: Scope) -> Execute:
        variable = find_variable(name, node, scope)
        if variable is None:
            return do_nothing
        slot, convert = variable.slot, variable.convert

        def assign(frame: Frame) -> None:
            value = evaluate(frame)
            frame.values[slot] = convert_in(convert, value, frame, node)
            frame.state = SUCCESS

        return assign

    def _targets(self, names: tuple[str, ...], node: nodes.Node, scope: Scope) -> list[Variable]:
        found = [find_variable(name, node, scope) for name in names]
        return [variable for variable in found if variable is not None]

    def _note_into(self, columns: int, variables: int, node: nodes.Node) -> None:
        message = translate(
            "{columns} columns are selected INTO {variables} variables.",
            columns=columns,
            variables=variables,
        )
        self._unit.note(Kind.INTO_COUNT, message, node)

    def _select_into(self, node: nodes.SelectInto, scope: Scope) -> Execute:
        query = compile_query(node.query, scope)
        if not query.has_columns(len(node.names)):
            self._note_into(len(query.names), len(node.names), node)
        targets = self._targets(node.names, node, scope)

        def select_into(frame: Frame) -> None:
            rows = query.rows(frame)
            row = next(rows, None)
            if row is None:
                frame.state = ROW_NOT_FOUND
                return
            if next(rows, None) is not None:
                message = translate("SELECT INTO gives more than one row.")
                error = RaisedError(Kind.TOO_MANY_ROWS, message)
                error.place(node)
                raise error
            assign_row(targets, row, frame, node)
            frame.state = SUCCESS

        return select_into

    def _call(self, node: nodes.CallStatement, scope: Scope) -> Execute:
        call = compile_value(node.call, scope)
        if node.name is not None:
            return self._assign(node.name, call, node, scope)

        def run(frame: Frame) -> None:
            call(frame)
            frame.state = SUCCESS

        return run

    # Choice

    def _if(self, node: nodes.If, scope: Scope) -> Execute:
        branches = [
            (compile_condition(condition, scope), self.statements(body, scope))
            for condition, body in node.branches
        ]
        otherwise = self.statements(node.otherwise or (), scope)

        def choose(frame: Frame) -> Signal | None:
            for condition, body in branches:
                if condition(frame):
                    return body(frame)
            return otherwise(frame)

        return choose

    def _case(self, node: nodes.Case, scope: Scope) -> Execute:
        otherwise = self.statements(node.otherwise or (), scope)
        bodies = [self.statements(body, scope) for _, body in node.whens]
        if node.subject is None:
            tests = [compile_condition(when, scope) for when, _ in node.whens]
            conditions = list(zip(tests, bodies, strict=True))

            def search(frame: Frame) -> Signal | None:
                for test, body in conditions:
                    if test(frame):
                        return body(frame)
                return otherwise(frame)

            return search
        compared = node.subject
        subject = compile_value(compared, scope)
        matches = [compile_value(when, scope) for when, _ in node.whens]
        branches = list(zip(matches, bodies, strict=True))

        def choose(frame: Frame) -> Signal | None:
            given = subject(frame)
            for match, body in branches:
                if equal_in(frame, given, match(frame), compared):
                    return body(frame)
            return otherwise(frame)

        return choose

    # Blocks

    def _try(self, node: nodes.Try, scope: Scope) -> Execute:
        """A block whose handler is for every error. ON EXCEPTION RESUME does not hold in its
        statements (SQL Anywhere 17, TRY statement)."""
        handlers = (nodes.Handler((), node.catch),)
        block = nodes.Block(node.declarations, node.body, handlers, node.label)
        return self.block(block, scope, may_resume=False)

    def block(self, node: nodes.Block, scope: Scope, *, may_resume: bool = True) -> Execute:
        inner = BlockScope(self._unit, scope)
        label = self._push_label(node.label, loop=False)
        declare = self._declarations(node.declarations, inner)
        resumes, self._resumes = self._resumes, self._resumes and may_resume
        body = self.statements(node.body, inner)
        self._resumes = resumes
        handlers = self._compile_handlers(node.handlers, inner)
        leave = label.leave if label is not None else None
        if label is not None:
            self._labels.pop()

        def run(frame: Frame) -> Signal | None:
            for declaration in declare:
                declaration(frame)
            signal = body(frame)
            return None if signal is leave else signal

        return handled(run, handlers, leave) if handlers else run

    def _compile_handlers(
        self, handlers: tuple[nodes.Handler, ...], scope: Scope
    ) -> list[tuple[frozenset[str] | None, Execute]]:
        """Each handler's SQLSTATEs, None for OTHERS, and what it runs."""
        compiled: list[tuple[frozenset[str] | None, Execute]] = []
        self._handlers += 1
        for handler in handlers:
            states = [self._exception(name, handler, scope) for name in handler.names]
            body = self.statements(handler.body, scope)
            compiled.append((frozenset(states) if handler.names else None, body))
        self._handlers -= 1
        return compiled

    def _exception(self, name: str, node: nodes.Node, scope: Scope) -> str:
        state = scope.exception(name)
        if state is None:
            self._unit.note(
                Kind.UNKNOWN_NAME, translate("There is no exception {name} here.", name=name), node
            )
        return state or ""

    def _declarations(
        self, declarations: tuple[nodes.Declaration, ...], scope: BlockScope
    ) -> list[Callable[[Frame], None]]:
        """What is done for each declaration whenever the block begins."""
        run: list[Callable[[Frame], None]] = []
        for node in declarations:
            match node:
                case nodes.DeclareVariables():
                    run.append(self._declare_variables(node, scope))
                case nodes.DeclareException(name, state):
                    scope.check_free(name, scope.exceptions, node)
                    scope.exceptions[name.casefold()] = state
                case nodes.DeclareCursor(name, query):
                    scope.check_free(name, scope.cursors, node)
                    run.append(self._declare_cursor(name, query, scope))
        return run

    def _declare_variables(
        self, node: nodes.DeclareVariables, scope: BlockScope
    ) -> Callable[[Frame], None]:
        convert = converter(node.type)
        initial = compile_value(node.initial, scope) if node.initial is not None else null
        slots = [self._declare(name, convert, node, scope).slot for name in node.names]

        def declare(frame: Frame) -> None:
            value = convert_in(convert, initial(frame), frame, node)
            for slot in slots:
                frame.values[slot] = value

        return declare

    def _declare(
        self, name: str, convert: Convert | None, node: nodes.Node, scope: BlockScope
    ) -> Variable:
        variable = Variable(name, self._unit.slot(), convert)
        scope.declare(variable, node)
        self._unit.show(variable, node)
        return variable

    def _declare_cursor(
        self, name: str, query: nodes.Query, scope: BlockScope
    ) -> Callable[[Frame], None]:
        compiled = compile_query(query, scope)
        slot = self._unit.cursor_slot()
        cursor = Cursor(slot, compiled.all_rows, len(compiled.names), compiled.has_columns)
        scope.cursors[name.casefold()] = cursor

        def declare(frame: Frame) -> None:
            frame.cursors[slot] = None

        return declare

    # Loops

    def _push_label(self, name: str | None, *, loop: bool) -> _Label | None:
        if name is None and not loop:
            return None
        key = (name or "").casefold()
        label = _Label(key, Signal(), Signal() if loop else None)
        self._labels.append(label)
        return label

    def _loop(self, node: nodes.Loop, scope: Scope) -> Execute:
        label = self._push_label(node.label, loop=True)
        assert label is not None
        condition = compile_condition(node.condition, scope) if node.condition else None
        body = self.statements(node.body, scope)
        self._labels.pop()
        leave, again = label.leave, label.again

        def run(frame: Frame) -> Signal | None:
            while condition is None or condition(frame):
                count_statement(frame)
                signal = body(frame)
                if signal is leave:
                    break
                if signal is not None and signal is not again:
                    return signal
            return None

        return run

    def _for(self, node: nodes.For, scope: Scope) -> Execute:
        inner = BlockScope(self._unit, scope)
        query = compile_query(node.query, scope)
        slots = self._loop_variables(query, node, inner)
        label = self._push_label(node.label, loop=True)
        assert label is not None
        body = self.statements(node.body, inner)
        self._labels.pop()
        leave, again = label.leave, label.again

        def run(frame: Frame) -> Signal | None:
            for row in query.all_rows(frame):
                count_statement(frame)
                for slot, value in zip(slots, row, strict=True):
                    frame.values[slot] = value
                signal = body(frame)
                if signal is leave:
                    break
                if signal is not None and signal is not again:
                    return signal
            frame.state = SUCCESS
            return None

        return run

    def _loop_variables(
        self, query: CompiledQuery, node: nodes.For, scope: BlockScope
    ) -> list[int]:
        """The slots of the variables that hold the columns of the present row."""
        slots = []
        for name in query.names:
            if name is None:
                message = translate("A column of FOR that is no plain column needs an alias.")
                self._unit.note(Kind.PARSE, message, node.query)
            slots.append(self._declare(name or "", None, node.query, scope).slot)
        return slots

    def _jump(self, node: nodes.Leave | nodes.Continue) -> Execute:
        """LEAVE a labelled statement, or CONTINUE with the next turn of a loop."""
        again = isinstance(node, nodes.Continue)
        name = node.label.casefold() if node.label is not None else None
        for label in reversed(self._labels):
            if (name is None or label.name == name) and (label.again is not None or not again):
                signal = label.again if again else label.leave
                return lambda _frame: signal
        if name is None:
            message = translate("CONTINUE stands in no loop.")
        elif again:
            message = translate("There is no loop {label} around this statement.", label=node.label)
        else:
            message = translate(
                "There is no label {label} around this statement.", label=node.label
            )
        self._unit.note(Kind.PARSE, message, node)
        return do_nothing

    # Cursors

    def _cursor_statement(
        self, node: nodes.Open | nodes.Fetch | nodes.Close, scope: Scope
    ) -> Execute:
        cursor = scope.cursor(node.cursor)
        if cursor is None:
            message = translate("There is no cursor {cursor} here.", cursor=node.cursor)
            self._unit.note(Kind.UNKNOWN_NAME, message, node)
            return do_nothing
        match node:
            case nodes.Open():
                return open_cursor(cursor, node)
            case nodes.Close():
                return close_cursor(cursor, node)
            case nodes.Fetch(_, names):
                if names and not cursor.has_columns(len(names)):
                    self._note_into(cursor.columns, len(names), node)
                return fetch_row(cursor, self._targets(names, node, scope), node)

    # Ends and errors

    def _return(self, value: nodes.Expression | None, scope: Scope) -> Execute:
        if value is None:
            return lambda _frame: RETURN
        evaluate, convert = compile_value(value, scope), self._returns

        def give_back(frame: Frame) -> Signal:
            frame.result = convert_in(convert, evaluate(frame), frame, value)
            return RETURN

        return give_back

    def _signal(self, name: str, node: nodes.Node, scope: Scope) -> Execute:
        state = state_of(self._exception(name, node, scope))

        def signal(frame: Frame) -> None:
            if state.sqlstate[:2] in _WARNINGS:
                frame.state = state
                return
            error = RaisedError(
                Kind.SIGNALLED,
                Kept("The exception {name} was signalled.", name=name),
                state=state,
            )
            error.place(node)
            raise error

        return signal

    def _resignal(self, node: nodes.Resignal, scope: Scope) -> Execute:
        if not self._handlers:
            self._unit.note(Kind.PARSE, translate("RESIGNAL stands in a handler only."), node)
        if node.name is not None:
            return self._signal(node.name, node, scope)

        def resignal(frame: Frame) -> None:
            assert frame.active is not None, "a handler runs for an error"
            raise frame.active

        return resignal

    def _message(self, node: nodes.Message, scope: Scope) -> Execute:
        evaluators = [compile_value(value, scope) for value in node.values]
        write = print_texts if node.printed else "".join

        def message(frame: Frame) -> None:
            found = [evaluate(frame) for evaluate in evaluators]
            texts = ["" if value is None else text_of(value)[:LONG_TEXT] for value in found]
            frame.note_message(write(texts))
            frame.state = SUCCESS

        return message
