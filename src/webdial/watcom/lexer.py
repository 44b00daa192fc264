"""From the text of a function to tokens: names, literals, signs; comments and blanks left out."""

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from webdial.errors import Fault
from webdial.language import grouped, translate
from webdial.watcom.errors import Kind, make_fault
from webdial.watcom.limits import Limits


class TokenKind(Enum):
    NAME = auto()
    QUOTED_NAME = auto()
    TEXT = auto()
    NUMBER = auto()
    SIGN = auto()
    END = auto()


NAME_KINDS = (TokenKind.NAME, TokenKind.QUOTED_NAME)


class Token(NamedTuple):
    """`word` is what the grammar looks at: a name in capitals or a sign; empty for quoted names and
    literals, so that no literal is ever taken for syntax. `value` is the name or text meant."""

    kind: TokenKind
    word: str
    value: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""
    (?P<blank>      [ \t\r\n\f\v\u00a0\ufeff]++ | --[^\n]*+ | //[^\n]*+ )
  | (?P<comment>    /\* )
  | (?P<text>       [nN]?'[^']*+(?:''[^']*+)*+' )
  | (?P<open_text>  [nN]?' )
  | (?P<bad_name>   (?:[^\W\d]|[@\#$])[\w@\#$]{128,}+ | "\s*+"(?!") | \[\s*+\] | `\s*+`
                  | "[^"\n]{129,}+" | \[[^]\n]{129,}+\] | `[^`\n]{129,}+` )
  | (?P<name>       [^\W\d][\w@\#$]*+ | [@\#$][\w@\#$]*+ )
  | (?P<number>     (?: 0[xX][0-9a-fA-F]++ | (?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+ )
                    (?![\w@\#$]) )
  | (?P<bad_number> \.?\d[\w@\#$]*+ )
  | (?P<quoted>     "[^"\n]*+(?:""[^"\n]*+)*+" | \[[^]\n]*+\] | `[^`\n]*+` )
  | (?P<open_name>  ["\[`][^\n]*+ )
  | (?P<sign>       \|\||<=|>=|<>|!=|!<|!>|[-+*/%=<>(),;.:] )
    """,
    re.VERBOSE,
)
"""The lengths are those of identifiers: at most 128 (SQL Anywhere, Identifiers). Possessive signs keep
every failure linear."""

_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ESCAPE = re.compile(r"\\(?:(n)|(\\)|x([0-9a-fA-F]{2}))")


def tokenize(source: str, limits: Limits, faults: list[Fault]) -> list[Token]:
    """Every token of `source`, with a last one of kind END. Faults are added to `faults`.

    Reading stops at the limit of tokens or of faults.
    """
    tokens: list[Token] = []
    position, length, most = 0, len(source), limits.tokens
    while position < length:
        match = _TOKEN.match(source, position)
        start = position
        if match is None:
            faults.append(_bad_character(source, position))
            position += 1
        else:
            position = match.end()
            group = match.lastgroup
            if group == "blank":
                continue
            if group in _TOKEN_GROUPS:
                tokens.append(_TOKEN_GROUPS[group](match.group(), start, position))
                if len(tokens) > most:
                    message = translate(
                        "The function has more than {most} words and signs.", most=grouped(most)
                    )
                    faults.append(make_fault(Kind.LIMIT, message, start, position))
                    break
                continue
            position = _read_irregular(source, match, faults)
            if group in _STAND_INS:
                tokens.append(Token(_STAND_INS[group], "", "0", start, position))
        if len(faults) >= limits.faults:
            break
    tokens.append(Token(TokenKind.END, "", "", length, length))
    return tokens


def _sign(lexeme: str, start: int, end: int) -> Token:
    return Token(TokenKind.SIGN, lexeme, lexeme, start, end)


def _name(lexeme: str, start: int, end: int) -> Token:
    # Some letters outside ASCII have an ASCII capital (dotless i); no keyword is spelt with one.
    word = lexeme.upper() if lexeme.isascii() else lexeme
    return Token(TokenKind.NAME, word, lexeme, start, end)


def _number(lexeme: str, start: int, end: int) -> Token:
    return Token(TokenKind.NUMBER, "", lexeme, start, end)


def _text(lexeme: str, start: int, end: int) -> Token:
    return Token(TokenKind.TEXT, "", _text_value(lexeme), start, end)


def _quoted(lexeme: str, start: int, end: int) -> Token:
    name = lexeme[1:-1].replace('""', '"') if lexeme[0] == '"' else lexeme[1:-1]
    return Token(TokenKind.QUOTED_NAME, "", name, start, end)


_TOKEN_GROUPS: dict[str | None, Callable[[str, int, int], Token]] = {
    "name": _name,
    "sign": _sign,
    "number": _number,
    "text": _text,
    "quoted": _quoted,
}


_STAND_INS: dict[str | None, TokenKind] = {
    "bad_number": TokenKind.NUMBER,
    "bad_name": TokenKind.QUOTED_NAME,
    "open_name": TokenKind.QUOTED_NAME,
    "open_text": TokenKind.TEXT,
}
"""What the parser is given for a token with a fault, so that it does not find another fault there."""


def _read_irregular(source: str, match: re.Match[str], faults: list[Fault]) -> int:
    """A comment, or what is no token: the place to read on from.

    Of a text that is not closed the rest is passed over, for it may hold anything; a name that is
    not closed ends with its line.
    """
    start, end = match.span()
    message = ""
    match match.lastgroup:
        case "comment":
            return _skip_comment(source, start, faults)
        case "bad_number":
            message = translate(
                "This is neither a number nor a name: a name cannot begin with a digit."
            )
        case "bad_name":
            message = translate("A name is empty or too long: it has 1 to 128 characters.")
        case "open_text":
            message, end = translate("The text literal is not closed."), len(source)
        case "open_name":
            closing = "]" if source[start] == "[" else source[start]
            message = translate(
                "The quoted name is not closed: {closing} is missing.", closing=closing
            )
    shown_end = start + 1 if match.lastgroup in {"open_text", "open_name"} else end
    faults.append(make_fault(Kind.PARSE, message, start, shown_end))
    return end


def _text_value(lexeme: str) -> str:
    """The text a literal means: `''` is an apostrophe; of the backslashes only \\n, \\\\ and \\xHH
    are escapes, any other stands for itself (SQL Anywhere, String literals)."""
    text = lexeme[lexeme.index("'") + 1 : -1].replace("''", "'")
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    newline, backslash, code = match.groups()
    if newline:
        return "\n"
    return backslash or chr(int(code, 16))


def _skip_comment(source: str, start: int, faults: list[Fault]) -> int:
    """The end of the comment that begins at `start`; comments nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(source, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    faults.append(make_fault(Kind.PARSE, translate("The comment is not closed."), start, start + 2))
    return len(source)


def _bad_character(source: str, position: int) -> Fault:
    character = source[position]
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    return make_fault(
        Kind.PARSE,
        translate("The character {shown} has no meaning here.", shown=shown),
        position,
        position + 1,
    )
