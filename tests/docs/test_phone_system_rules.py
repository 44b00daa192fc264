"""The rules and readings of docs/reference/phone-system-files.md do to its answers what it says."""

import email.parser
import re
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialstring.grammar import strategies_of
from tests.docs.manual import Page, page, unquoted
from webdial.phonesystems import Answer, RuleError, read_reading, read_rule, rules

PAGE = page("docs/reference/phone-system-files.md")
RULES = PAGE.sections(2)["Rules and readings"]
(GRAMMAR,) = (each.text for each in PAGE.fences if each.info == "abnf")
WORDS = {
    "regular expression": st.sampled_from([r"OK \d+", "^(a|b)$", "x.*"]),
    "name": st.sampled_from(["Location", "X-Id", "session_id"]),
    "name of a JSON member": st.sampled_from(["data", "Zoë", "a-b", "0"]),
    "name of an XML element": st.sampled_from(["Envelope", "code", "new-id"]),
    "name of an attribute": st.sampled_from(["id", "Data"]),
    "0 to 9999": st.integers(0, 9999).map(str),
    "100 to 599": st.integers(100, 599).map(str),
    "text": st.sampled_from(["0", "OK", "Not now", "+OK", "a=b", "1.5"]),
    "text in quotation marks": st.sampled_from(['"OK"', '"Not now"', '" x "']),
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies_of(GRAMMAR, WORDS)["rule"])
def test_rule_that_the_grammar_makes_is_read(rule: str) -> None:
    assert read_rule(rule).conditions


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies_of(GRAMMAR, WORDS)["reading"])
def test_reading_that_the_grammar_makes_is_read(reading: str) -> None:
    assert read_reading(reading).source == reading


@given(st.text(alphabet='status json xml=!in,"[]. ab0', max_size=30))
def test_any_text_is_a_rule_or_has_a_fault_in_it(text: str) -> None:
    try:
        rule = read_rule(text)
    except RuleError as error:
        assert all(0 <= fault.start < fault.end for fault in error.faults)
        return
    assert rule.conditions


def test_grammar_stands_at_the_reader_too() -> None:
    assert rules.__doc__ is not None
    assert textwrap.indent(GRAMMAR, "    ") in rules.__doc__


def answer_of(text: str) -> Answer:
    first, _, rest = text.partition("\n")
    head, _, body = rest.partition("\n\n")
    headers = email.parser.HeaderParser().parsestr(head).items()
    return Answer(int(first.split()[1]), tuple(headers), body.rstrip("\n").encode())


ANSWERS = {
    title: section
    for title, section in RULES.sections(3).items()
    if any(each.info == "http" for each in section.fences)
}


@pytest.mark.parametrize("title", ANSWERS)
def test_rules_and_readings_do_what_the_page_says(title: str) -> None:
    section: Page = ANSWERS[title]
    answer = answer_of(section.fences[0].text)
    judged = section.table("rule", "holds")
    assert len(judged) > 3
    assert [
        [rule, "yes" if read_rule(unquoted(rule)).holds(answer) else "no"] for rule, _ in judged
    ] == judged
    taken = section.table("reading", "finds")
    found = {reading: read_reading(unquoted(reading)).read(answer) for reading, _ in taken}
    assert [
        [reading, "nothing" if text is None else f"`{text}`"] for reading, text in found.items()
    ] == taken


def test_every_way_of_comparing_is_told_and_shown() -> None:
    told = {
        word
        for cell, _ in RULES.table("compared by", "holds when what is found")
        for word in re.findall(r"`(.+?)`", cell)
    }
    assert told == set(
        re.findall(
            r'"([a-z!= ]+)"', re.sub(r"(?m)^(?!compared|listed|fitted|of-found).*$", "", GRAMMAR)
        )
    )
    shown = " ".join(row[0] for each in ANSWERS.values() for row in each.table("rule", "holds"))
    assert all(f" {word} " in f" {shown.replace('`', ' ')} " for word in told)
