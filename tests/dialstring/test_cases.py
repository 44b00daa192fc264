"""The language's cases."""

from dataclasses import replace
from typing import Any

import pytest

from tests.cases import cases_of, named
from webdial.dialstring import (
    Declared,
    DialStringError,
    HttpRequest,
    Link,
    Plan,
    Values,
    parse_dial_string,
)

FORM = "application/x-www-form-urlencoded"
NEW_YEAR_2026 = 1_767_225_600.0
MORE = {
    "host": "pbx.example", "port": "8088", "user": "webdial", "password": "s3cret", "token": "t0ken-text",
    "scheme": "https", "path": "a/b c", "address": "2001:db8::1", "up": "..", "lines": "a\r\nB: c",
    "semicolon": "a; b", "colon": "a:b",
}  # fmt: skip
DECLARED = {
    name: Declared(name, name in {"password", "token"}, "path" if name == "path" else "text")
    for name in MORE
}


def plan_of(case: dict[str, Any]) -> Plan:
    values = Values(
        case.get("number", "+442079460123"),
        case.get("extension", "201") or None,
        MORE,
        clock=lambda: NEW_YEAR_2026,
    )
    return parse_dial_string(case["string"], names=DECLARED).plan(values)


def expected_plan(case: dict[str, Any]) -> Plan:
    if "link" in case:
        return Link(case["link"])
    headers = dict(case.get("headers", {}))
    if content_type := case.get("type", "" if case["method"] == "GET" else FORM):
        headers |= {"Content-Type": content_type}
    return HttpRequest(case["method"], case["url"], tuple(headers.items()), case.get("body"))


@pytest.mark.parametrize("case", cases_of("dialstring"), ids=named)
def test_case(case: dict[str, Any]) -> None:
    if "faults" not in case:
        plan, expected = plan_of(case), expected_plan(case)
        if isinstance(plan, HttpRequest) and isinstance(expected, HttpRequest):
            assert dict(plan.headers) == dict(expected.headers)
            assert len(plan.headers) == len(expected.headers)
            expected = replace(expected, headers=plan.headers)
        assert plan == expected
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
