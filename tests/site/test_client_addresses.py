"""By which address an attempt is counted."""

import pytest

from webdial.site.domain.client_addresses import counted_address, plain_address


@pytest.mark.parametrize(
    ("address", "plain", "counted"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe80::/64"),
        ("::1", "::1", "::/64"),
        ("testclient", "testclient", "testclient"),
        ("", "", ""),
    ],
)
def test_address_is_counted_by_who_has_it(address: str, plain: str, counted: str) -> None:
    assert (plain_address(address), counted_address(address)) == (plain, counted)
