"""Patterns as the language uses them: LIKE, SIMILAR TO, REGEXP, PATINDEX and REGEXP_SUBSTR."""

from collections.abc import Callable

from webdial.language import translate
from webdial.watcom.automata import Pause
from webdial.watcom.errors import StoppedError
from webdial.watcom.frames import Frame
from webdial.watcom.like import like_pattern
from webdial.watcom.limits import Limits
from webdial.watcom.regular_expressions import RegularExpression, read_pattern
from webdial.watcom.values import fold

Matcher = Callable[[str, Pause], bool]
"""Whether a whole text matches. The second argument looks at the clock."""


def check_length(pattern: str, limits: Limits) -> None:
    if len(pattern) > limits.pattern_chars:
        raise StoppedError(
            translate(
                "A pattern has more than {pattern_chars} characters.",
                pattern_chars=limits.pattern_chars,
            )
        )


def matcher(how: str, source: str, escape: str | None, limits: Limits) -> Matcher:
    """What tells whether a whole text matches a pattern of LIKE, SIMILAR TO or REGEXP.

    Raises:
        PatternError, StoppedError: as `regular_expression`
    """
    check_length(source, limits)
    if how == "LIKE":
        return like_pattern(source, escape).matches
    return read_pattern(source, escape, sql=how == "SIMILAR TO").matches


def regular_expression(source: str, limits: Limits) -> RegularExpression:
    """Read a pattern of REGEXP_SUBSTR: Perl's spelling, letter case matters.

    Raises:
        PatternError: it is wrong, or cannot be matched without backtracking
        StoppedError: it is too long
    """
    check_length(source, limits)
    return read_pattern(source, None, sql=False)


def find_like(pattern: str, text: str, frame: Frame) -> int:
    """PATINDEX: the place from 1 of a LIKE pattern in `text`, 0 if nowhere.

    Without a % in front it can only be 1, and then the text may go on after it.
    """
    check_length(pattern, frame.limits)
    like = like_pattern(pattern, None)
    return like.place(fold(text), frame.pause, anywhere=not like.open_start) + 1
