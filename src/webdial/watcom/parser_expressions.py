"""Expressions: values and conditions, and the names of types.

Operators of one level make one flat node, and brackets are the only way down, so depth is bounded
by the cursor's nesting and the length of a chain is not bounded at all.
"""

from typing import NamedTuple

from webdial.language import grouped, translatable, translate
from webdial.watcom import nodes
from webdial.watcom.datatypes import NUMBER_DIGITS, TYPE_WORDS, canonical_type
from webdial.watcom.errors import Kind
from webdial.watcom.lexer import Token, TokenKind
from webdial.watcom.nodes import Expression
from webdial.watcom.token_cursor import TokenCursor
from webdial.watcom.vocabulary import (
    AGGREGATES,
    CALLABLE,
    COMPARISONS,
    CURRENT_VALUES,
    RESERVED,
    SPECIAL_VALUES,
)

MAX_SIGNS = 8
"""Signs or NOTs in a row; each is a level of the tree."""

QUERY_WEIGHT = 4
"""Levels of nesting that a subquery counts for: it takes that much more stack than a bracket."""

_NEGATABLE = frozenset({"IN", "LIKE", "BETWEEN", "SIMILAR", "REGEXP"})
_MAX_TYPE_SIZE = 32_767
_MAX_PRECISION = 127

_BINDING = (frozenset({"*", "/", "%"}), frozenset({"+", "-"}), frozenset({"||"}))
"""Signs between two values, those that bind most first (SQL Anywhere 11 and 12, Operator precedence)."""

_SIGNS = frozenset().union(*_BINDING)


class _Part(NamedTuple):
    """A value in a row of them, and its place with the brackets around it."""

    value: Expression
    start: int
    end: int


def _bind(
    level: frozenset[str], parts: list[_Part], signs: list[str]
) -> tuple[list[_Part], list[str]]:
    """Make one part of those that stand between the signs of `level`; the other signs are left."""
    bound: list[_Part] = []
    left: list[str] = []
    row, steps = parts[:1], list[str]()
    for sign, part in zip(signs, parts[1:], strict=True):
        if sign in level:
            row.append(part)
            steps.append(sign)
        else:
            bound.append(_chain(row, steps))
            left.append(sign)
            row, steps = [part], []
    bound.append(_chain(row, steps))
    return bound, left


def _chain(row: list[_Part], signs: list[str]) -> _Part:
    if not signs:
        return row[0]
    start, end = row[0].start, row[-1].end
    steps = zip(signs, (part.value for part in row[1:]), strict=True)
    return _Part(nodes.Chain(row[0].value, tuple(steps), start=start, end=end), start, end)


class ExpressionParser(TokenCursor):
    def query(self) -> nodes.Query:
        """query = SELECT ... [UNION ...]; parsed one layer up."""
        raise NotImplementedError

    def expression(self) -> Expression:
        """expression = and_part {OR and_part};  and_part = {NOT} predicate {AND {NOT} predicate}"""
        alternatives: list[Expression] = []
        parts: list[Expression] = []
        while True:
            part_start = self.token.start
            negations = self._count("NOT")
            part = self.predicate()
            for _ in range(negations):
                part = nodes.Not(part, start=part_start, end=self.last_end)
            parts.append(part)
            if self.accept("AND"):
                continue
            alternatives.append(self._join("AND", parts))
            if not self.accept("OR"):
                return self._join("OR", alternatives)
            parts = []

    def _count(self, word: str) -> int:
        """How many `word`s stand in a row here."""
        count = 0
        while self.accept(word):
            count += 1
            if count > MAX_SIGNS:
                self.fail(
                    translate(
                        "More than {MAX_SIGNS} times {word} in a row.",
                        MAX_SIGNS=MAX_SIGNS,
                        word=word,
                    ),
                    kind=Kind.LIMIT,
                )
        return count

    def _join(self, operator: str, parts: list[Expression]) -> Expression:
        if len(parts) == 1:
            return parts[0]
        return nodes.Logical(operator, tuple(parts), start=parts[0].start, end=self.last_end)

    # Predicates

    def predicate(self) -> Expression:
        """predicate = value [comparison | IS ... | [NOT] (IN | LIKE | BETWEEN ...)] {IS truth}"""
        start = self.token.start
        left = self.value()
        word = self.token.word
        if word in COMPARISONS:
            left = self._comparison(left, start)
        elif word == "NOT" and self.ahead().word in _NEGATABLE:
            self.advance()
            left = self._test(left, start, negated=True)
        elif word in _NEGATABLE:
            left = self._test(left, start, negated=False)
        while self.at("IS"):
            left = self._is(left, start)
        return left

    def _comparison(self, left: Expression, start: int) -> Expression:
        operator = COMPARISONS[self.advance().word]
        if self.at("ANY", "SOME", "ALL"):
            every = self.advance().word == "ALL"
            query = self.bracketed_query()
            return nodes.Quantified(operator, left, query, every, start=start, end=self.last_end)
        right = self.value()
        return nodes.Comparison(operator, left, right, start=start, end=self.last_end)

    def _test(self, left: Expression, start: int, *, negated: bool) -> Expression:
        word = self.advance().word
        if word == "BETWEEN":
            low = self.value()
            self.expect("AND", translatable("in BETWEEN"))
            high = self.value()
            return nodes.Between(left, low, high, negated, start=start, end=self.last_end)
        if word == "IN":
            return self._in(left, start, negated=negated)
        if word == "SIMILAR":
            self.expect("TO", translatable("after SIMILAR"))
            word = "SIMILAR TO"
        pattern = self.value()
        escape = self.value() if self.accept("ESCAPE") else None
        return nodes.Match(word, left, pattern, escape, negated, start=start, end=self.last_end)

    def _in(self, left: Expression, start: int, *, negated: bool) -> Expression:
        if self.at_words("(", "SELECT"):
            query = self.bracketed_query()
            return nodes.InQuery(left, query, negated, start=start, end=self.last_end)
        self.expect("(", translatable("after IN"))
        items = self._arguments("IN")
        return nodes.InList(left, items, negated, start=start, end=self.last_end)

    def _is(self, left: Expression, start: int) -> Expression:
        """IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM value"""
        self.advance()
        negated = self.accept("NOT")
        if self.accept("NULL"):
            return nodes.IsNull(left, negated, start=start, end=self.last_end)
        if self.accept("DISTINCT"):
            self.expect("FROM", translatable("after IS DISTINCT"))
            right = self.value()
            return nodes.IsDistinct(left, right, negated, start=start, end=self.last_end)
        if not self.at("TRUE", "FALSE", "UNKNOWN"):
            self.fail(
                translate(
                    "After IS stands NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM, not {found}.",
                    found=self.found(),
                )
            )
        truth = {"TRUE": True, "FALSE": False, "UNKNOWN": None}[self.advance().word]
        return nodes.IsTruth(left, truth, negated, start=start, end=self.last_end)

    # Values

    def value(self) -> Expression:
        """value = sum {|| sum};  sum = product {(+ | -) product};  product = operand {(* | / | %) operand}

        Read in one go and then bound level by level, so that a level costs no depth.
        """
        parts = [self._part()]
        signs: list[str] = []
        while self.token.word in _SIGNS:
            signs.append(self.advance().word)
            parts.append(self._part())
        for level in _BINDING:
            if len(parts) > 1:
                parts, signs = _bind(level, parts, signs)
        return parts[0].value

    def _part(self) -> _Part:
        start = self.token.start
        return _Part(self.operand(), start, self.last_end)

    def operand(self) -> Expression:
        """operand = {+ | -} (literal | special value | name | call | CASE | IF | ( ... ))"""
        start = self.token.start
        minuses = signs = 0
        while self.token.word in {"+", "-"}:
            minuses += self.advance().word == "-"
            signs += 1
            if signs > MAX_SIGNS:
                self.fail(
                    translate("More than {MAX_SIGNS} signs in a row.", MAX_SIGNS=MAX_SIGNS),
                    kind=Kind.LIMIT,
                )
        operand = self._unsigned()
        for _ in range(minuses):
            operand = nodes.Negate(operand, start=start, end=self.last_end)
        return operand

    def _unsigned(self) -> Expression:
        token = self.token
        match token.kind:
            case TokenKind.TEXT:
                self.advance()
                return nodes.Text(token.value, start=token.start, end=token.end)
            case TokenKind.NUMBER:
                return self._number()
            case TokenKind.NAME | TokenKind.QUOTED_NAME:
                return self._named()
        if token.word != "(":
            self.fail(translate("A value is missing, before {found}.", found=self.found()))
        if self.ahead().word == "SELECT":
            query = self.bracketed_query()
            return nodes.Subquery(query, start=token.start, end=self.last_end)
        self.enter()
        self.advance()
        inner = self.expression()
        self.expect(")", translatable("to close the bracket"))
        self.leave()
        return inner

    def _number(self) -> Expression:
        token = self.advance()
        lexeme = token.value.lower()
        if lexeme.startswith("0x"):
            if len(lexeme) > 18 or int(lexeme, 16) >= 2**63:
                self.fail(
                    translate("The number has more than 64 bits."), kind=Kind.OUT_OF_RANGE, at=token
                )
        else:
            mantissa, _, exponent = lexeme.partition("e")
            if len(mantissa) > NUMBER_DIGITS or len(exponent) > 4 or abs(int(exponent or 0)) > 300:
                self.fail(translate("The number is too long."), kind=Kind.OUT_OF_RANGE, at=token)
        return nodes.Number(token.value, start=token.start, end=token.end)

    def _named(self) -> Expression:
        """What begins with a word or a quoted name."""
        token = self.token
        match token.word:
            case "NULL":
                self.advance()
                return nodes.Null(start=token.start, end=token.end)
            case "CASE":
                return self._case()
            case "IF":
                return self._if()
            case "EXISTS":
                self.advance()
                query = self.bracketed_query()
                return nodes.Exists(query, start=token.start, end=self.last_end)
            case "CURRENT":
                return self._current_value()
            case "LAST" if self.ahead().word == "USER":
                self.advance()
                self.advance()
                return nodes.Special("LAST USER", start=token.start, end=self.last_end)
            case word if word in SPECIAL_VALUES:
                self.advance()
                return nodes.Special(SPECIAL_VALUES[word], start=token.start, end=token.end)
        if self.ahead().word == "(":
            return self._call(self._function_name(), "", token)
        return self._name_or_owned_call()

    def _name_or_owned_call(self) -> Expression:
        first = self.token
        parts = [self.name(translatable("A value")).value]
        while self.at("."):
            self.advance()
            if self.ahead().word == "(":
                return self._call(self._function_name(), parts[-1], first)
            parts.append(self.name(translatable("A name after the point")).value)
        if len(parts) > 3:
            self.fail(
                translate("A name has at most three parts: owner, table and column."), at=first
            )
        return nodes.Name(tuple(parts), start=first.start, end=self.last_end)

    def _current_value(self) -> Expression:
        """CURRENT (DATE | TIME | TIMESTAMP | USER | UTC TIMESTAMP)"""
        first = self.advance()
        name = self.token.word
        if name in CURRENT_VALUES:
            self.advance()
        elif self.accept_words("UTC", "TIMESTAMP"):
            name = "UTC TIMESTAMP"
        elif self.token.kind is TokenKind.NAME:
            self.advance()
            self.refuse(translate("CURRENT {name} is not provided.", name=name), first)
        else:
            self.fail(
                translate("After CURRENT stands DATE, TIME, TIMESTAMP, USER or UTC TIMESTAMP.")
            )
        return nodes.Special(f"CURRENT {name}", start=first.start, end=self.last_end)

    def _if(self) -> Expression:
        """IF condition THEN value [ELSE value] (ENDIF | END IF)"""
        first = self.advance()
        self.enter()
        condition = self.expression()
        self.expect("THEN", translatable("in the IF expression"))
        then = self.expression()
        otherwise = self.expression() if self.accept("ELSE") else None
        if not self.accept_words("END", "IF"):
            self.expect("ENDIF", translatable("to close the IF expression"))
        self.leave()
        return nodes.IfExpression(condition, then, otherwise, start=first.start, end=self.last_end)

    def _case(self) -> Expression:
        """CASE [value] {WHEN (value | condition) THEN value} [ELSE value] END [CASE]"""
        first = self.advance()
        self.enter()
        subject = None if self.at("WHEN") else self.expression()
        whens: list[tuple[Expression, Expression]] = []
        while self.accept("WHEN"):
            when = self.expression()
            self.expect("THEN", translatable("in the CASE expression"))
            whens.append((when, self.expression()))
        if not whens:
            self.fail(translate("WHEN is missing, before {found}.", found=self.found()))
        otherwise = self.expression() if self.accept("ELSE") else None
        self.expect("END", translatable("to close the CASE expression"))
        self.accept("CASE")
        self.leave()
        return nodes.CaseExpression(
            subject, tuple(whens), otherwise, start=first.start, end=self.last_end
        )

    def bracketed_query(self) -> nodes.Query:
        self.enter(QUERY_WEIGHT)
        self.expect("(", translatable("before the subquery"))
        query = self.query()
        self.expect(")", translatable("to close the subquery"))
        self.leave(QUERY_WEIGHT)
        return query

    # Calls

    def _function_name(self) -> Token:
        if self.token.word in RESERVED and self.token.word not in CALLABLE | {"CAST", "CONVERT"}:
            self.fail(translate("A value is missing, before {found}.", found=self.found()))
        return self.advance()

    def _call(self, name: Token, owner: str, first: Token) -> Expression:
        """name ( ... ); CAST, CONVERT, EXTRACT and the aggregates have a syntax of their own."""
        self.enter()
        self.expect("(", translatable("after the name of the function"))
        upper = name.value.upper()
        call: Expression
        if upper == "CAST":
            call = self._cast(first)
        elif upper == "CONVERT":
            call = self._convert(first)
        elif upper == "EXTRACT":
            call = self._extract(first)
        elif upper in AGGREGATES:
            call = self._aggregate(upper, first)
        elif self.accept("*"):
            self.expect(")", translate("after {words}", words=f"{name.value}(*"))
            call = nodes.Call(name.value, (), owner, True, start=first.start, end=self.last_end)
        else:
            arguments = () if self.accept(")") else self._arguments(name.value)
            call = nodes.Call(name.value, arguments, owner, start=first.start, end=self.last_end)
        self.leave()
        return call

    def _arguments(self, where: str) -> tuple[Expression, ...]:
        """One value or more, separated by commas, and the closing bracket."""
        arguments = [self.expression()]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")", translate("to close {words}", words=f"{where}("))
        return tuple(arguments)

    def _cast(self, first: Token) -> Expression:
        """CAST ( value AS type )"""
        value = self.expression()
        self.expect("AS", translatable("in CAST"))
        target = self.type_name()
        self.expect(")", translatable("to close CAST("))
        return nodes.Cast(value, target, start=first.start, end=self.last_end)

    def _convert(self, first: Token) -> Expression:
        """CONVERT ( type , value [, style] )"""
        target = self.type_name()
        self.expect(",", translatable("in CONVERT"))
        value = self.expression()
        style = self.expression() if self.accept(",") else None
        self.expect(")", translatable("to close CONVERT("))
        return nodes.Cast(value, target, True, style, start=first.start, end=self.last_end)

    def _extract(self, first: Token) -> Expression:
        """EXTRACT ( part FROM value )"""
        part = self.name(translatable("The part of the date")).value
        self.expect("FROM", translatable("in EXTRACT"))
        value = self.expression()
        self.expect(")", translatable("to close EXTRACT("))
        return nodes.Extract(part, value, start=first.start, end=self.last_end)

    def _aggregate(self, name: str, first: Token) -> Expression:
        """COUNT([*]) | name ( [DISTINCT | ALL] value );  LIST ( ... [, separator] [ORDER BY ...] )"""
        if name == "COUNT" and (self.accept("*") or self.at(")")):
            self.expect(")", translatable("to close COUNT("))
            return nodes.Aggregate(name, None, start=first.start, end=self.last_end)
        distinct = not self.accept("ALL") and self.accept("DISTINCT")
        argument = self.expression()
        separator = None
        order_by: tuple[nodes.OrderKey, ...] = ()
        if name == "LIST":
            separator = self.expression() if self.accept(",") else None
            order_by = self.order_by()
        self.expect(")", translate("to close {words}", words=f"{name}("))
        return nodes.Aggregate(
            name, argument, distinct, separator, order_by, start=first.start, end=self.last_end
        )

    def order_by(self) -> tuple[nodes.OrderKey, ...]:
        """[ORDER BY value [ASC | DESC] {, value [ASC | DESC]}]"""
        if not self.accept("ORDER"):
            return ()
        self.expect("BY", translatable("after ORDER"))
        keys: list[nodes.OrderKey] = []
        while not keys or self.accept(","):
            start = self.token.start
            value = self.expression()
            descending = not self.accept("ASC") and self.accept("DESC")
            keys.append(nodes.OrderKey(value, descending, start=start, end=self.last_end))
        return tuple(keys)

    # Types

    def type_name(self) -> nodes.TypeName:
        """type = words [( size [, scale] ) | (MAX)] | [table.]name%TYPE"""
        first = self.token
        if first.kind not in {TokenKind.NAME, TokenKind.QUOTED_NAME}:
            self.fail(translate("A data type is missing, before {found}.", found=self.found()))
        if self._at_type_of():
            # What the column holds is not known here; text without length takes any of it.
            while self.advance().word != "TYPE":
                pass
            return nodes.TypeName("LONG VARCHAR", start=first.start, end=self.last_end)
        words = [self.advance().value.upper()]
        while (
            self.token.kind is TokenKind.NAME and " ".join([*words, self.token.word]) in TYPE_WORDS
        ):
            words.append(self.advance().word)
        name = canonical_type(" ".join(words))
        if name is None:
            self.fail(translate("{words} is no data type.", words=" ".join(words)), at=first)
        size, scale = None, None
        if self.at_words("(", "MAX"):
            self.advance()
            self.advance()
            self.expect(")", translatable("after MAX"))
            name = "LONG VARCHAR"
        elif self.at("("):
            size, scale = self._type_size()
        return nodes.TypeName(name, size, scale, start=first.start, end=self.last_end)

    def _at_type_of(self) -> bool:
        offset = 1
        while self.ahead(offset).word == "." and offset < 4:
            offset += 2
        return self.ahead(offset).word == "%" and self.ahead(offset + 1).word == "TYPE"

    def _type_size(self) -> tuple[int, int | None]:
        """( n [CHAR | BYTE] ) or ( precision , scale )"""
        self.advance()
        size = self._small_number(1, _MAX_TYPE_SIZE)
        scale = self._small_number(0, _MAX_PRECISION) if self.accept(",") else None
        if scale is None:
            self.accept("CHAR", "CHARACTER", "BYTE")
        self.expect(")", translatable("after the length"))
        return size, scale

    def _small_number(self, least: int, most: int) -> int:
        token = self.token
        if token.kind is not TokenKind.NUMBER or not token.value.isdigit():
            self.fail(translate("A length is missing, before {found}.", found=self.found()))
        self.advance()
        if len(token.value) > 6 or not least <= int(token.value) <= most:
            self.fail(
                translate(
                    "The length has to be from {least} to {most}.", least=least, most=grouped(most)
                ),
                at=token,
            )
        return int(token.value)
