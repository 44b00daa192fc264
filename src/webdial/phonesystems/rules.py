r"""Rules and readings: one line each for what an answer means and what to take out of it.

    rule      = condition *( 1*blank "and" 1*blank condition )
    condition = "status" 1*blank of-status / found 1*blank of-found
    of-status = ( "=" / "!=" ) 1*blank status / ( "in" / "not in" ) 1*blank status *( *blank "," *blank status )
    of-found  = compared / listed / fitted / "is there" / "is missing"
    compared  = ( "=" / "!=" / "contains" / "begins" ) 1*blank value
    listed    = ( "in" / "not in" ) 1*blank value *( *blank "," *blank value )
    reading   = found [ 1*blank ( "after" 1*blank value / fitted ) ]
    fitted    = "matches" 1*blank <regular expression>
    found     = "text" / "json" 1*blank json-path / "xml" 1*blank xml-path / ( "header" / "cookie" ) 1*blank <name>
    json-path = ( key / index ) *( "." key / index )
    xml-path  = element *( "/" element ) [ "@" <name of an attribute> ]
    key       = <name of a JSON member>
    index     = "[" <0 to 9999> "]"
    element   = <name of an XML element>
    status    = <100 to 599> / "1xx" / "2xx" / "3xx" / "4xx" / "5xx"
    value     = <text> / <text in quotation marks>
    blank     = " "

A rule that does not speak of the status also wants one of 2xx. Regular expressions are RE2's, whose
time grows with the text alone: the text comes from outside.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import re2

from webdial.errors import Fault, SourceError
from webdial.language import translate
from webdial.phonesystems.answers import Answer, Subject, find

_SUBJECT = re.compile(
    r"\s*(?:(status|text)|(json|xml|header|cookie)\s+([^\s=!,\"]+))(?=\s|$)", re.IGNORECASE
)
_OPERATOR = re.compile(
    r"\s*(is there|is missing|not in|in|!=|=|contains|begins|matches)(?=\s|$)", re.IGNORECASE
)
_AND = re.compile(r"\s+and\s+(?=(?:status|text|json|xml|header|cookie)\b)", re.IGNORECASE)
_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)
_STATUS = re.compile(r"[1-5]\d\d|[1-5]xx", re.IGNORECASE)
_JSON_PATH = re.compile(
    r"[^.\[\]]+(?:\[\d{1,4}\])*(?:\.[^.\[\]]+(?:\[\d{1,4}\])*)*|(?:\[\d{1,4}\])+(?:\.[^.\[\]]+(?:\[\d{1,4}\])*)*"
)

MAX_REGEX: Final = 500
"""Characters of a regular expression."""


class RuleError(SourceError):
    """The text is no rule, or no reading."""

    code = "rule"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `values` are what it compares with; none for "is there" and "is missing"."""

    subject: Subject
    path: str
    operator: str
    values: tuple[str, ...]

    def holds(self, answer: Answer) -> bool:
        found = find(answer, self.subject, self.path)
        if self.operator == "=" and self.subject is not Subject.STATUS:  # by far the most usual
            return found is not None and found.strip() == self.values[0]
        match self.operator:
            case "is there":
                return found is not None
            case "is missing":
                return found is None
            case "!=" | "not in":
                return found is not None and not any(self._is(found, each) for each in self.values)
            case "=" | "in":
                return found is not None and any(self._is(found, each) for each in self.values)
            case "contains":
                return found is not None and self.values[0] in found
            case "begins":
                return found is not None and found.lstrip().startswith(self.values[0])
            case _:
                return found is not None and _matched(self.values[0], found) is not None

    def _is(self, found: str, value: str) -> bool:
        if self.subject is Subject.STATUS and _CLASS.fullmatch(value):
            return found[0] == value[0]
        return found.strip() == value


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that must all hold."""

    source: str
    conditions: tuple[Condition, ...] = field(repr=False)
    speaks_of_status: bool = field(repr=False)

    def holds(self, answer: Answer) -> bool:
        if not self.speaks_of_status and not 200 <= answer.status < 300:
            return False
        return all(condition.holds(answer) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Reading:
    """What to take out of an answer."""

    source: str
    subject: Subject = field(repr=False)
    path: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    regex: str = field(default="", repr=False)

    def read(self, answer: Answer) -> str | None:
        """The text, as it stands in the answer; None when it is not there or empty."""
        found = find(answer, self.subject, self.path)
        if found is None or found == "null":
            return None
        if self.after:
            _, mark, rest = found.partition(self.after)
            found = rest.partition("\n")[0].strip() if mark else ""
        elif self.regex:
            found = _matched(self.regex, found) or ""
        return found.strip() or None


def read_rule(source: str) -> Rule:
    """Raises RuleError."""
    conditions: list[Condition] = []
    faults: list[Fault] = []
    position = 0
    for match in [*_AND.finditer(source), None]:
        end = len(source) if match is None else match.start()
        found = _condition(source, position, end, faults)
        if found is not None:
            conditions.append(found)
        position = end if match is None else match.end()
    if faults:
        raise RuleError(source, faults)
    of_status = any(condition.subject is Subject.STATUS for condition in conditions)
    return Rule(source, tuple(conditions), of_status)


def read_reading(source: str) -> Reading:
    """Raises RuleError."""
    faults: list[Fault] = []
    found = _subject(source, 0, len(source), faults)
    if found is None:
        raise RuleError(source, faults)
    subject, path, position = found
    rest = source[position:].strip()
    word, _, text = rest.partition(" ")
    word = word.lower()
    start = position + len(source[position:]) - len(source[position:].lstrip())
    if not rest and subject is not Subject.STATUS:
        return Reading(source, subject, path)
    if word == "after" and text.strip():
        return Reading(source, subject, path, after=_unquoted(text.strip()))
    if word == "matches" and text.strip():
        _check_regex(text.strip(), start + len("matches "), faults)
        if not faults:
            return Reading(source, subject, path, regex=text.strip())
    if not faults:
        message = translate("This is no reading.")
        hint = translate(
            'For example: json data.id, xml callId, header Location, text after "Message:"'
        )
        faults.append(Fault("reading", message, start, max(len(source), start + 1), hint))
    raise RuleError(source, faults)


def _condition(source: str, start: int, end: int, faults: list[Fault]) -> Condition | None:
    found = _subject(source, start, end, faults)
    if found is None:
        return None
    subject, path, position = found
    match = _OPERATOR.match(source, position, end)
    if match is None:
        message = translate("After what the rule looks at comes how it is compared.")
        hint = translate("=, !=, in, not in, contains, begins, matches, is there or is missing")
        faults.append(Fault("rule_operator", message, position, max(end, position + 1), hint))
        return None
    operator = match[1].lower()
    values = _values(operator, source[match.end() : end])
    at = match.end() + 1
    if operator.startswith("is ") == bool(values) or "" in values:
        if values:
            message = translate("“{operator}” takes nothing behind it.", operator=operator)
        else:
            message = translate("“{operator}” takes a value behind it.", operator=operator)
        faults.append(Fault("rule_value", message, match.start(1), max(end, match.end())))
        return None
    if operator == "matches":
        _check_regex(values[0], at, faults)
    if subject is Subject.STATUS and not all(_STATUS.fullmatch(each) for each in values):
        message = translate("A status is a number from 100 to 599, or a class such as 2xx.")
        faults.append(Fault("rule_value", message, at, max(end, at + 1)))
    return Condition(subject, path, operator, values)


def _subject(
    source: str, start: int, end: int, faults: list[Fault]
) -> tuple[Subject, str, int] | None:
    match = _SUBJECT.match(source, start, end)
    if match is None:
        message = translate("This does not say what to look at in the answer.")
        hint = translate("status, text, json a.b, xml a/b, header X-Name or cookie name")
        faults.append(Fault("rule_subject", message, start, max(end, start + 1), hint))
        return None
    subject, path = Subject((match[1] or match[2]).lower()), match[3] or ""
    if subject is Subject.JSON and not _JSON_PATH.fullmatch(path):
        message = translate("This is no path into JSON.")
        faults.append(
            Fault(
                "rule_subject", message, *match.span(3), translate("For example: data.calls[0].id")
            )
        )
    return subject, path, match.end()


def _values(operator: str, text: str) -> tuple[str, ...]:
    text = text.strip()
    if not text:
        return ()
    if operator in {"in", "not in"}:
        return tuple(_unquoted(each.strip()) for each in text.split(","))
    return (text if operator == "matches" else _unquoted(text),)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    return text[1:-1] if is_quoted else text


def _check_regex(text: str, start: int, faults: list[Fault]) -> None:
    end = start + max(len(text), 1)
    try:
        if len(text) > MAX_REGEX:
            message = translate(
                "A regular expression has at most {MAX_REGEX} characters.", MAX_REGEX=MAX_REGEX
            )
            faults.append(Fault("rule_regex", message, start, end))
            return
        _regex(text)
    except re2.error as error:
        told = error.args[0] if error.args else ""
        reason = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        faults.append(
            Fault(
                "rule_regex",
                translate("RE2 does not take this: {reason}.", reason=reason),
                start,
                end,
            )
        )


def _matched(regex: str, text: str) -> str | None:
    """What is matched, the first group of it if there is one; None when nothing is.

    Halves of characters, which JSON can write and RE2 does not take, are question marks.
    """
    match = _regex(regex).search(text.encode(errors="replace").decode())
    if match is None:
        return None
    return (match[1] if match.re.groups else match[0]) or ""


@lru_cache(maxsize=512)
def _regex(text: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)
