"""What holds for every dial string and every value."""

import ipaddress
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webdial.dialstring import DialStringError, HttpRequest, Link, Values, parse_dial_string, parser
from webdial.dialstring.hosts import IPV4
from webdial.dialstring.reader import Reader

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUE = TEXT.filter(bool)
PIECES = st.lists(
    st.sampled_from(
        ["{GET}", "{POST}", "{PUT}", "{x}", "{", "}", "{^}", "{#}", "<&>", "^", "#", "http:", "//",
         "/", "?", "&", "=", "tel:", "pbx.example", ":", "80", "546342", "@", "[", "]", " ", "\\",
         "\n", "%2B", "%", "é", "from=", "javascript:"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(TEXT | PIECES, st.booleans())
@example("http://[", True)
@example("http://[::1", True)
@example("http://@:@/", True)
def test_any_text_is_read_or_told_with_faults_inside_it(source: str, with_values: bool) -> None:
    try:
        string = parse_dial_string(source, with_values=with_values)
    except DialStringError as error:
        assert error.faults
        for fault in error.faults:
            assert 0 <= fault.start <= fault.end <= len(source)
            assert fault.message
        assert error.explain()
    else:
        _try_plan(string)


def _try_plan(string: object) -> None:
    try:
        plan = string.plan(Values("+441632960001", "201"))  # type: ignore[attr-defined]
    except DialStringError:
        return
    sent = plan.url + (getattr(plan, "body", None) or "")
    assert sent.isascii()
    assert sent.isprintable()


@given(VALUE, VALUE)
def test_values_come_back_out_of_query_and_form_as_they_went_in(
    number: str, extension: str
) -> None:
    string = parse_dial_string("{POST}http://pbx.example/d?a=1&x=^&n=#<&>b=2<&>from=^<&>to=#")
    plan = string.plan(Values(number, extension))
    assert isinstance(plan, HttpRequest)
    url = urlsplit(plan.url)
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("http", "pbx.example", "/d", "")
    keep = {"keep_blank_values": True, "strict_parsing": True}
    assert parse_qsl(url.query, **keep) == [("a", "1"), ("x", extension), ("n", number)]
    assert plan.body is not None
    assert parse_qsl(plan.body, **keep) == [("b", "2"), ("from", extension), ("to", number)]


@given(VALUE, VALUE)
def test_values_never_change_the_shape_of_a_path(number: str, extension: str) -> None:
    string = parse_dial_string("http://pbx.example/call/^/to/#/end?x=1")
    try:
        plan = string.plan(Values(number, extension))
    except DialStringError:
        assert {number, extension} & {".", ".."}
        return
    assert isinstance(plan, HttpRequest)
    url = urlsplit(plan.url)
    segments = url.path.split("/")
    assert (url.netloc, url.query, url.fragment) == ("pbx.example", "x=1", "")
    assert [unquote(segment) for segment in segments] == [
        "",
        "call",
        extension,
        "to",
        number,
        "end",
    ]


@given(VALUE)
def test_values_never_change_the_shape_of_a_link(number: str) -> None:
    plan = parse_dial_string("tel://#;phone-context=example").plan(Values(number, None))
    assert isinstance(plan, Link)
    head, tail = "tel://", ";phone-context=example"
    assert plan.url.startswith(head)
    assert plan.url.endswith(tail)
    middle = plan.url[len(head) : -len(tail)]
    assert unquote(middle) == number
    assert not set(middle) & set(";/?#&= ")


@given(VALUE)
def test_value_as_host_is_a_host_name_or_refused(extension: str) -> None:
    string = parse_dial_string("http://phone-^.example/d?to=#")
    try:
        plan = string.plan(Values("0", extension))
    except DialStringError:
        assert not re.fullmatch(r"[A-Za-z0-9]{1,57}", extension)
        return
    assert isinstance(plan, HttpRequest)
    assert urlsplit(plan.url).hostname == f"phone-{extension}.example".lower()


@given(
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?(\.[a-z]{1,20})?", fullmatch=True)
)
def test_value_that_is_a_name_is_taken_as_host(extension: str) -> None:
    plan = parse_dial_string("http://phone-^.example/d?to=#").plan(Values("0", extension))
    assert isinstance(plan, HttpRequest)
    assert urlsplit(plan.url).hostname == f"phone-{extension}.example".lower()


PLAIN = st.from_regex(parser._PLAIN_REQUEST, fullmatch=True) | st.lists(
    st.sampled_from(["{GET}", "{POST}", "{PUT}", "http://", "https://", "pbx", "a-b", ".", ":", "80",
                     "70000", "/", "?", "x=1", "&", "<&>", "to=+44", "=", "1.2.3.4", "1.2.3", "0", "-",
                     "+44", "201", "xn--", "call;v=2"]),
    max_size=10,
).map("".join)  # fmt: skip


@given(PLAIN, st.booleans())
@example("http://pbx.example:65536/", True)
@example("http://1.2.3.4.5/x", True)
@example("http://192.168.7.256/x", True)
@example("http://192.168.07.1/x", True)
@example("http://192.168.7.231:5463/x", False)
@example("http://" + "a" * 64 + ".example/", True)
@example("http://pbx.example?", False)
@example("http://pbx.example<&>to=1", False)
@example("{POST}http://pbx.example", False)
@example("{POST}http://pbx.example/d?a=1<&>from=201<&>to=+44<&>line=", False)
@example("{POST}http://pbx.example/d<&>=1", False)
def test_short_way_for_plain_requests_gives_what_the_parser_gives(
    source: str, with_values: bool
) -> None:
    short = parser._plain_request(source)
    if short is None:
        return
    whole = parser._Parser(source, Reader(source, with_values=with_values, names={}))
    string = whole.dial_string()
    assert whole.faults == []
    assert string == short
    assert string is not None
    assert (string.names, string.has_secrets) == (short.names, short.has_secrets)


@pytest.mark.parametrize(
    "source",
    [
        "http://192.168.7.231:5463/dial?from=201&to=0123",
        "https://pbx.example/dial/201/+441632960001",
        "{POST}http://10.0.0.255/dial<&>from=201<&>to=+441632960001",
        "{PUT}http://pbx/dial",
    ],
)
def test_what_functions_return_goes_the_short_way(source: str) -> None:
    assert parser._plain_request(source) is not None


@given(st.lists(st.integers(0, 300) | st.sampled_from(["00", "01", ""]), min_size=3, max_size=5))
def test_addresses_are_those_that_python_knows(parts: list[int | str]) -> None:
    name = ".".join(map(str, parts))
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        assert IPV4.fullmatch(name) is None
    else:
        assert IPV4.fullmatch(name) is not None
