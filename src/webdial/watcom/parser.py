"""The function as a whole: its header, its body, and nothing after it."""

from dataclasses import replace

from webdial.errors import Fault
from webdial.language import grouped, translatable, translate
from webdial.watcom import nodes
from webdial.watcom.errors import Kind, kind_of, make_fault
from webdial.watcom.lexer import TokenKind
from webdial.watcom.limits import Limits
from webdial.watcom.parser_statements import StatementParser
from webdial.watcom.token_cursor import AbandonedError, UnparsedError
from webdial.watcom.vocabulary import REFUSED_STATEMENTS, RESERVED

TALLEST_TREE = 200
"""Nodes above one another in a tree: what recursion over it can bear with Python's default stack,
two frames a node, and leave room for whoever called."""

_BAD_BODIES = {
    "AS": translatable("A function body in the Transact-SQL dialect (AS ...) is not provided."),
    "EXTERNAL": translatable("A function cannot call code outside the database."),
    "URL": translatable(
        "A function cannot make requests itself: it returns what is to be dialled."
    ),
    "TYPE": translatable(
        "A function cannot make requests itself: it returns what is to be dialled."
    ),
    "HEADER": translatable(
        "A function cannot make requests itself: it returns what is to be dialled."
    ),
    "AT": translatable("A function cannot stand for one in another database."),
    "LANGUAGE": translatable("A function cannot call code outside the database."),
    "HANDLER": translatable("A function cannot call code outside the database."),
}


def parse(source: str, limits: Limits | None = None) -> tuple[nodes.Function | None, list[Fault]]:
    """The tree of a function and every fault found in its text.

    With faults, the tree holds what could be read, or is None. Never raises and never recurses
    deeper than the limits of nesting allow.
    """
    limits = limits or Limits()
    too_long = _excess(source, limits)
    if too_long is not None:
        return None, [too_long]
    parser = FunctionParser(source, limits)
    if any(kind_of(fault) is Kind.LIMIT for fault in parser.faults):
        return None, parser.faults
    function = None
    try:
        function = parser.function()
        parser.check_height(function, TALLEST_TREE)
    except AbandonedError:
        function = None
    except UnparsedError:
        pass
    return function, parser.faults


def _excess(source: str, limits: Limits) -> Fault | None:
    """The fault of a text that is too long to be looked at."""
    if len(source) <= limits.source_bytes // 4:
        return None
    if len(source.encode("utf-8", "replace")) <= limits.source_bytes:
        return None
    message = translate(
        "The function has more than {source_bytes} bytes.",
        source_bytes=grouped(limits.source_bytes),
    )
    return make_fault(Kind.LIMIT, message, 0, 1)


class FunctionParser(StatementParser):
    def function(self) -> nodes.Function:
        """header block [;]"""
        first = self.token
        header = self._header_or_none()
        body = self._body()
        while self.accept(";"):
            pass
        if self.token.kind is not TokenKind.END:
            self._refuse_second_statement()
        function = header or nodes.Function("", (), nodes.TypeName("LONG VARCHAR"), body)
        return replace(function, body=body, start=first.start, end=self.last_end)

    def _header_or_none(self) -> nodes.Function | None:
        """The header; after a fault in it, the place is the BEGIN of the body, if there is one."""
        try:
            return self._header()
        except UnparsedError:
            self.nesting = 0
            while not self.at("BEGIN"):
                if self.advance().kind is TokenKind.END:
                    raise
            return None

    def _header(self) -> nodes.Function:
        """{CREATE [OR REPLACE] [TEMPORARY] | ALTER} FUNCTION [owner.]name (parameters)
        RETURNS type {clause}"""
        first = self.token
        self._definition_verb()
        owner, name = "", self.name(translatable("The name of the function")).value
        if self.accept("."):
            owner, name = name, self.name(translatable("The name of the function")).value
        if self.at_words("SET", "HIDDEN") or self.at("RECOMPILE"):
            self.advance()
            self.refuse(translate("Only a whole function can be kept, with its source."), first)
        self.expect("(", translatable("before the parameters"))
        parameters = self._parameters()
        self.expect("RETURNS", translatable("after the parameters"))
        returns = self.type_name()
        resumes = self._clauses()
        return nodes.Function(name, parameters, returns, nodes.Block(), owner, resumes)

    def _definition_verb(self) -> None:
        first = self.token
        if not self.at("CREATE", "ALTER"):
            if first.word in REFUSED_STATEMENTS:
                self.advance()
                self.refuse(translate(REFUSED_STATEMENTS[first.word]), first)
            self.fail(
                translate(
                    "A function begins with CREATE FUNCTION or ALTER FUNCTION, not {found}.",
                    found=self.found(),
                )
            )
        if self.advance().word == "CREATE":
            self.accept_words("OR", "REPLACE")
            self.accept("TEMPORARY")
        if not self.accept("FUNCTION"):
            self.advance()
            self.refuse(translate("Only a FUNCTION can be defined here."), first)

    def _refuse_second_statement(self) -> None:
        first = self.token
        if first.word in REFUSED_STATEMENTS or (first.word in RESERVED and not self.faults):
            self.advance()
            self.refuse(translate("Nothing may follow the function."), first)
        if self.faults:
            return  # what is left over is most likely the rest of what has a fault
        self.fail(translate("The function ends before {found}.", found=self.found()))

    def _parameters(self) -> tuple[nodes.Parameter, ...]:
        """[[IN] name type [DEFAULT value] {, ...}] )"""
        parameters: list[nodes.Parameter] = []
        if self.accept(")"):
            return ()
        while not parameters or self.accept(","):
            first = self.token
            if self.at("OUT", "INOUT") and self.ahead().word != ",":
                self.advance()
                self.refuse(translate("The parameters of a function are all IN."), first)
            self.accept("IN")
            name = self.name(translatable("The name of a parameter")).value
            kind = self.type_name()
            default = self.expression() if self.accept("DEFAULT", "=") else None
            parameters.append(
                nodes.Parameter(name, kind, default, start=first.start, end=self.last_end)
            )
        self.expect(")", translatable("after the parameters"))
        return tuple(parameters)

    def _clauses(self) -> bool:
        """{SQL SECURITY ... | [NOT] DETERMINISTIC | ON EXCEPTION RESUME}; whether the last is there."""
        resumes = False
        while True:
            first = self.token
            if self.accept_words("SQL", "SECURITY"):
                if not self.accept("INVOKER", "DEFINER"):
                    self.fail(translate("After SQL SECURITY stands INVOKER or DEFINER."))
            elif self.accept_words("NOT", "DETERMINISTIC") or self.accept("DETERMINISTIC"):
                continue
            elif self.at("ON"):
                self.advance()
                self.expect("EXCEPTION", translatable("after ON"))
                self.expect("RESUME", translatable("after ON EXCEPTION"))
                resumes = True
            elif first.word in _BAD_BODIES:
                self.advance()
                self.refuse(translate(_BAD_BODIES[first.word]), first)
            else:
                return resumes

    def _body(self) -> nodes.Block:
        label = None
        if self.at_name() and self.ahead().word == ":":
            label = self.advance().value
            self.advance()
        if not self.at("BEGIN"):
            self.fail(translate("BEGIN is missing, before {found}.", found=self.found()))
        first = self.token
        if self.at_words("BEGIN", "TRY"):
            statement = self.try_statement(label, first)
            return nodes.Block((), (statement,), start=first.start, end=self.last_end)
        return self.block(label, first)
