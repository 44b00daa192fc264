"""No number, extension, field or secret changes the shape of a request, whatever is in it."""

import base64
import json
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from webdial.dialstring import Declared, DialStringError, HttpRequest, Values, parse_dial_string

ANYTHING = st.text(max_size=40).filter(bool) | st.text(
    st.sampled_from("\"'\\<>&;:={}[]^#%/?+, \r\n\t\x00|@é\ue000"), min_size=1, max_size=12
)
VISIBLE = st.text(st.sampled_from("aZ09 .-_~!$()*+,/:;=?@[]'"), min_size=1)
DECLARED = {"field": Declared("field"), "secret": Declared("secret", is_secret=True)}


def request_of(string: str, number: str, secret: str) -> HttpRequest:
    values = Values(number, "201", {"field": number, "secret": secret})
    try:
        plan = parse_dial_string(string, names=DECLARED).plan(values)
    except DialStringError as error:
        assert {fault.code for fault in error.faults} == {"value_misfit"}
        assume(False)
    assert isinstance(plan, HttpRequest)
    return plan


@given(ANYTHING, ANYTHING)
def test_json_of_variables(number: str, secret: str) -> None:
    string = "{POST}{JSON}http://p/<&>to[number]=#<&>list[]={field}x<&>key={secret}"
    body = request_of(string, number, secret).body
    assert body is not None
    assert json.loads(body) == {"to": {"number": number}, "list": [f"{number}x"], "key": secret}


@given(ANYTHING, ANYTHING)
def test_raw_json(number: str, secret: str) -> None:
    string = '{POST}{BODY application/json}http://p/<&>{{}"to":"#","keys":["{secret}"]{}}'
    body = request_of(string, number, secret).body
    assert body is not None
    assert json.loads(body) == {"to": number, "keys": [secret]}


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | ANYTHING)
def test_bare_json_value(value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    body = request_of("{POST}{JSON}http://p/<&>a:=#<&>b=1", text, "s").body
    assert body is not None
    assert json.loads(body) == {"a": json.loads(text), "b": "1"}


@given(ANYTHING, ANYTHING)
def test_xml(number: str, secret: str) -> None:
    string = "{POST}{XML}http://p/<&><a b='{secret}' c=\"1\"><d>#</d></a>"
    body = request_of(string, number, secret).body
    assert body is not None
    root = ET.fromstring(body)
    assert (root.tag, root.attrib, root[0].text, len(root)) == (
        "a",
        {"b": secret, "c": "1"},
        number,
        1,
    )


@given(ANYTHING, ANYTHING)
def test_xml_inside_a_form(number: str, secret: str) -> None:
    string = "{POST}http://p/?q={secret}<&>x=<a>{xml #}</a><&>key={secret}"
    request = request_of(string, number, secret)
    pairs = parse_qsl(request.body or "", keep_blank_values=True, strict_parsing=True)
    assert [name for name, _ in pairs] == ["x", "key"]
    assert pairs[1][1] == secret
    assert parse_qsl(urlsplit(request.url).query, keep_blank_values=True) == [("q", secret)]


@given(
    ANYTHING | VISIBLE, ANYTHING | st.text(st.sampled_from("aZ09.-_~!$()*+/:=?@[]'"), min_size=1)
)
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_headers_and_cookies(number: str, secret: str) -> None:
    string = "{HEADER X-To: #}{COOKIE key={secret}}{COOKIE b=1}http://p/"
    headers = request_of(string, number, secret).headers
    assert [name for name, _ in headers] == ["X-To", "Cookie"]
    assert headers[0][1] == number
    assert all(value.isprintable() and value.isascii() for _, value in headers)
    assert {name: each.value for name, each in SimpleCookie(headers[1][1]).items()} == {
        "key": secret,
        "b": "1",
    }


@given(ANYTHING, ANYTHING)
def test_basic(number: str, secret: str) -> None:
    ((_, value),) = request_of("{BASIC {field}:{secret}}http://p/", number, secret).headers
    user, _, password = base64.b64decode(value.removeprefix("Basic ")).decode().partition(":")
    assert (user, password) == (number, secret)


@given(ANYTHING.filter(lambda text: len(text) > 6))
def test_secrets_are_masked_and_told(secret: str) -> None:
    assume(secret not in "{POST}{JSON}http://p//SignatureBearer" and "•" not in secret)
    string = "{POST}{JSON}http://p/{secret}?k={secret}&s={sha1 {secret}}<&>key={secret}<&>to=#"
    request = request_of(string, "1", secret)
    shown = request.masked()
    whole = f"{shown.url} {shown.headers} {shown.body}"
    assert shown.url == "http://p/••••?k=••••&s=••••"
    assert shown.body == '{"key":"••••","to":"1"}'
    assert secret in request.secrets
    assert repr(request) == "HttpRequest(method='POST')"
    assert json.dumps(secret)[1:-1] not in whole


@given(ANYTHING)
def test_result_of_a_function_takes_no_values(text: str) -> None:
    """Whatever a name spells, it cannot make the function's result use a secret."""
    try:
        plan = parse_dial_string(
            f"http://p/?name={text}{{secret}}", with_values=False, names=DECLARED
        ).plan(Values("1", "201", {"secret": "planted"}))
    except DialStringError:
        return
    assert "planted" not in plan.url
