"""The list of sites whose pages may use the API."""

import pytest

from webdial.errors import InvalidValueError
from webdial.exchange.allowed_origins import read_allowed_origins


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", set()),
        (" ,\n", set()),
        ("https://crm.example", {"https://crm.example"}),
        ("HTTPS://CRM.Example/", {"https://crm.example"}),
        ("https://crm.example:443 http://crm.example:80", {"https://crm.example", "http://crm.example"}),
        ("https://crm.example:8443,\nhttp://10.0.0.7", {"https://crm.example:8443", "http://10.0.0.7"}),
        ("http://[::1]:8080", {"http://[::1]:8080"}),
        ("https://bücher.example", {"https://xn--bcher-kva.example"}),
    ],
)  # fmt: skip
def test_origins_are_kept_as_browsers_write_them(text: str, origins: set[str]) -> None:
    assert read_allowed_origins(text) == origins


@pytest.mark.parametrize(
    "text",
    [
        "crm.example", "*", "https://*", "https://*.example", "null", "https://", "ftp://crm.example",
        "https://crm.example/path", "https://crm.example?q", "https://crm.example#x", "https://a@crm.example",
        "https://crm.example:99999", "https://crm.example:x", "https://[::1", "https://crm..example",
        "javascript:alert(1)", "https://crm.example https",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_allowed_origins(text)
    assert "is no origin" in caught.value.message
