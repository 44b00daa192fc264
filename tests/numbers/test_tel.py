"""`tel:` links of numbers (RFC 3966), and numbers found again that were written in another way."""

import pytest

from webdial.numbers.matching import are_same, significant_digits
from webdial.numbers.tel import tel_uri


@pytest.mark.parametrize(
    ("typed", "country", "uri"),
    [
        ("020 7946 0123", "GB", "tel:+442079460123"),
        ("+44 (0)20 7946 0123", "", "tel:+442079460123"),
        ("0044 20 7946 0123", "GB", "tel:+442079460123"),
        ("+49 30 23125-001", "GB", "tel:+493023125001"),
        ("(212) 555-0142", "US", "tel:+12125550142"),
        ("020 7946 0456 ext 12", "GB", "tel:+442079460456;ext=12"),
        ("020 7946 0123,,4", "GB", "tel:+442079460123"),
        ("020 7946 0123", "", "tel:02079460123;phone-context=pbx.example.com"),
        ("999", "GB", "tel:999;phone-context=+44"),
        ("203", "GB", "tel:203;phone-context=pbx.example.com"),
        ("*21#", "GB", "tel:*21%23;phone-context=+44"),
        ("0800 FLOWERS", "GB", ""),
        ("", "GB", ""),
    ],
)
def test_link_of_a_number(typed: str, country: str, uri: str) -> None:
    made = tel_uri(typed, country=country, internal="2..", context="pbx.example.com")
    assert made == uri


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "", "a b", "büro.example"])
def test_address_that_is_no_name_is_no_context(host: str) -> None:
    assert tel_uri("203", context=host) == "tel:203;phone-context=localhost"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("020 7946 0123", "2079460123"),
        ("+44 20 7946 0123", "2079460123"),
        ("0044 (0)20 7946 0123", "2079460123"),
        ("+1 212 555 0142", "2125550142"),
        ("203", "203"),
        ("0", "0"),
        ("nobody", ""),
    ],
)
def test_key_is_the_same_however_a_number_is_written(typed: str, digits: str) -> None:
    assert significant_digits(typed) == digits


def test_same_key_is_not_the_same_number_where_the_country_is_known() -> None:
    assert significant_digits("+49 2079460123") == significant_digits("+44 2079460123")
    assert not are_same("+49 2079460123", "+44 2079460123")
    assert are_same("020 7946 0123", "+44 20 7946 0123", country="GB")
    assert not are_same("020 7946 0123", "+44 20 7946 0123", country="DE")
    assert not are_same("020 7946 0123", "+44 20 7946 0123")
    assert not are_same("nobody", "nobody")
