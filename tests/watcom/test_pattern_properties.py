"""Patterns match as plainly written slower matchers say they do."""

import re
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webdial.watcom.errors import PatternError
from webdial.watcom.like import like_pattern
from webdial.watcom.regular_expressions import read_pattern

LETTERS = "ab-^]%_c"


def no_pause() -> None:
    """The clock is of no interest here."""


def like_by_hand(pattern: str, text: str) -> bool:
    """LIKE as one would explain it, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like_by_hand(pattern[1:], text[i:]) for i in range(len(text) + 1))
    if pattern[0] == "[":
        content, _, rest = pattern[1:].partition("]")
        return bool(text) and in_set(content, text[0]) and like_by_hand(rest, text[1:])
    fits = bool(text) and (pattern[0] == "_" or pattern[0] == text[0])
    return fits and like_by_hand(pattern[1:], text[1:])


def in_set(content: str, character: str) -> bool:
    if content.startswith("^") and len(content) > 1:
        return not in_set_plainly(content[1:], character)
    return in_set_plainly(content, character)


def in_set_plainly(content: str, character: str) -> bool:
    position = 0
    while position < len(content):
        if content[position + 1 : position + 2] == "-" and position + 2 < len(content):
            if content[position] <= character <= content[position + 2]:
                return True
            position += 3
        elif content[position] == character:
            return True
        else:
            position += 1
    return False


LIKE = st.lists(
    st.sampled_from(["a", "b", "%", "_", "[ab]", "[^a]", "[a-c]", "[c-a]", "[]", "[^]", "-", "[a-]"]),
    max_size=8,
).map("".join)  # fmt: skip


@given(LIKE, st.text(LETTERS, max_size=8))
@example("%a%b", "ab")
@example("a%a", "a")
@example("%aab%", "aaab")
def test_like_matches_as_explained(pattern: str, text: str) -> None:
    assert like_pattern(pattern, None).matches(text, no_pause) == like_by_hand(pattern, text)


@given(LIKE.filter(lambda pattern: pattern.strip("%")), st.text("ab-", max_size=8))
def test_like_finds_the_first_place(pattern: str, text: str) -> None:
    rest = pattern.lstrip("%")
    places = [i + 1 for i in range(len(text) + 1) if like_by_hand(rest, text[i:])]
    place = like_pattern("%" + rest, None).place(text, no_pause, anywhere=False) + 1
    assert place == (places[0] if places else 0)


ATOMS = ["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "(a|b)", "(ab|a)", "(?:b|)", "^", "$", "\\b",
         "(?=a)", "(?!a)", "(?<=a)", "(?<!b)", "(a(b|a)?)"]  # fmt: skip
QUANTIFIERS = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "*?", "+?", "??"]
REGULAR = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(QUANTIFIERS)), max_size=6)


def spelt(parts: list[tuple[str, str]]) -> str:
    """A pattern; what takes no text is not repeated, for Python's matcher has limits there."""
    pattern = ""
    for atom, quantifier in parts:
        takes_text = atom not in {"^", "$", "\\b"} and not atom.startswith(("(?=", "(?!", "(?<"))
        pattern += atom + (quantifier if takes_text else "")
    return pattern


@given(REGULAR, st.text("ab1 ", max_size=7), st.integers(0, 7))
def test_regexp_finds_what_perl_would(parts: list[tuple[str, str]], text: str, start: int) -> None:
    pattern = spelt(parts)
    theirs = re.compile(pattern.replace("$", "\\Z"), re.ASCII)
    ours = read_pattern(pattern, None, sql=False)
    assert ours.matches(text, no_pause) == (theirs.fullmatch(text) is not None)
    found = theirs.search(text, min(start, len(text)))
    span = ours.find(text, min(start, len(text)), 1, no_pause)
    # Python lets ^ hold at the place a search begins; here it is the beginning of the text.
    if "^" not in pattern.replace("[^a]", ""):
        assert span == (found.span() if found else None)


SIMILAR = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "_", "%", "[ab]", "[^a]", "(a|b)", "(ab|a|)", "[[:digit:]]", "."]),
        st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}"]),
    ),
    max_size=6,
)  # fmt: skip


@given(SIMILAR, st.text("aB1.", max_size=7))
def test_similar_to_matches_as_its_translation(parts: list[tuple[str, str]], text: str) -> None:
    pattern = "".join(atom + quantifier for atom, quantifier in parts)
    translated = "".join(f"(?:{_translated(atom)}){quantifier}" for atom, quantifier in parts)
    expected = re.fullmatch(translated, text, re.ASCII | re.DOTALL | re.IGNORECASE) is not None
    assert read_pattern(pattern, None, sql=True).matches(text, no_pause) == expected


def _translated(atom: str) -> str:
    plain = {"_": ".", "%": ".*", ".": "\\.", "[[:digit:]]": "[0-9]"}
    return plain.get(atom, atom)


@given(
    st.text("ab()[]{}*+?|\\^$.%_-,:0129=!<", max_size=20), st.booleans(), st.text("ab1", max_size=5)
)
@example("(" * 126, False, "a")
@example("[" * 126, True, "a")
@example("a{1000}" * 18, False, "a")
@example("((((((){1000}){1000}){1000}){1000}){1000}){1000}", False, "a")
@example("(?<=(?<=(?<=a)b)a)b", False, "abab")
def test_any_pattern_is_read_or_refused(pattern: str, sql: bool, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read_pattern(pattern, None, sql=sql).matches(text, no_pause)
            like_pattern(pattern, None).matches(text, no_pause)
        except PatternError as error:
            assert error.message.endswith(".")


@pytest.mark.parametrize(
    "pattern",
    ["a**", "*a", "a{2,1}", "a{1001}", "(a", "a)", "[a", "(?#x)", "(?i)a", "(?P<n>a)", "a++", "\\1",
     "\\q", "\\xg1", "a\\", "[[:nothing:]]", "[a-\\d]", "a{1000}" * 10, "(?>a)", "a|*"],
)  # fmt: skip
def test_pattern_outside_the_language_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        read_pattern(pattern, None, sql=False).matches("a", no_pause)
