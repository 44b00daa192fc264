"""docs/reference/dial-strings.md is the language as the program reads it."""

import re
import textwrap

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.dialstring.grammar import strategies_of
from tests.docs.error_codes import codes_of_program
from tests.docs.manual import Fence, page, unquoted
from webdial.cli.preview import plan_text
from webdial.dialstring import (
    MAX_LENGTH,
    Declared,
    DialStringError,
    Plan,
    Values,
    parse_dial_string,
    parser,
    reader,
)
from webdial.dialstring.encoding import Place, encode_literal, encode_value, misfit
from webdial.dialstring.functions import FUNCTIONS
from webdial.dialstring.reader import DIRECTIVES
from webdial.dialstring.values import CALL_NAMES, REQUEST_NAMES
from webdial.numbers import clean_number

PAGE = page("docs/reference/dial-strings.md")
NUMBER = "+44 20 7946 0123"
EXTENSION = "201"
GIVEN = {
    "host": "pbx.example",
    "port": "8088",
    "user": "webdial",
    "password": "s3cret-word",
    "token": "t0ken-text",
}
DECLARED = {name: Declared(name, name in {"password", "token"}) for name in GIVEN} | {
    "secret pbx": Declared("credential pbx", is_secret=True)
}
EXAMPLES = [fence for fence in PAGE.fences if fence.info.startswith("dial-string")]
HEAD = ("place", "it is", "also stays as you write it")


def parts_of(example: Fence) -> tuple[str, str, str]:
    """Extension, dial string and what `webdial preview` prints, as the page has them."""
    named = re.fullmatch(r"dial-string(?: extension=(\S*)| result)?", example.info)
    assert named is not None, f"unknown form: {example.info}"
    string, _, printed = example.text.partition("\n\n")
    return EXTENSION if named[1] is None else named[1], string, printed


def is_result(example: Fence) -> bool:
    return example.info.endswith(" result")


def plan_of(string: str, extension: str, *, is_result: bool) -> Plan:
    values = Values(clean_number(NUMBER).dialled, extension or None, GIVEN)
    return parse_dial_string(string, with_values=not is_result, names=DECLARED).plan(values)


def printed_for(string: str, extension: str, *, is_result: bool = False) -> str:
    try:
        return plan_text(plan_of(string, extension, is_result=is_result)) + "\n"
    except DialStringError as error:
        return error.explain() + "\n"


def faults_of(string: str, extension: str, *, is_result: bool = False) -> set[str]:
    try:
        plan_of(string, extension, is_result=is_result)
    except DialStringError as error:
        return {fault.code for fault in error.faults}
    return set()


(GRAMMAR,) = (fence.text for fence in PAGE.fences if fence.info == "abnf")
CHARACTER = st.characters(
    exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="{}^#"
)
WORDS = {
    "character": CHARACTER,
    "character but / ? \\": CHARACTER.filter(lambda character: character not in "/?\\"),
    "character but ? \\": CHARACTER.filter(lambda character: character not in "?\\"),
    "character but = and blank": CHARACTER.filter(lambda c: c != "=" and not c.isspace()),
    "letter or digit": st.sampled_from("abzABZ059"),
    "IPv4 address": st.ip_addresses(v=4).map(str),
    "IPv6 address": st.ip_addresses(v=6).map(str),
    "1 to 65535": st.integers(1, 65_535).map(str),
    "visible character of ASCII": st.sampled_from("aZ09 .-_~!$()*+,/;=?@[]'"),
    "character of a cookie": st.sampled_from("aZ09.-_~!$()*+/:=?@[]'"),
    "name of a header": st.sampled_from(["X-Line", "x-api-key", "Accept"]),
    "name of a cookie": st.sampled_from(["session", "a-b"]),
    "name of a value": st.sampled_from(sorted(CALL_NAMES)),
    "function of one text": st.sampled_from(["md5", "SHA256", "base64", "url", "upper"]),
    "key": st.sampled_from(["to", "a-b", "Zoë", "0", "x1"]),
    "JSON": st.sampled_from(["true", "null", "-1.5", "[]", " 7 "]),
    "XML document": st.sampled_from(["<a>#</a>", "<a b='^'/>", "<a>x</a>", "<é/>"]),
    "media type": st.sampled_from(
        ["text/plain", "application/x-www-form-urlencoded; charset=utf-8"]
    ),
    "scheme of a link": st.sampled_from(["tel", "CallTo", "sip", "x-phone+dial"]),
}


def is_left_to_the_rules(string: str) -> bool:
    """Whether a rule told in words below the grammar, or a section of its own, forbids `string`."""
    target, *variables = string.split("<&>")
    word = re.search(r"\{\s*(json|xml|body)\b", target, re.IGNORECASE)
    kind = word[1].lower() if word else "form"
    return (
        _is_number(target)
        or re.fullmatch(r"\s*(\{[^}]*\})?[^:{]*:[/\s]*", target) is not None
        or _signs_in_twice(target)
        or (kind == "json" and _share_a_place(variables))
        or (
            kind == "form"
            and any(re.search(r"[&?][\w.\-\[\]]+=", each, re.ASCII) for each in variables)
        )
    )


def _is_number(target: str) -> bool:
    """Whether the host is of digits and no address."""
    found = re.search(r"https?://(?:[^/?]*@)?([^/?:]*)", target, re.IGNORECASE)
    host = re.sub(r"\{[^{}]*\}", "x", found[1].strip().removesuffix(".")) if found else ""
    return host.rpartition(".")[2].isdigit() and not re.fullmatch(r"(\d+\.){3}\d+", host)


def _signs_in_twice(target: str) -> bool:
    return "@" in target and bool(
        re.search(r"\{\s*(basic|digest|bearer|open)\b", target, re.IGNORECASE)
    )


def _share_a_place(variables: list[str]) -> bool:
    """Whether JSON variables may want the same place, or begin a list at another entry than 0."""
    return len(variables) > 1 or any(re.match(r"\s*[^=]*\[[1-9]", each) for each in variables)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies_of(GRAMMAR, WORDS)["dial-string"])
def test_what_the_grammar_makes_is_read(string: str) -> None:
    assume(not is_left_to_the_rules(string))
    parse_dial_string(string)


@pytest.mark.parametrize(
    "string",
    [
        "{GET}{GET}http://p/",
        "{POST}\nhttp://p/",
        "{POST}tel:#",
        "http://p/{",
        "http://p/<&>a=1",
        "{POST}http://p/<&>=1",
        "{POST}http://p/<&>a",
        "http://#/",
        "http://a..b/",
        "http://p-/",
        "http://p:0/",
        "http://p\\a",
        "http://p/\u200b",
    ],
)
def test_what_the_grammar_has_no_place_for_is_refused(string: str) -> None:
    with pytest.raises(DialStringError):
        parse_dial_string(string)


def test_grammar_stands_at_the_parser_too() -> None:
    assert parser.__doc__ is not None
    assert textwrap.indent(GRAMMAR, "    ") in parser.__doc__


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: ascii(example.text.split("\n\n")[0])
)
def test_example_is_true(example: Fence) -> None:
    extension, string, printed = parts_of(example)
    assert printed_for(string, extension, is_result=is_result(example)) == printed


def test_every_fault_has_a_section_with_an_example_of_it() -> None:
    codes = {
        code.text
        for code in codes_of_program()
        if code.module.startswith("webdial.dialstring") and code.giver != "DialStringError"
    }
    sections = page("docs/reference/dial-strings.md").sections(2)["Faults"].sections(3)
    assert set(sections) == codes
    for code, section in sections.items():
        shown = [(*parts_of(fence)[:2], is_result(fence)) for fence in section.fences]
        # An example of a string that is too long would be: the bound is told instead.
        assert code == "too_long" or any(
            code in faults_of(text, ext, is_result=result) for ext, text, result in shown
        )


def test_table_says_what_stays_and_what_is_encoded() -> None:
    (table,) = (rows for rows in PAGE.tables if tuple(rows[0][:3]) == HEAD)
    value = re.fullmatch(r"the value `(.+)` becomes", table[0][3])
    assert value is not None
    assert [unquoted(row[0]) for row in table[1:]] == [place.value for place in Place]
    for name, _, kept, encoded in table[1:]:
        place = Place(unquoted(name))
        if place is Place.HOST:
            assert faults_of("http://^/", value[1]) == {"value_misfit"}
            continue
        if misfit(value[1], place):
            assert encoded == f"refused: it {misfit(value[1], place)}"
            continue
        if kept == "everything":
            assert all(encode_literal(chr(code), place) == chr(code) for code in range(0x20, 0x7F))
            assert unquoted(encoded) == encode_value(value[1], place)
            continue
        characters = set(unquoted(kept).split()) if kept.startswith("`") else set()
        assert characters | set("-._~") == {
            character
            for character in map(chr, range(0x20, 0x7F))
            if not character.isalnum() and encode_literal(character, place) == character
        }
        assert unquoted(encoded) == encode_value(value[1], place)


def test_refused_schemes_are_listed() -> None:
    listed = PAGE.text.partition("<!-- refused-schemes -->")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(.+?)`", listed)) == parser._REFUSED_SCHEMES


def test_bounds_are_told() -> None:
    text = " ".join(PAGE.text.split())
    assert f"A dial string has at most {MAX_LENGTH:,} characters." in text
    assert f"more than {MAX_LENGTH:,} characters" in text
    assert f"up to {reader.MAX_FAULTS} of them" in text
    assert f"A port is a number from 1 to {parser._PORT_MAX:,}." in text


def test_every_name_function_and_directive_is_told() -> None:
    told = PAGE.text
    assert all(
        f"| `{{{name}}}` |" in told
        for name in {*CALL_NAMES, *REQUEST_NAMES} - {"number", "extension"}
    )
    assert all(f"| `{name}` |" in told for name in FUNCTIONS)
    assert all("{" + word in told for word in DIRECTIVES)
