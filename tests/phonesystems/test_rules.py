"""Rules and readings: each operator on real answers, faults at their places, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.phonesystems import Answer, RuleError, read_reading, read_rule

JSON = Answer(
    200,
    (("Content-Type", "application/json"), ("Set-Cookie", "sid=abc; Path=/; HttpOnly")),
    b'{"errcode":0,"ok":true,"none":null,"data":{"calls":[{"id":"x1"},{"id":7}]},"m":"Not now, sir"}',
)
XML = Answer(
    200,
    body=b'<?xml version="1.0"?><e:Envelope xmlns:e="urn:e"><e:Body><code>0</code>'
    b'<item Data="Success" Status="0"/><fault><string>No line</string></fault></e:Body></e:Envelope>',
)
TEXT = Answer(200, body=b"\r\n+OK 4f2a\nMessage:  Originate queued \nrest")
REFUSED = Answer(403, body=b'{"errcode":0}')


@pytest.mark.parametrize(
    ("rule", "answer", "holds"),
    [
        ("json errcode = 0", JSON, True),
        ("json errcode = 0", REFUSED, False),
        ("status = 403 and json errcode = 0", REFUSED, True),
        ("status = 4xx", REFUSED, True),
        ("status in 200, 202", JSON, True),
        ("status != 200", JSON, False),
        ("json errcode in 10003, 10004", JSON, False),
        ("json errcode not in 10003, 10004", JSON, True),
        ("json nothing not in 1", JSON, False),
        ("json nothing != 1", JSON, False),
        ("json ok = true", JSON, True),
        ("json none is there", JSON, True),
        ("json nothing is missing", JSON, True),
        ("json data.calls[1].id = 7", JSON, True),
        ("json data.calls[2].id is missing", JSON, True),
        ('json m = "Not now, sir"', JSON, True),
        ("json m begins Not", JSON, True),
        ("json m contains now", JSON, True),
        ("json m matches ^Not .* sir$", JSON, True),
        ("header content-type contains json", JSON, True),
        ("cookie sid = abc", JSON, True),
        ("cookie Path is there", JSON, False),
        ("cookie sid = abc", Answer(200, (("Set-Cookie", "sid=abc; Secure; Partitioned"),)), True),
        ("cookie sid = a b,c", Answer(200, (("Set-Cookie", 'sid="a b,c"; Path=/'),)), True),
        ("cookie sid is there", Answer(200, (("Set-Cookie", "sid=gone; Max-Age=0"),)), False),
        ("cookie s[1] = a=b==", Answer(200, (("Set-Cookie", "s[1]=a=b==; Priority=High"),)), True),
        (
            "cookie sid is missing",
            Answer(200, (("Set-Cookie", "sid=x; expires=Thu, 01-Jan-1970 00:00:01 GMT"),)),
            True,
        ),
        (
            "cookie sid = new",
            Answer(
                200,
                (
                    ("Set-Cookie", "sid=old"),
                    ("Set-Cookie", "sid=new; Expires=Fri, 01 Jan 2038 00:00:00 GMT"),
                ),
            ),
            True,
        ),
        ("json m matches ^x.y$", Answer(200, body=b'{"m": "x\\ud800y"}'), True),
        ("json errcode = 0", XML, False),
        ("xml code = 0", XML, True),
        ("xml Body/code = 0", XML, True),
        ("xml Envelope/code = 0", XML, False),
        ("xml item@Data = Success", XML, True),
        ("xml item@Status != 0", XML, False),
        ("xml fault/string is there", XML, True),
        ("xml code = 0", TEXT, False),
        ("text begins +OK", TEXT, True),
        ("text contains Originate queued", TEXT, True),
        ("text matches OK [0-9a-f]+", TEXT, True),
        ("xml a = 1", Answer(200, body=b'<!DOCTYPE a [<!ENTITY b "1">]><a>&b;</a>'), False),
        ("json a = 1", Answer(200, body=b"[" * 60_000), False),
    ],
)
def test_rule(rule: str, answer: Answer, holds: bool) -> None:
    assert read_rule(rule).holds(answer) is holds


@pytest.mark.parametrize(
    ("reading", "answer", "found"),
    [
        ("json data.calls[0].id", JSON, "x1"),
        ("json data.calls[1].id", JSON, "7"),
        ("json none", JSON, None),
        ("json nothing", JSON, None),
        ("xml fault/string", XML, "No line"),
        ("xml item@Data", XML, "Success"),
        ("header Content-Type", JSON, "application/json"),
        ("cookie sid", JSON, "abc"),
        ("text after Message:", TEXT, "Originate queued"),
        ("text after Nowhere:", TEXT, None),
        ("text matches OK ([0-9a-f]+)", TEXT, "4f2a"),
        ("text matches OK [0-9a-f]+", TEXT, "OK 4f2a"),
        ("json m matches ^(Not)", JSON, "Not"),
        ("json m after now,", JSON, "sir"),
    ],
)
def test_reading(reading: str, answer: Answer, found: str | None) -> None:
    assert read_reading(reading).read(answer) == found


@pytest.mark.parametrize(
    ("rule", "code", "at"),
    [
        ("", "rule_subject", ""),
        ("errcode = 0", "rule_subject", "errcode = 0"),
        ("json errcode", "rule_operator", ""),
        ("json errcode == 0", "rule_operator", " == 0"),
        ("json errcode =", "rule_value", "="),
        ("json errcode is there 1", "rule_value", "is there 1"),
        ("json a in 1,,2", "rule_value", "in 1,,2"),
        ("status = ok", "rule_value", "ok"),
        ("json a..b = 1", "rule_subject", "a..b"),
        ("text matches (", "rule_regex", "("),
        ("text matches (?=a)", "rule_regex", "(?=a)"),
        ("status = 200 and foo = 1 and json m = 2", "rule_value", None),
    ],
)
def test_fault_of_a_rule(rule: str, code: str, at: str | None) -> None:
    with pytest.raises(RuleError) as caught:
        read_rule(rule)
    fault = caught.value.first
    assert fault.code == code
    if at is not None:
        assert rule[fault.start : fault.end] == at


@pytest.mark.parametrize("reading", ["", "status", "json", "text around x", "text after", "a b"])
def test_fault_of_a_reading(reading: str) -> None:
    with pytest.raises(RuleError):
        read_reading(reading)


WORDS = st.lists(
    st.sampled_from(["json", "a.b", "status", "=", "in", "200", "2xx", ",", "and", "text", "matches",
                     "(a|b)*", '"', "is there", "xml", "a/b@c", "not in", "header", "[0]", "after"]),
    max_size=8,
).map(" ".join)  # fmt: skip


@given(st.text(max_size=40) | WORDS, st.binary(max_size=60))
def test_any_text_is_read_or_told_and_any_answer_is_judged(text: str, body: bytes) -> None:
    for read in (read_rule, read_reading):
        try:
            read(text)
        except RuleError as error:
            assert error.explain()
            assert all(0 <= fault.start <= len(text) for fault in error.faults)
    try:
        rule = read_rule(text)
    except RuleError:
        return
    for status in (200, 500):
        assert rule.holds(Answer(status, (("Set-Cookie", text[:20]),), body, "utf-16")) in {
            True,
            False,
        }
