"""A port that comes as a value and is the scheme's own does not stand in the URL (RFC 3986, 6.2.3)."""

import pytest

from webdial.dialstring import Declared, HttpRequest, Values, parse_dial_string

NAMES = {name: Declared(name) for name in ("scheme", "port")}


@pytest.mark.parametrize(
    ("scheme", "port", "address"),
    [
        ("https", "443", "https://pbx.example/dial"),
        ("http", "80", "http://pbx.example/dial"),
        ("https", "80", "https://pbx.example:80/dial"),
        ("http", "443", "http://pbx.example:443/dial"),
        ("https", "8443", "https://pbx.example:8443/dial"),
    ],
)
def test_port_by_value(scheme: str, port: str, address: str) -> None:
    string = parse_dial_string(
        "{HEADER X-Signed: {request.url}}{scheme}://pbx.example:{port}/dial", names=NAMES
    )
    plan = string.plan(Values("", "201", {"scheme": scheme, "port": port}))
    assert isinstance(plan, HttpRequest)
    assert (plan.url, dict(plan.headers)) == (address, {"X-Signed": address})


def test_port_as_it_is_written() -> None:
    plan = parse_dial_string("https://pbx.example:443/dial").plan(Values("", "201"))
    assert plan.url == "https://pbx.example:443/dial"
