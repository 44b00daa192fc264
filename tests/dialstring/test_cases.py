"""The language's cases."""

from typing import Any

import pytest

from tests.cases import cases_of, named
from webdial.dialstring import DialStringError, HttpRequest, Link, Plan, Values, parse_dial_string

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def plan_of(case: dict[str, Any]) -> Plan:
    values = Values(case.get("number", "+442079460123"), case.get("extension", "201") or None)
    return parse_dial_string(case["string"]).plan(values)


def expected_plan(case: dict[str, Any]) -> Plan:
    if "link" in case:
        return Link(case["link"])
    form = () if case["method"] == "GET" else (FORM,)
    headers = (*case.get("headers", {}).items(), *form)
    return HttpRequest(case["method"], case["url"], headers, case.get("body"))


@pytest.mark.parametrize("case", cases_of("dialstring"), ids=named)
def test_case(case: dict[str, Any]) -> None:
    if "faults" not in case:
        assert plan_of(case) == expected_plan(case)
        return
    with pytest.raises(DialStringError) as caught:
        plan_of(case)
    source = case["string"]
    told = [
        (fault.code, fault.start, source[fault.start : fault.end]) for fault in caught.value.faults
    ]
    assert told == [
        (fault["code"], place_of(source, fault), fault["at"]) for fault in case["faults"]
    ]
    assert all(fault.message for fault in caught.value.faults)


def place_of(source: str, fault: dict[str, Any]) -> int:
    if not fault["at"]:
        return len(source)
    before = fault.get("before", "")
    return source.index(fault["at"], source.index(before) + len(before))
