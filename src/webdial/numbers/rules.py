r"""Number rules: how a branch rewrites its numbers, one rule a line.

    rules       = line *( newline line )
    line        = [ pattern "=>" replacement ] [ "--" comment ]
    pattern     = <regular expression of RE2 that the whole number must match>
    replacement = 1*( "0" to "9" / "+" / "*" / "#" / "," / "\0" to "\9" )

Blanks around each part count for nothing. `\1` to `\9` are the pattern's groups, `\0` is the whole number.
The rules are applied in their order, each to what the one before has made. RE2's time grows with the
number alone, whatever the pattern, so a rule cannot hold up a call.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import re2

from webdial.errors import Fault, SourceError
from webdial.language import translate, translate_count
from webdial.numbers.cleaning import MAX_DIALLED

MAX_RULES: Final = 100
"""Rules of one branch: each costs every call of it a match."""

MAX_PATTERN: Final = 500
"""Characters of a pattern."""

_MEMORY: Final = 1 << 20
"""Bytes that one pattern may take when compiled; a number has 40 characters at most."""

_ARROW: Final = "=>"
_COMMENT: Final = "--"
_PART = re.compile(r"\\(\d)|([0-9+*#,]+)", re.ASCII)
_DIALABLE = re.compile(r"\+?[0-9*#][0-9*#,]*", re.ASCII)


class NumberRuleError(SourceError):
    """The text is no number rules, or a rule makes what cannot be dialled."""

    code = "number_rule"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """One rule; `start` to `end` is its place in the whole text, `line` counts from 1."""

    text: str
    line: int
    start: int
    end: int
    pattern: "re2._Regexp[str]" = field(repr=False)
    parts: tuple[str | int, ...] = field(repr=False)

    def rewrite(self, number: str) -> str | None:
        """The number as this rule has it; None when the rule does not fit."""
        match = self.pattern.fullmatch(number)
        if match is None:
            return None
        return "".join(part if isinstance(part, str) else match[part] or "" for part in self.parts)


@dataclass(frozen=True, slots=True)
class NumberRules:
    """The rules of one text, in their order."""

    source: str
    rules: tuple[NumberRule, ...] = ()

    def fitting(self, number: str) -> Iterator[tuple[NumberRule, str, str]]:
        """Each rule that fits, with the number before and after it.

        Raises NumberRuleError when a rule makes what cannot be dialled.
        """
        for rule in self.rules:
            after = rule.rewrite(number)
            if after is not None:
                if not is_dialable(after):
                    raise NumberRuleError(self.source, [_undialable(rule, number, after)])
                yield rule, number, after
                number = after


def is_dialable(text: str) -> bool:
    """Whether all of `text` can be dialled: a digit at least, a plus only at the beginning."""
    return (
        len(text) <= MAX_DIALLED
        and _DIALABLE.fullmatch(text) is not None
        and any(character.isdigit() for character in text)
    )


def _undialable(rule: NumberRule, before: str, after: str) -> Fault:
    message = translate(
        "This number rule makes “{after}” of “{before}”, which cannot be dialled.",
        after=after,
        before=before,
    )
    hint = translate(
        "An administrator can mend it in Maintenance | General Settings, Number Rules."
    )
    return Fault("number_rule_result", message, rule.start, rule.end, hint)


@lru_cache(maxsize=1024)
def read_rules(source: str) -> NumberRules:
    """Read the value of the setting Number Rules. Raises NumberRuleError with every fault."""
    source = source.replace("\r\n", " \n")  # as browsers send it; places stay what they are
    rules: list[NumberRule] = []
    faults: list[Fault] = []
    start = 0
    for count, line in enumerate(source.split("\n"), 1):
        rule = _rule(line, count, start, faults)
        if rule is not None:
            rules.append(rule)
        start += len(line) + 1
    if len(rules) > MAX_RULES:
        extra = rules[MAX_RULES]
        message = translate(
            "There are {rules} rules; a branch has at most {MAX_RULES}.",
            rules=len(rules),
            MAX_RULES=MAX_RULES,
        )
        faults.append(Fault("number_rule_count", message, extra.start, extra.end))
    if faults:
        raise NumberRuleError(source, faults)
    return NumberRules(source, tuple(rules))


def _rule(line: str, count: int, start: int, faults: list[Fault]) -> NumberRule | None:
    """The rule on a line that begins at `start`; None for none, and where a fault was told."""
    if not line.strip() or line.lstrip().startswith(_COMMENT):
        return None
    left, arrow, rest = line.partition(_ARROW)
    pattern_at, pattern = _stripped(left, start)
    if not arrow or not pattern:
        message = translate("A number rule is of the form: pattern => replacement")
        at, text = _stripped(line, start)
        hint = translate(r"For example: 9(0\d+) => \1")
        faults.append(Fault("number_rule_form", message, at, at + len(text), hint))
        return None
    behind = start + len(left) + len(arrow)
    replacement_at, replacement = _stripped(rest.partition(_COMMENT)[0], behind)
    known = len(faults)
    compiled = _compiled(pattern, pattern_at, faults)
    parts = _parts(
        replacement, replacement_at, None if compiled is None else compiled.groups, faults
    )
    if compiled is None or len(faults) > known:
        return None
    end = replacement_at + len(replacement)
    text = f"{pattern} {_ARROW} {replacement}"
    return NumberRule(text, count, pattern_at, end, compiled, parts)


def _stripped(text: str, start: int) -> tuple[int, str]:
    """`text` without blanks around it, and where that begins."""
    stripped = text.strip()
    return start + len(text) - len(text.lstrip()) if stripped else start, stripped


def _compiled(pattern: str, start: int, faults: list[Fault]) -> "re2._Regexp[str] | None":
    whole = start, start + len(pattern)
    blank = re.search(r"\s", pattern)
    if len(pattern) > MAX_PATTERN:
        message = translate(
            "A pattern has at most {MAX_PATTERN} characters.", MAX_PATTERN=MAX_PATTERN
        )
        faults.append(Fault("number_rule_pattern", message, *whole))
    elif blank:
        message = translate(
            "Numbers hold no blanks when the rules see them, so a pattern has none."
        )
        place = start + blank.start(), start + blank.end()
        faults.append(Fault("number_rule_pattern", message, *place))
    else:
        try:
            return re2.compile(pattern, _options())
        except re2.error as error:
            faults.append(_refusal(pattern, start, error))
    return None


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def _refusal(pattern: str, start: int, error: Exception) -> Fault:
    """What RE2 says, at the piece that it names where that stands once in the pattern."""
    told = error.args[0] if error.args else ""
    reason = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    piece = reason.partition(": ")[2]
    at, length = start, len(pattern)
    if piece and pattern.count(piece) == 1:
        at, length = start + pattern.index(piece), len(piece)
    is_sign = reason.startswith("no argument for repetition")
    hint = translate(r"For the characters themselves write \+ and \*.") if is_sign else ""
    message = translate("RE2 does not take this pattern: {reason}.", reason=reason)
    return Fault("number_rule_pattern", message, at, at + length, hint)


def _parts(
    replacement: str, start: int, groups: int | None, faults: list[Fault]
) -> tuple[str | int, ...]:
    """Texts and numbers of groups; `groups` is None when the pattern has a fault of its own."""
    found: list[str | int] = []
    position = 0
    while position < len(replacement):
        match = _PART.match(replacement, position)
        if match is None:
            _tell_misfit(replacement, position, start, faults)
            return ()
        if match[1] and groups is not None and int(match[1]) > groups:
            _tell_missing_group(match, start, groups, faults)
        found.append(int(match[1]) if match[1] else match[2])
        position = match.end()
    if not any(isinstance(part, int) or re.search("[0-9]", part) for part in found):
        message = translate("This replacement leaves nothing that could be dialled.")
        faults.append(
            Fault("number_rule_replacement", message, start, start + max(len(replacement), 1))
        )
    return tuple(found)


def _tell_misfit(replacement: str, position: int, start: int, faults: list[Fault]) -> None:
    message = translate(
        "This cannot be dialled: a replacement holds 0-9, +, *, #, commas, and \\0 to \\9."
    )
    hint = translate("Whatever the pattern has in brackets stands for \\1, \\2 and so on.")
    at = start + position
    faults.append(Fault("number_rule_replacement", message, at, at + 1, hint))


def _tell_missing_group(match: re.Match[str], start: int, groups: int, faults: list[Fault]) -> None:
    if groups:
        has = translate_count("one pair of brackets", "{count} pairs of brackets", groups)
    else:
        has = translate("no brackets")
    message = translate("{match} is not there: the pattern has {has}.", match=match[0], has=has)
    faults.append(
        Fault("number_rule_replacement", message, start + match.start(), start + match.end())
    )
