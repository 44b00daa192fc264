"""The examples of docs/reference/numbers.md are true."""

import pytest

from tests.docs.error_codes import codes_of_program
from tests.docs.manual import page, unquoted
from webdial.numbers import (
    MAX_DIALLED,
    MAX_TYPED,
    NumberError,
    NumberRuleError,
    branch_rules,
    clean_number,
    follow,
    read_rules,
)
from webdial.numbers.forms import FORM_WORDS
from webdial.numbers.rules import MAX_PATTERN, MAX_RULES

PAGE = page("docs/reference/numbers.md")
ROWS = PAGE.table("typed", "dialled", "extension, not dialled")
REFUSED = [
    (code, unquoted(row[0]))
    for code, section in PAGE.sections(3).items()
    for row in section.table("typed")
]


FORMS = PAGE.table("Number Country", "Number Format", "typed", "dialled")
LINES = PAGE.table("Internal Numbers", "Outside Line Prefix", "typed", "dialled")
RULES = [fence.text for fence in PAGE.fences if fence.info == "number-rules"]
FAULTY_RULES = [fence.text for fence in PAGE.fences if fence.info == "number-rules fault"]


@pytest.mark.parametrize("row", FORMS, ids=" ".join)
def test_number_is_written_as_the_page_says(row: list[str]) -> None:
    country, form, typed, dialled = map(unquoted, row)
    assert follow(clean_number(typed), branch_rules(country, form)).dialled == dialled


def test_every_format_is_shown() -> None:
    assert {unquoted(row[1]) for row in FORMS} == set(FORM_WORDS)


@pytest.mark.parametrize("row", LINES, ids=" ".join)
def test_prefix_is_put_as_the_page_says(row: list[str]) -> None:
    internal, prefix, typed, dialled = map(unquoted, row)
    rules = branch_rules(internal=internal, prefix=prefix)
    assert follow(clean_number(typed), rules).dialled == dialled


@pytest.mark.parametrize("example", RULES)
def test_rules_make_what_the_page_says(example: str) -> None:
    text, _, numbers = example.partition("\n\n")
    shown = [line.split(" -> ") for line in numbers.splitlines()]
    made = [follow(clean_number(typed), branch_rules(rules=text)).dialled for typed, _ in shown]
    assert made == [dialled for _, dialled in shown]
    assert len(shown) > 1


@pytest.mark.parametrize("example", FAULTY_RULES)
def test_fault_of_a_rule_is_told_as_the_page_says(example: str) -> None:
    text, _, told = example.partition("\n\n")
    with pytest.raises(NumberRuleError) as caught:
        read_rules(text)
    assert caught.value.explain() + "\n" == told


def test_rules_are_shown() -> None:
    assert (len(RULES), len(FAULTY_RULES)) == (3, 3)
    prose = " ".join(PAGE.text.split())
    assert f"at most {MAX_RULES} rules, and a pattern at most {MAX_PATTERN} characters" in prose


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_number_is_cut_as_the_page_says(row: list[str]) -> None:
    typed, dialled, extension = map(unquoted, row)
    cleaned = clean_number(typed)
    assert (cleaned.dialled, cleaned.extension or "") == (dialled, extension)


@pytest.mark.parametrize(("code", "typed"), REFUSED)
def test_number_is_refused_as_the_page_says(code: str, typed: str) -> None:
    with pytest.raises(NumberError) as caught:
        clean_number(typed)
    assert caught.value.error_code == code


def test_every_refusal_has_examples() -> None:
    faults = {
        code.text
        for code in codes_of_program()
        if code.module == "webdial.numbers.cleaning" and code.giver != "NumberError"
    }
    assert set(PAGE.sections(3)) == faults == {code for code, _ in REFUSED}


def test_bounds_are_told() -> None:
    assert (
        f"At most {MAX_TYPED} characters are looked at, and at most {MAX_DIALLED} are dialled"
        in PAGE.text
    )
