"""Number rules: a branch's settings, and the path that they give a number."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import cases_of, named
from webdial.errors import SourceError, WebdialError
from webdial.numbers import (
    BranchRules,
    Destination,
    NumberRuleError,
    StepKind,
    branch_rules,
    clean_number,
    follow,
    read_rules,
)
from webdial.numbers.forms import FORM_WORDS, NumberForm
from webdial.numbers.rules import MAX_PATTERN, MAX_RULES, is_dialable

CASES = cases_of("number_rules")
PATHS = [case for case in CASES if "typed" in case]
REFUSED = [case for case in CASES if "typed" not in case]
SETTINGS = ("country", "format", "internal", "rules", "prefix")


def rules_of(case: dict[str, Any]) -> BranchRules:
    return branch_rules(*(case.get(name, "") for name in SETTINGS))


def destination_of(case: dict[str, Any]) -> Destination:
    return Destination(
        system="Switchboard" if "system" in case else "",
        form=NumberForm(case.get("system", "as dialled")),
        after_answer=case.get("after_answer"),
        has_after_answer=case.get("has_after_answer", False),
        has_prefix=case.get("has_prefix", False),
    )


@pytest.mark.parametrize("case", PATHS, ids=named)
def test_path(case: dict[str, Any]) -> None:
    number = clean_number(case["typed"])
    if "fault" in case:
        with pytest.raises(WebdialError) as caught:
            follow(number, rules_of(case), destination_of(case))
        assert caught.value.error_code == case["fault"]
        return
    path = follow(number, rules_of(case), destination_of(case))
    assert (path.number, path.dialled) == (case["number"], case.get("dialled", case["number"]))
    kinds = [step.kind for step in path.steps]
    assert kinds[0] is StepKind.CLEANED
    if "steps" in case:
        assert kinds[1:] == [StepKind[name.upper()] for name in case["steps"]]


@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_rules_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(NumberRuleError) as caught:
        read_rules(case["rules"])
    (fault,) = caught.value.faults
    assert fault.code == case["fault"]
    if "marked" in case:
        assert caught.value.source[fault.start : fault.end] == case["marked"]
    assert "^" in caught.value.explain()


def test_every_fault_is_told() -> None:
    with pytest.raises(NumberRuleError) as caught:
        read_rules("+1 => 1\n0(.) => 9\nonly this\n0 => \\1x")
    assert [fault.code for fault in caught.value.faults] == [
        "number_rule_pattern",
        "number_rule_form",
        "number_rule_replacement",
        "number_rule_replacement",
    ]


def test_a_fault_at_a_call_points_at_the_rule() -> None:
    rules = branch_rules(rules="-- nothing\n1(.*) => 2\n(.*) => 9\\1\n")
    with pytest.raises(NumberRuleError) as caught:
        follow(clean_number("+44 20 7946 0123"), rules)
    assert "“9+442079460123” of “+442079460123”" in caught.value.message
    assert "(.*) => 9\\1\n  ^^^^^^^^^^^" in caught.value.explain()


def test_bounds() -> None:
    read_rules("\n".join(["1 => 2"] * MAX_RULES))
    read_rules(f"{'1' * MAX_PATTERN} => 2")
    for text in ("\n".join(["1 => 2"] * (MAX_RULES + 1)), f"{'1' * (MAX_PATTERN + 1)} => 2"):
        with pytest.raises(NumberRuleError):
            read_rules(text)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("country", "ZZ"), ("format", "E164 plus"), ("internal", "3-x"), ("rules", "1")],
)
def test_values_at_fault_are_refused(setting: str, value: str) -> None:
    values = {"form" if setting == "format" else setting: value}
    with pytest.raises(WebdialError):
        branch_rules(**values)


def test_patterns_that_take_other_engines_for_ever_are_quick() -> None:
    rules = branch_rules(rules=r"(([0-9]+)+)+x => 1" + "\n" + r"((0|0)*)*\# => 1")
    number = clean_number("0000000000 00000")
    began = time.process_time()
    assert follow(number, rules).dialled == number.dialled
    assert time.process_time() - began < 1


SIGNS = "0123456789+*#,.()[]{}?|\\^$d=> -\n"
RULE_TEXTS = (
    st.text(max_size=200)
    | st.text(SIGNS, max_size=80)
    | st.lists(
        st.tuples(
            st.sampled_from([r"(\d+)", r"\+(.*)", "(.)(.*)", r"0(\d*)", "(0|1)+(.*)", ".*"]),
            st.text("0123456789+*#,", max_size=4),
            st.sampled_from(["", r"\0", r"\1", r"\1\1", r"9\1"]),
        ).map(lambda parts: f"{parts[0]} => {parts[1]}{parts[2]}"),
        max_size=6,
    ).map("\n".join)
)
NUMBERS = st.from_regex(
    r"(\+|00|0)?[1-9][0-9]{2,12}(,,[0-9]{1,4}#)?( ext [0-9]{1,4})?", fullmatch=True
)


@given(
    text=RULE_TEXTS,
    typed=NUMBERS,
    form=st.sampled_from(list(FORM_WORDS)),
    country=st.sampled_from(["", "GB", "DE", "US", "IT"]),
    prefix=st.sampled_from(["", "9", "0,"]),
    wanted=st.sampled_from(list(NumberForm)),
)
def test_any_rules_are_refused_with_a_caret_or_make_what_can_be_dialled(
    text: str, typed: str, form: str, country: str, prefix: str, wanted: NumberForm
) -> None:
    try:
        rules = branch_rules(country, form, "3", text, prefix)
    except SourceError as error:
        assert all(0 <= fault.start < fault.end for fault in error.faults)
        assert "^" in error.explain()
        return
    number = clean_number(typed)
    destination = Destination("" if wanted is NumberForm.AS_DIALLED else "Switchboard", wanted, ",")
    try:
        path = follow(number, rules, destination)
    except WebdialError as error:
        assert error.error_code in {
            "number_rule_result",
            "prefix_before_plus",
            "number_too_long",
        }
        return
    assert is_dialable(path.dialled)
    assert path.steps[-1].after == path.dialled
    for step, following in zip(path.steps[1:], path.steps[2:], strict=False):
        assert step.after == following.before


@given(typed=NUMBERS)
def test_nothing_set_changes_nothing(typed: str) -> None:
    number = clean_number(typed)
    path = follow(number, branch_rules())
    assert path.number == path.dialled == number.dialled
