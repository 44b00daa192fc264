"""Queries: SELECT with its clauses, joins, UNION."""

from dataclasses import replace
from typing import NamedTuple

from webdial.language import translatable, translate
from webdial.watcom import nodes
from webdial.watcom.errors import Kind
from webdial.watcom.lexer import NAME_KINDS, Token
from webdial.watcom.parser_expressions import ExpressionParser

_JOIN_WORDS = ("JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "KEY", "NATURAL")

MOST_ROWS = "2147483647"
"""What TOP ALL stands for: the greatest number that TOP takes (SQL Anywhere, SELECT statement)."""


class Into(NamedTuple):
    """The INTO clause of a SELECT: where it stands, and the variables."""

    token: Token
    names: tuple[str, ...]


class QueryParser(ExpressionParser):
    def query(self) -> nodes.Query:
        """query = select {UNION [ALL] select} [ORDER BY ...]"""
        start = self.token.start
        select, into = self.select()
        if into is not None:
            self.refuse(translate("INTO cannot stand in a subquery or cursor."), into.token)
        return self.unions(select, start)

    def unions(self, first: nodes.Select, start: int) -> nodes.Query:
        rest: list[tuple[bool, nodes.Select]] = []
        while self.at("UNION", "EXCEPT", "INTERSECT"):
            word = self.advance()
            if word.word != "UNION":
                self.refuse(translate("{word} is not provided.", word=word.word), word)
            every = self.accept("ALL")
            if not every:
                self.accept("DISTINCT")
            select, into = self.select()
            if into is not None:
                self.refuse(translate("INTO cannot stand in a UNION."), into.token)
            rest.append((every, select))
        if not rest:
            return first
        last_every, last = rest[-1]
        if first.order_by or any(select.order_by for _, select in rest[:-1]):
            self.fail(translate("ORDER BY stands after the last SELECT of a UNION."))
        # What the last SELECT took for its own ORDER BY orders the whole.
        order_by = last.order_by
        rest[-1] = (last_every, replace(last, order_by=()))
        return nodes.Union(first, tuple(rest), order_by, start=start, end=self.last_end)

    def select(self) -> tuple[nodes.Select, Into | None]:
        """SELECT [DISTINCT | ALL] [FIRST | TOP (n | ALL) [START AT m]] items [INTO ...] [FROM ...] ..."""
        first = self.expect("SELECT")
        distinct = not self.accept("ALL") and self.accept("DISTINCT")
        top = self._top()
        items = self._items()
        into = self._into() if self.at("INTO") else None
        sources = self._sources() if self.accept("FROM") else ()
        where = self.expression() if self.accept("WHERE") else None
        group_by = self._group_by()
        having = self.expression() if self.accept("HAVING") else None
        order_by = self.order_by()
        if self.at("LIMIT"):
            self.refuse(
                translate("LIMIT is not provided."),
                self.advance(),
                translate("Use SELECT TOP n ..."),
            )
        select = nodes.Select(
            items,
            sources,
            where,
            group_by,
            having,
            order_by,
            top,
            distinct,
            start=first.start,
            end=self.last_end,
        )
        return select, into

    def _top(self) -> nodes.Top | None:
        """FIRST, or TOP (n | ALL) [START AT m]; n and m are operands: numbers, variables, brackets."""
        token = self.token
        if self.accept("FIRST"):
            one = nodes.Number("1", start=token.start, end=token.end)
            return nodes.Top(one, start=token.start, end=token.end)
        if not self.accept("TOP"):
            return None
        every = self.token
        if self.accept("ALL"):
            count: nodes.Expression = nodes.Number(MOST_ROWS, start=every.start, end=every.end)
        else:
            count = self.operand()
        start_at = self.operand() if self.accept_words("START", "AT") else None
        return nodes.Top(count, start_at, start=token.start, end=self.last_end)

    def _items(self) -> tuple[nodes.Item | nodes.Star, ...]:
        items = [self._item()]
        while self.accept(","):
            items.append(self._item())
        return tuple(items)

    def _item(self) -> nodes.Item | nodes.Star:
        """* | table.* | value [[AS] alias]"""
        first = self.token
        if self.accept("*"):
            return nodes.Star(start=first.start, end=first.end)
        if self.at_name() and self.ahead().word == "." and self.ahead(2).word == "*":
            table = self.advance().value
            self.advance()
            self.advance()
            return nodes.Star(table, start=first.start, end=self.last_end)
        value = self.expression()
        alias = self._alias()
        return nodes.Item(value, alias, start=first.start, end=self.last_end)

    def _alias(self) -> str | None:
        if self.accept("AS"):
            return self.name(translatable("The alias after AS")).value
        return self.advance().value if self.at_name() and not self.at("LIMIT") else None

    def _into(self) -> Into:
        """INTO name {, name}; a table there would be created, which is refused."""
        into = self.advance()
        names_table = self.at("TABLE") and self.ahead().kind in NAME_KINDS
        if names_table or self.at_words("LOCAL", "TEMPORARY"):
            self.advance()
            self.advance()
            self.refuse(translate("SELECT INTO a table is not allowed in a function."), into)
        first = self.token
        names = self.names(translatable("The name of a variable"))
        if self.at(".") or first.value.startswith("#"):
            self.refuse(translate("SELECT INTO a table is not allowed in a function."), into)
        return Into(into, names)

    # FROM

    def _sources(self) -> tuple[nodes.Source, ...]:
        sources = [self._joined()]
        while self.accept(","):
            sources.append(self._joined())
        return tuple(sources)

    def _joined(self) -> nodes.Source:
        """table {[INNER | LEFT | RIGHT | FULL [OUTER] | CROSS] JOIN table [ON condition]}"""
        start = self.token.start
        left = self._source()
        count = 1
        while self.at(*_JOIN_WORDS):
            count += 1
            if count > self.limits.tables_per_query:
                self.fail(
                    translate(
                        "A query joins at most {tables_per_query} tables.",
                        tables_per_query=self.limits.tables_per_query,
                    ),
                    kind=Kind.LIMIT,
                )
            kind = self._join_kind()
            right = self._source()
            if kind == "CROSS":
                left = nodes.Join(kind, left, right, start=start, end=self.last_end)
                continue
            if not self.at("ON"):
                self.refuse(
                    translate("A JOIN without ON follows foreign keys, which are not known here."),
                    self.token,
                    translate("Write the condition: JOIN table ON condition."),
                )
            self.advance()
            condition = self.expression()
            left = nodes.Join(kind, left, right, condition, start=start, end=self.last_end)
        return left

    def _join_kind(self) -> str:
        first = self.advance()
        if first.word in {"KEY", "NATURAL"}:
            self.refuse(
                translate(
                    "{word} JOIN follows keys or names that are not known here.", word=first.word
                ),
                first,
                translate("Write the condition: JOIN table ON condition."),
            )
        kind = "INNER" if first.word == "JOIN" else first.word
        if kind in {"LEFT", "RIGHT", "FULL"}:
            self.accept("OUTER")
        if first.word != "JOIN":
            self.expect("JOIN", translate("after {words}", words=first.word))
        return kind

    def _source(self) -> nodes.Source:
        """[owner.]table [[AS] alias] | ( table JOIN ... )"""
        first = self.token
        if first.word == "(":
            return self._bracketed_source()
        parts = [self.name(translatable("The name of a table")).value]
        while self.accept("."):
            parts.append(self.name(translatable("The name of a table")).value)
        if self.at("("):
            self.refuse(
                translate("{parts}(...) cannot stand in FROM: only tables can.", parts=parts[-1]),
                first,
            )
        if len(parts) > 2:
            self.fail(
                translate("A table has at most two parts in its name: owner and table."), at=first
            )
        alias = self._alias()
        if self.at("WITH", "FORCE"):
            self.refuse(
                translate("Hints about locks and indexes are not provided."), self.advance()
            )
        return nodes.TableSource(tuple(parts), alias, start=first.start, end=self.last_end)

    def _bracketed_source(self) -> nodes.Source:
        bracket = self.advance()
        if self.at("SELECT"):
            self.advance()
            self.refuse(translate("A query cannot stand in FROM: only tables can."), bracket)
        self.enter()
        source = self._joined()
        self.expect(")", translatable("to close the bracket"))
        self.leave()
        return source

    def _group_by(self) -> tuple[nodes.Expression, ...]:
        if not self.accept("GROUP"):
            return ()
        self.expect("BY", translatable("after GROUP"))
        keys = [self.expression()]
        while self.accept(","):
            keys.append(self.expression())
        return tuple(keys)
