"""Walking along the tokens of a function: looking ahead, demanding, noting faults, going on."""

from typing import NoReturn

from webdial.errors import Fault
from webdial.language import translate
from webdial.watcom.errors import Kind, make_fault
from webdial.watcom.lexer import Token, TokenKind, tokenize
from webdial.watcom.limits import Limits
from webdial.watcom.nodes import Node, height
from webdial.watcom.vocabulary import ENDINGS, RESERVED

NODES_PER_LEVEL = 8
"""Nodes that may stand above one another without a bracket: OR, AND, NOT, IN, +, *, - and a call."""


_BLOCK_WORDS = frozenset({"BEGIN", "CASE", "FOR", "IF", "LOOP", "WHILE"})
_OPENERS = frozenset({"BEGIN", "CASE", "DO", "IF", "LOOP"})
_AFTER_END = frozenset({"CASE", "CATCH", "FOR", "IF", "LOOP", "TRY"})


class UnparsedError(Exception):
    """A fault has been noted and what holds it cannot be parsed; the parser may go on after it."""


class AbandonedError(Exception):
    """A limit of the source was passed: nothing further is read."""


class TokenCursor:
    """The tokens of one source and the place reached in them."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.faults: list[Fault] = []
        self.tokens = tokenize(source, limits, self.faults)
        self.position = 0
        self.token = self.tokens[0]
        self.last_end = 0
        self.nesting = 0
        self.deepest = 0
        self.open_words: list[str] = []
        """What is open and waits for its END: IF, CASE, LOOP, FOR, EXCEPTION ..."""

    # Looking and moving on

    def advance(self) -> Token:
        """The present token; the next one becomes the present one."""
        token = self.token
        self.last_end = token.end
        if token.kind is not TokenKind.END:
            self.position += 1
            self.token = self.tokens[self.position]
        return token

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def at(self, *words: str) -> bool:
        return self.token.word in words

    def at_words(self, first: str, second: str) -> bool:
        return self.token.word == first and self.ahead().word == second

    def at_name(self) -> bool:
        kind = self.token.kind
        return kind is TokenKind.QUOTED_NAME or (
            kind is TokenKind.NAME and self.token.word not in RESERVED
        )

    def at_statement_end(self) -> bool:
        return self.token.word == ";" or self.at_list_end()

    def at_list_end(self) -> bool:
        return self.token.word in ENDINGS or self.token.kind is TokenKind.END

    def accept(self, *words: str) -> bool:
        """Move on if the present token is one of `words`."""
        if self.token.word in words:
            self.advance()
            return True
        return False

    def accept_words(self, first: str, second: str) -> bool:
        if self.at_words(first, second):
            self.advance()
            self.advance()
            return True
        return False

    # Demanding

    def expect(self, word: str, where: str = "") -> Token:
        if self.token.word != word:
            self.fail(
                translate(
                    "{word} is missing{where}, before {found}.",
                    word=word,
                    where=where and " " + translate(where),
                    found=self.found(),
                )
            )
        return self.advance()

    def name(self, what: str) -> Token:
        """The name that has to stand here."""
        if not self.at_name():
            hint = ""
            if self.token.word in RESERVED:
                hint = translate(
                    '{word} is a reserved word; as a name it is written "{value}".',
                    word=self.token.word,
                    value=self.token.value,
                )
            self.fail(
                translate(
                    "{what} is missing, before {found}.", what=translate(what), found=self.found()
                ),
                hint=hint,
            )
        return self.advance()

    def names(self, what: str) -> tuple[str, ...]:
        """One name or more, separated by commas."""
        found = [self.name(what).value]
        while self.accept(","):
            found.append(self.name(what).value)
        return tuple(found)

    def text_literal(self, what: str) -> Token:
        if self.token.kind is not TokenKind.TEXT:
            self.fail(
                translate(
                    "{what} is missing, before {found}.", what=translate(what), found=self.found()
                )
            )
        return self.advance()

    def found(self) -> str:
        """What stands at the present place, for a message."""
        if self.token.kind is TokenKind.END:
            return translate("the end of the text")
        lexeme = self.source[self.token.start : self.token.end]
        return f"“{lexeme if len(lexeme) <= 30 else lexeme[:29] + '…'}”"

    # Faults

    def note(self, kind: Kind, message: str, start: int, end: int, hint: str = "") -> None:
        """Add a fault, unless there is one at the same place already.

        Raises:
            AbandonedError: when there are enough of them
        """
        if any(fault.start == start for fault in self.faults):
            return
        self.faults.append(make_fault(kind, message, start, end, hint))
        if len(self.faults) >= self.limits.faults:
            raise AbandonedError

    def fail(
        self, message: str, *, kind: Kind = Kind.PARSE, at: Token | None = None, hint: str = ""
    ) -> NoReturn:
        """Note a fault at the present token, or at `at`, and give up what is being parsed."""
        token = at or self.token
        self.note(kind, message, token.start, max(token.end, token.start + 1), hint)
        raise UnparsedError

    def refuse(self, message: str, first: Token, hint: str = "") -> NoReturn:
        """Note that what begins at `first` and ends here is outside the safe subset."""
        end = self.last_end if self.last_end > first.start else first.end
        self.note(Kind.REFUSED, message, first.start, end, hint)
        raise UnparsedError

    # Nesting

    def enter(self, weight: int = 1) -> None:
        """Go one level deeper, for what `leave` comes back from.

        Raises:
            AbandonedError: beyond the limit, so that no recursion goes deeper than that
        """
        self.nesting += weight
        self.deepest = max(self.deepest, self.nesting)
        if self.nesting > self.limits.nesting:
            message = translate(
                "The function is nested more than {nesting} levels deep.",
                nesting=self.limits.nesting,
            )
            self.note(Kind.LIMIT, message, self.token.start, self.token.end)
            raise AbandonedError

    def leave(self, weight: int = 1) -> None:
        self.nesting -= weight

    def check_height(self, root: Node, tallest: int) -> None:
        """Hold the tree itself to a height that recursion over it can bear."""
        if self.deepest * NODES_PER_LEVEL > tallest and height(root) > tallest:
            message = translate("The function is nested too deeply.")
            self.note(Kind.LIMIT, message, root.start, root.start + 1)

    # Going on after a fault

    def skip_to(self, word: str) -> bool:
        """Move past the next `word` of this statement, if there is one before its end."""
        position = self.position
        while self.tokens[position].kind is not TokenKind.END:
            if self.tokens[position].word == word:
                self._move(position + 1)
                return True
            if self.tokens[position].word == ";":
                return False
            position += 1
        return False

    def skip_statement(self, first: int) -> None:
        """Move to the end of the statement that begins at token `first`, past the present place.

        That is its semicolon, or a word that closes what the statement stands in. What the statement
        itself opened (the END of its CASE, the ELSE of its IF) does not end it; a semicolon inside
        does, unless it is a statement that holds others.
        """
        holds_others = self._opens_block(first)
        open_count = 0
        position = first
        while self.tokens[position].kind is not TokenKind.END:
            word = self.tokens[position].word
            if position >= self.position and (
                (word == ";" and (open_count <= 0 or not holds_others))
                or (open_count <= 0 and self._ends_list(word))
            ):
                break
            if word in _OPENERS:
                open_count += 1
            elif word in {"END", "ENDIF"}:
                open_count -= 1
                if self.tokens[position + 1].word in _AFTER_END:
                    position += 1
            position += 1
        self._move(max(position, self.position))

    def _ends_list(self, word: str) -> bool:
        """Whether the word ends a list of statements here: WHEN does so in CASE and EXCEPTION only."""
        if word == "WHEN":
            return "CASE" in self.open_words or "EXCEPTION" in self.open_words
        return word in ENDINGS

    def _opens_block(self, first: int) -> bool:
        if self.tokens[first + 1 : first + 2] and self.tokens[first + 1].word == ":":
            first += 2
        return self.tokens[first].word in _BLOCK_WORDS

    def _move(self, position: int) -> None:
        self.position = position
        self.token = self.tokens[position]
        if position:
            self.last_end = self.tokens[position - 1].end
