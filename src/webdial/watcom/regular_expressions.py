"""Regular expressions in two spellings: that of SIMILAR TO, and Perl's for REGEXP.

Both become patterns for one matcher that never backtracks. What cannot be matched that way
(references back to a group) is refused.
"""

import re
from functools import cached_property, lru_cache

from webdial.language import translate
from webdial.watcom.automata import (
    Character,
    CharTest,
    Choice,
    Look,
    Pattern,
    Pause,
    Position,
    Program,
    Repeat,
    Sequence,
    TooLargeError,
    is_word,
)
from webdial.watcom.errors import PatternError
from webdial.watcom.values import fold

MAX_REPEAT = 1000
"""The greatest m or n of {m,n}."""

MAX_GROUPS = 20
"""Groups within one another; each takes a few levels of Python's stack."""

_CLASSES: dict[str, CharTest] = {
    "alpha": str.isalpha,
    "digit": lambda c: c in "0123456789",
    "alnum": lambda c: c.isalpha() or c in "0123456789",
    "upper": str.isupper,
    "lower": str.islower,
    "space": lambda c: c == " ",
    "whitespace": str.isspace,
}
_ESCAPED_CLASSES: dict[str, CharTest] = {
    "d": _CLASSES["digit"],
    "w": is_word,
    "s": str.isspace,
}
_ESCAPED_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "e": "\x1b"}
_LOOKS = {"?=": (False, False), "?!": (False, True), "?<=": (True, False), "?<!": (True, True)}
_NAMED_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]", re.IGNORECASE)
_COUNT = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}")


def _any(_character: str) -> bool:
    return True


def _not(test: CharTest) -> CharTest:
    return lambda character: not test(character)


def _one(wanted: str) -> CharTest:
    return lambda character: character == wanted


def _between(low: str, high: str) -> CharTest:
    return lambda character: low <= character <= high


def _sql_atom(character: str) -> Pattern:
    if character == "%":
        return Repeat(Character(_any), 0, None)
    return Character(_any if character == "_" else _one(character))


class _Reader:
    """A regular expression being read. `sql` is the spelling of SIMILAR TO, folded; else Perl's."""

    def __init__(self, source: str, escape: str | None, *, sql: bool) -> None:
        self._source = fold(source) if sql else source
        self._escape = escape
        self._sql = sql
        self._position = 0
        self._depth = 0

    def read(self) -> Pattern:
        pattern = self._choice()
        if self._position < len(self._source):
            raise PatternError(translate("A ) in the pattern closes nothing."))
        return pattern

    def _at(self, text: str) -> bool:
        return self._source.startswith(text, self._position)

    def _accept(self, text: str) -> bool:
        if self._at(text):
            self._position += len(text)
            return True
        return False

    def _take(self) -> str:
        if self._position >= len(self._source):
            raise PatternError(translate("The pattern ends where something has to follow."))
        self._position += 1
        return self._source[self._position - 1]

    def _choice(self) -> Pattern:
        """sequence {| sequence}"""
        parts = [self._sequence()]
        while self._accept("|"):
            parts.append(self._sequence())
        return Choice(tuple(parts)) if len(parts) > 1 else parts[0]

    def _sequence(self) -> Pattern:
        """{atom [quantifier]}"""
        parts: list[Pattern] = []
        while self._position < len(self._source) and not self._at("|") and not self._at(")"):
            parts.append(self._quantified(self._atom()))
        return Sequence(tuple(parts))

    def _quantified(self, atom: Pattern) -> Pattern:
        """atom [(* | + | ? | {m} | {m,} | {m,n}) [?]]"""
        bounds = self._quantifier()
        if bounds is None:
            return atom
        lazy = not self._sql and self._accept("?")
        if self._at("+") and not self._sql:
            raise PatternError(translate("Possessive quantifiers are not provided in patterns."))
        if self._quantifier() is not None:
            raise PatternError(translate("A quantifier in the pattern follows another one."))
        return Repeat(atom, *bounds, lazy)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._accept(sign):
                return bounds
        count = _COUNT.match(self._source, self._position)
        if count is None:
            return None
        self._position = count.end()
        least = int(count[1])
        most = least if count[2] is None else int(count[3]) if count[3] else None
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise PatternError(translate("A count in the pattern is out of range."))
        return least, most

    def _atom(self) -> Pattern:
        if self._escape is not None and self._accept(self._escape):
            return self._escaped()
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return Character(self._set())
        if character in "*+?":
            raise PatternError(translate("A quantifier in the pattern follows nothing."))
        if self._sql:
            return _sql_atom(character)
        if character in "^$":
            return Position("start" if character == "^" else "end")
        return Character(_not(_one("\n")) if character == "." else _one(character))

    def _group(self) -> Pattern:
        """( choice ), and in Perl's spelling (?: ), (?= ), (?! ), (?<= ), (?<! )"""
        look = None
        if not self._sql and self._at("?") and not self._accept("?:"):
            look = next((_LOOKS[sign] for sign in _LOOKS if self._accept(sign)), None)
            if look is None:
                raise PatternError(translate("This kind of group is not provided in patterns."))
        self._depth += 1
        if self._depth > MAX_GROUPS:
            raise PatternError(
                translate(
                    "Groups of the pattern are nested more than {MAX_GROUPS} deep.",
                    MAX_GROUPS=MAX_GROUPS,
                )
            )
        inner = self._choice()
        if not self._accept(")"):
            raise PatternError(translate("A group in the pattern is not closed: ) is missing."))
        self._depth -= 1
        return inner if look is None else Look(inner, *look)

    def _escaped(self) -> Pattern:
        """What follows the escape character."""
        character = self._take()
        if character in "bBAzZ" and not self._sql:
            kinds = {"b": "boundary", "B": "inside", "A": "start", "z": "end", "Z": "end"}
            return Position(kinds[character])
        if character.isdigit() and character != "0":
            raise PatternError(
                translate("References back to a group are not provided in patterns.")
            )
        return Character(self._escaped_test(character))

    def _escaped_test(self, character: str) -> CharTest:
        if character.lower() in _ESCAPED_CLASSES and self._escape == "\\":
            test = _ESCAPED_CLASSES[character.lower()]
            # Folding has taken the capital of a \D in SIMILAR TO; only Perl's spelling has those.
            return _not(test) if character.isupper() else test
        if character == "x" and not self._sql:
            digits = re.compile("[0-9a-fA-F]{2}").match(self._source, self._position)
            if digits is None:
                raise PatternError(translate("After \\x stand two hexadecimal digits."))
            self._position = digits.end()
            return _one(chr(int(digits.group(), 16)))
        if not self._sql:
            if character in _ESCAPED_CHARACTERS:
                return _one(_ESCAPED_CHARACTERS[character])
            if character.isalpha():
                raise PatternError(
                    translate("\\{character} has no meaning in a pattern.", character=character)
                )
        return _one(character)

    def _set(self) -> CharTest:
        """[ [^] {character | low-high | [:class:]} ]"""
        negated = self._accept("^")
        tests: list[CharTest] = []
        while not self._at("]") or (not tests and not self._sql):
            if self._position >= len(self._source):
                raise PatternError(
                    translate("A set of characters in the pattern is not closed: ] is missing.")
                )
            tests.append(self._member())
        self._accept("]")
        test = _any_of(tests)
        return _not(test) if negated else test

    def _member(self) -> CharTest:
        named = _NAMED_CLASS.match(self._source, self._position)
        if named is not None:
            self._position = named.end()
            return self._named_class(named[2].lower(), negated=bool(named[1]))
        low = self._member_character()
        if not isinstance(low, str):
            return low
        if self._at("-") and self._source[self._position + 1 : self._position + 2] not in {"]", ""}:
            self._position += 1
            high = self._member_character()
            if not isinstance(high, str):
                raise PatternError(translate("A range in a set ends with a character."))
            return _between(low, high)
        return _one(low)

    def _member_character(self) -> str | CharTest:
        """A character of a set, or the class an escape stands for."""
        if self._escape is not None and self._accept(self._escape):
            character = self._take()
            if self._escape == "\\" and character.lower() in _ESCAPED_CLASSES:
                return self._escaped_test(character)
            return character if self._sql else _ESCAPED_CHARACTERS.get(character, character)
        return self._take()

    def _named_class(self, name: str, *, negated: bool) -> CharTest:
        if name not in _CLASSES:
            raise PatternError(translate("[:{name}:] is no class of characters.", name=name))
        if self._sql and name in {"upper", "lower"}:
            name = "alpha"  # texts are folded, so both cases look alike
        return _not(_CLASSES[name]) if negated else _CLASSES[name]


def _any_of(tests: list[CharTest]) -> CharTest:
    return lambda character: any(test(character) for test in tests)


class RegularExpression:
    """A regular expression in either spelling; `folds` those that leave letter case aside."""

    def __init__(self, pattern: Pattern, *, folds: bool) -> None:
        self._pattern = pattern
        self._folds = folds

    @cached_property
    def program(self) -> Program:
        # Made when it is used: a source may hold more patterns than it would be quick to make.
        try:
            return Program(self._pattern)
        except TooLargeError:
            raise PatternError(translate("The pattern is too large.")) from None

    def matches(self, text: str, pause: Pause) -> bool:
        """Whether the whole text matches."""
        pause()
        return self.program.matches(fold(text) if self._folds else text, pause)

    def find(self, text: str, start: int, occurrence: int, pause: Pause) -> tuple[int, int] | None:
        pause()
        return self.program.find(text, start, occurrence, pause)


@lru_cache(maxsize=128)
def read_pattern(source: str, escape: str | None, *, sql: bool) -> RegularExpression:
    """Read a pattern; `sql` says that it is one of SIMILAR TO.

    Raises:
        PatternError: it is wrong, or cannot be matched without backtracking
    """
    if escape is not None and len(escape) != 1:
        raise PatternError(translate("ESCAPE takes one character."))
    pattern = _Reader(source, fold(escape) if escape else "\\", sql=sql).read()
    return RegularExpression(pattern, folds=sql)
