"""Statements and declarations.

Faults do not stop the parser: it notes one, skips to the end of the statement and goes on, so that
an author sees all of them at once. Statements come from an allow-list; the well-known others are
refused by name.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, NoReturn

from webdial.language import translatable, translate
from webdial.watcom import nodes
from webdial.watcom.errors import Kind
from webdial.watcom.lexer import NAME_KINDS, Token, TokenKind
from webdial.watcom.nodes import Expression, Statement
from webdial.watcom.parser_queries import QueryParser
from webdial.watcom.token_cursor import UnparsedError
from webdial.watcom.vocabulary import REFUSED_STATEMENTS

_CURSOR_WORDS = ("NO", "SCROLL", "DYNAMIC", "INSENSITIVE", "SENSITIVE", "ASENSITIVE", "UNIQUE")
_FETCH_POSITIONS = ("PRIOR", "FIRST", "LAST", "ABSOLUTE", "RELATIVE")
_CLOSING_WORDS = ("IF", "LOOP", "FOR", "TRY", "CATCH")
_PLACEHOLDER = nodes.Null()
"""Stands for a condition that could not be read; the fault in it keeps the tree from being used."""


class StatementParser(QueryParser):
    # Lists of statements

    def statements(self) -> tuple[Statement, ...]:
        """{statement ;}; the semicolon separates, so none is needed before the end of the list."""
        found: list[Statement] = []
        while True:
            while self.accept(";"):
                pass
            if self.at_list_end():
                return tuple(found)
            level, position, opened = self.nesting, self.position, len(self.open_words)
            try:
                found.append(self.statement())
                self._expect_separator()
            except UnparsedError:
                self.nesting = level
                del self.open_words[opened:]
                self.skip_statement(position)
                if self.position == position:
                    self.advance()

    def _expect_separator(self) -> None:
        if not self.at_statement_end():
            self.fail(translate("; is missing, before {found}.", found=self.found()))

    def statement(self) -> Statement:
        """One statement, by its first word."""
        first = self.token
        if first.word == "BEGIN" or (self.at_name() and self.ahead().word == ":"):
            return self._labelled()
        if first.word in self.BY_WORD:
            return self.BY_WORD[first.word](self)
        if self.at_name() and self.ahead().word == "=":
            return self._assignment_without_set()
        return self._no_statement()

    def _no_statement(self) -> NoReturn:
        """Refuse what begins no statement that a function may have. The place takes in a second word:
        DROP TABLE, EXECUTE IMMEDIATE."""
        first = self.token
        if first.word not in REFUSED_STATEMENTS:
            self.fail(translate("No statement begins with {found}.", found=self.found()))
        self.advance()
        if self.token.kind is TokenKind.NAME and not self.at_list_end():
            self.advance()
        self.refuse(translate(REFUSED_STATEMENTS[first.word]), first)

    def _assignment_without_set(self) -> Statement:
        """name = CALL function(...)"""
        first = self.advance()
        self.advance()
        if not self.accept("CALL"):
            self.fail(translate("SET is missing before the assignment."), at=first)
        call = self._called()
        return nodes.CallStatement(call, first.value, start=first.start, end=self.last_end)

    # Blocks

    def _labelled(self) -> Statement:
        """[label :] (BEGIN | LOOP | WHILE | FOR) ..."""
        first = self.token
        label = None
        if not self.at("BEGIN"):
            label = self.advance().value
            self.advance()
        if self.at_words("BEGIN", "TRY"):
            return self.try_statement(label, first)
        if self.at("LOOP", "WHILE"):
            return self._loop(label, first)
        if self.at("FOR"):
            return self._for(label, first)
        if not self.at("BEGIN"):
            self.fail(
                translate(
                    "After a label stands BEGIN, LOOP, WHILE or FOR, not {found}.",
                    found=self.found(),
                )
            )
        return self.block(label, first)

    def block(self, label: str | None, first: Token) -> nodes.Block:
        """BEGIN [[NOT] ATOMIC] declarations statements [EXCEPTION handlers] END [label]"""
        begin = self.expect("BEGIN")
        self.enter()
        if not self.accept("ATOMIC"):
            self.accept_words("NOT", "ATOMIC")
        declarations = self._declarations()
        body = self.statements()
        handlers: tuple[nodes.Handler, ...] = ()
        if self.accept("EXCEPTION"):
            self.open_words.append("EXCEPTION")
            handlers = self._handlers()
            self.open_words.pop()
        self._close("END", begin)
        self._end_label(label)
        self.leave()
        return nodes.Block(
            declarations, body, handlers, label, start=first.start, end=self.last_end
        )

    def _close(self, word: str, opening: Token) -> None:
        """Take what closes the construct that `opening` began; where it is missing, note that and
        go on as if it were there, for the next closing word is most likely meant for another."""
        if self.accept(word):
            return
        line = self.source.count("\n", 0, opening.start) + 1
        found = self.found()
        message = translate(
            "{word} is missing, before {found}: {word_2} in line {line} is not closed.",
            word=word,
            found=found,
            word_2=opening.word,
            line=line,
        )
        self.note(Kind.PARSE, message, self.token.start, max(self.token.end, self.token.start + 1))

    def _close_with(self, word: str, opening: Token) -> None:
        """Demand END and `word`. An END of something that is not open is taken for it."""
        self.open_words.pop()
        if self.accept_words("END", word):
            return
        self._close(f"END {word}", opening)
        other = self.ahead().word
        if self.at("END") and other in _CLOSING_WORDS and other not in self.open_words:
            self.advance()
            self.advance()

    def _open(self, word: str) -> None:
        """Go into a construct that END and `word` will close."""
        self.enter()
        self.open_words.append(word)

    def _end_label(self, label: str | None) -> None:
        """[label], which has to be the one at the beginning."""
        if not self.at_name():
            return
        token = self.advance()
        if label is None or token.value.casefold() != label.casefold():
            self.note(Kind.PARSE, _other_label(token.value, label), token.start, token.end)

    def _handlers(self) -> tuple[nodes.Handler, ...]:
        """{WHEN name {, name} THEN statements} [WHEN OTHERS THEN statements]"""
        handlers: list[nodes.Handler] = []
        while self.at("WHEN"):
            first = self.advance()
            if handlers and not handlers[-1].names:
                self.fail(translate("WHEN OTHERS is the last handler."), at=first)
            names = (
                ()
                if self.accept("OTHERS")
                else self.names(translatable("The name of an exception"))
            )
            self.expect("THEN", translatable("after WHEN"))
            body = self.statements()
            handlers.append(nodes.Handler(names, body, start=first.start, end=self.last_end))
        if not handlers:
            self.fail(translate("After EXCEPTION stands WHEN, not {found}.", found=self.found()))
        return tuple(handlers)

    def try_statement(self, label: str | None, first: Token) -> nodes.Try:
        """BEGIN TRY declarations statements END TRY BEGIN CATCH statements END CATCH [label]"""
        begin = self.advance()
        self.advance()
        self._open("TRY")
        declarations = self._declarations()
        body = self.statements()
        self._close_with("TRY", begin)
        while self.accept(";"):
            pass
        if not self.accept_words("BEGIN", "CATCH"):
            self.fail(
                translate("After END TRY stands BEGIN CATCH, not {found}.", found=self.found())
            )
        self.open_words.append("CATCH")
        catch = self.statements()
        self._close_with("CATCH", begin)
        self._end_label(label)
        self.leave()
        return nodes.Try(body, catch, declarations, label, start=first.start, end=self.last_end)

    # Declarations

    def _declarations(self) -> tuple[nodes.Declaration, ...]:
        declarations: list[nodes.Declaration] = []
        while True:
            while self.accept(";"):
                pass
            if not self.at("DECLARE"):
                return tuple(declarations)
            level, position = self.nesting, self.position
            try:
                declarations.append(self._declaration())
                self._expect_separator()
            except UnparsedError:
                self.nesting = level
                self.skip_statement(position)

    def _declaration(self) -> nodes.Declaration:
        """DECLARE (variables | name EXCEPTION ... | name ... CURSOR FOR query)"""
        first = self.advance()
        if self.at_words("LOCAL", "TEMPORARY"):
            self.advance()
            self.advance()
            self.refuse(translate("A function cannot make temporary tables."), first)
        names = self.names(translatable("The name of a variable"))
        if self.at_words("EXCEPTION", "FOR"):
            return self._exception(names, first)
        if self._at_cursor():
            return self._cursor(names, first)
        kind = self.type_name()
        initial = self.expression() if self.accept("=", "DEFAULT") else None
        return nodes.DeclareVariables(names, kind, initial, start=first.start, end=self.last_end)

    def _exception(self, names: tuple[str, ...], first: Token) -> nodes.Declaration:
        """name EXCEPTION FOR SQLSTATE [VALUE] 'sssss'"""
        self.advance()
        self.advance()
        self.expect("SQLSTATE", translatable("after EXCEPTION FOR"))
        self.accept("VALUE")
        state = self.text_literal(translatable("The SQLSTATE, as a text of five characters"))
        if len(state.value) != 5 or not state.value.isalnum():
            self.fail(translate("An SQLSTATE has five letters and digits."), at=state)
        if len(names) > 1:
            self.fail(translate("An exception is declared by itself."), at=first)
        return nodes.DeclareException(
            names[0], state.value.upper(), start=first.start, end=self.last_end
        )

    def _at_cursor(self) -> bool:
        return self.at("CURSOR", *_CURSOR_WORDS) and (
            self.at("CURSOR") or self.ahead().word in {"CURSOR", *_CURSOR_WORDS}
        )

    def _cursor(self, names: tuple[str, ...], first: Token) -> nodes.Declaration:
        """name [words] CURSOR FOR query [FOR READ ONLY]"""
        query = self._cursor_query(first)
        if len(names) > 1:
            self.fail(translate("A cursor is declared by itself."), at=first)
        return nodes.DeclareCursor(names[0], query, start=first.start, end=self.last_end)

    def _cursor_query(self, first: Token) -> nodes.Query:
        while self.accept(*_CURSOR_WORDS):
            pass
        self.expect("CURSOR")
        if self.at("USING"):
            self.advance()
            self.refuse(translate("A cursor over SQL held in a variable is not allowed."), first)
        self.expect("FOR", translatable("after CURSOR"))
        if not self.at("SELECT"):
            if self.at("CALL", "WITH") or self.at_name():
                self.advance()
                self.refuse(translate("A cursor stands over a SELECT."), first)
            self.fail(translate("SELECT is missing, before {found}.", found=self.found()))
        query = self.query()
        if self.at("FOR"):
            clause = self.advance()
            if not self.accept_words("READ", "ONLY"):
                self.advance()
                self.refuse(translate("A cursor is for reading only."), clause)
        return query

    # Statements

    def _set(self) -> Statement:
        """SET name = value"""
        first = self.advance()
        option_words = ("OPTION", "TEMPORARY", "EXISTING", "CONNECTION", "SCHEMA", "PERMANENT")
        if self.at(*option_words) and self.ahead().word != "=":
            self.advance()
            self.refuse(translate("A function cannot set options."), first)
        name = self.name(translatable("The name of a variable")).value
        if self.at("."):
            self.advance()
            self.refuse(translate("Only variables of the function can be set."), first)
        self.expect("=", translatable("after the name"))
        value = self.expression()
        return nodes.Set(name, value, start=first.start, end=self.last_end)

    def _select(self) -> Statement:
        """SELECT items INTO names [FROM ...]"""
        first = self.token
        select, into = self.select()
        if self.at("UNION", "EXCEPT", "INTERSECT"):
            self.refuse(translate("A UNION stands in a cursor or a subquery only."), self.advance())
        if into is None:
            self.refuse(
                translate(
                    "A SELECT without INTO would return rows, and a function returns one value."
                ),
                first,
            )
        return nodes.SelectInto(select, into.names, start=first.start, end=self.last_end)

    def _late_declaration(self) -> Statement:
        self.fail(
            translate("Declarations stand at the beginning of a block, before its statements.")
        )

    def _if_statement(self) -> Statement:
        """IF condition THEN statements {ELSEIF ...} [ELSE statements] (END IF | ENDIF)"""
        first = self.token
        self._open("IF")
        branches: list[tuple[Expression, tuple[Statement, ...]]] = []
        while not branches or self.at("ELSEIF"):
            self.advance()
            condition = self._head("THEN", translatable("in the IF statement"))
            branches.append((condition, self.statements()))
        otherwise = self.statements() if self.accept("ELSE") else None
        if self.accept("ENDIF"):
            self.open_words.pop()
        else:
            self._close_with("IF", first)
        self.leave()
        return nodes.If(tuple(branches), otherwise, start=first.start, end=self.last_end)

    def _head(self, word: str, where: str) -> Expression:
        """An expression and the word after it; a fault in it does not lose what follows."""
        level = self.nesting
        try:
            expression = self.expression()
            self.expect(word, where)
        except UnparsedError:
            self.nesting = level
            if not self.skip_to(word):
                raise
            return _PLACEHOLDER
        return expression

    def _case_statement(self) -> Statement:
        """CASE [value] {WHEN (value | condition) THEN statements} [ELSE statements] END [CASE]"""
        first = self.advance()
        self._open("CASE")
        subject = None if self.at("WHEN") else self.expression()
        whens: list[tuple[Expression, tuple[Statement, ...]]] = []
        while self.accept("WHEN"):
            when = self._head("THEN", translatable("in the CASE statement"))
            whens.append((when, self.statements()))
        if not whens:
            self.fail(translate("WHEN is missing, before {found}.", found=self.found()))
        otherwise = self.statements() if self.accept("ELSE") else None
        self.open_words.pop()
        self._close("END", first)
        self.accept("CASE")
        self.leave()
        return nodes.Case(subject, tuple(whens), otherwise, start=first.start, end=self.last_end)

    def _loop_statement(self) -> Statement:
        return self._loop(None, self.token)

    def _loop(self, label: str | None, first: Token) -> Statement:
        """[WHILE condition] LOOP statements END LOOP [label]"""
        opening = self.token
        self._open("LOOP")
        condition = None
        if self.accept("WHILE"):
            condition = self._head("LOOP", translatable("after the condition of WHILE"))
        else:
            self.expect("LOOP")
        body = self.statements()
        self._close_with("LOOP", opening)
        self._end_label(label)
        self.leave()
        return nodes.Loop(condition, body, label, start=first.start, end=self.last_end)

    def _for_statement(self) -> Statement:
        return self._for(None, self.token)

    def _for(self, label: str | None, first: Token) -> Statement:
        """FOR name AS cursor [words] CURSOR FOR query [FOR READ ONLY] DO statements END FOR [label]"""
        opening = self.advance()
        self._open("FOR")
        name = self.name(translatable("The name of the loop")).value
        self.expect("AS", translatable("after the name of the loop"))
        cursor = self.name(translatable("The name of the cursor")).value
        query = self._cursor_query(opening)
        self.expect("DO", translatable("after the query of FOR"))
        body = self.statements()
        self._close_with("FOR", opening)
        self._end_label(label)
        self.leave()
        return nodes.For(name, cursor, query, body, label, start=first.start, end=self.last_end)

    def _leave(self) -> Statement:
        """LEAVE label"""
        first = self.advance()
        label = self.name(translatable("The label to leave")).value
        return nodes.Leave(label, start=first.start, end=self.last_end)

    def _continue(self) -> Statement:
        """CONTINUE [label]"""
        first = self.advance()
        label = self.advance().value if self.at_name() else None
        return nodes.Continue(label, start=first.start, end=self.last_end)

    def _open_cursor(self) -> Statement:
        """OPEN cursor [WITH HOLD]"""
        first = self.advance()
        cursor = self.name(translatable("The name of a cursor")).value
        self.accept_words("WITH", "HOLD")
        return nodes.Open(cursor, start=first.start, end=self.last_end)

    def _fetch(self) -> Statement:
        """FETCH [NEXT] cursor [INTO names]"""
        first = self.advance()
        if self.at(*_FETCH_POSITIONS):
            self.advance()
            self.refuse(translate("Rows are fetched one after the other: FETCH NEXT only."), first)
        after = self.ahead()
        if self.at("NEXT") and after.kind in NAME_KINDS and after.word != "INTO":
            self.advance()
        cursor = self.name(translatable("The name of a cursor")).value
        names = self.names(translatable("The name of a variable")) if self.accept("INTO") else ()
        return nodes.Fetch(cursor, names, start=first.start, end=self.last_end)

    def _close_cursor(self) -> Statement:
        """CLOSE cursor"""
        first = self.advance()
        cursor = self.name(translatable("The name of a cursor")).value
        return nodes.Close(cursor, start=first.start, end=self.last_end)

    def _return(self) -> Statement:
        """RETURN [value]"""
        first = self.advance()
        value = None if self.at_statement_end() else self.expression()
        return nodes.Return(value, start=first.start, end=self.last_end)

    def _signal(self) -> Statement:
        """SIGNAL name"""
        first = self.advance()
        name = self.name(translatable("The name of an exception")).value
        return nodes.Signal(name, start=first.start, end=self.last_end)

    def _resignal(self) -> Statement:
        """RESIGNAL [name]"""
        first = self.advance()
        name = self.advance().value if self.at_name() else None
        return nodes.Resignal(name, start=first.start, end=self.last_end)

    def _message(self) -> Statement:
        """MESSAGE values [TYPE word] [TO target] [DEBUG ONLY];  PRINT values"""
        first = self.advance()
        values = [self.expression()]
        while self.accept(","):
            values.append(self.expression())
        if first.word == "MESSAGE":
            self._message_options()
        printed = first.word == "PRINT"
        return nodes.Message(tuple(values), printed, start=first.start, end=self.last_end)

    def _message_options(self) -> None:
        """Where the server would send a MESSAGE: read and left at that, for none is sent."""
        while not self.at_statement_end():
            if not self.accept("TYPE", "TO", "FOR", "DEBUG", "IMMEDIATE"):
                self.fail(translate("; is missing, before {found}.", found=self.found()))
            while self.token.kind is TokenKind.NAME and not self.at_statement_end():
                if self.at("TYPE", "TO", "FOR", "DEBUG", "IMMEDIATE"):
                    break
                self.advance()

    def _call_statement(self) -> Statement:
        """CALL function(...)"""
        first = self.advance()
        call = self._called()
        return nodes.CallStatement(call, start=first.start, end=self.last_end)

    def _called(self) -> nodes.Call:
        """What stands after CALL. Whether it may be called is checked with the other calls."""
        first = self.token
        call = self.operand()
        if not isinstance(call, nodes.Call):
            if isinstance(call, nodes.Name):
                self.refuse(translate("{parts} cannot be called.", parts=call.parts[-1]), first)
            self.fail(translate("After CALL stands the call of a function."), at=first)
        return call

    BY_WORD: ClassVar[Mapping[str, Callable[["StatementParser"], Statement]]] = {
        "CALL": _call_statement,
        "CASE": _case_statement,
        "CLOSE": _close_cursor,
        "CONTINUE": _continue,
        "DECLARE": _late_declaration,
        "FETCH": _fetch,
        "FOR": _for_statement,
        "IF": _if_statement,
        "LEAVE": _leave,
        "LOOP": _loop_statement,
        "MESSAGE": _message,
        "OPEN": _open_cursor,
        "PRINT": _message,
        "RESIGNAL": _resignal,
        "RETURN": _return,
        "SELECT": _select,
        "SET": _set,
        "SIGNAL": _signal,
        "WHILE": _loop_statement,
    }
    """Each statement's parser by its first word."""


def _other_label(end: str, beginning: str | None) -> str:
    if beginning is None:
        return translate(
            "The label at the end is {value}, but there is no label at the beginning.", value=end
        )
    return translate(
        "The label at the end is {value}, but the label is {label}.", value=end, label=beginning
    )
