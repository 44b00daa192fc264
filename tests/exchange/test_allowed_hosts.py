"""The list of allowed hosts: what can stand in it, and what it then allows."""

import pytest

from webdial.errors import InvalidValueError
from webdial.exchange.addresses import read_address
from webdial.exchange.allowed_hosts import NO_HOSTS, AllowedHosts, read_allowed_hosts


def has_address(allowed: AllowedHosts, text: str, port: int = 80) -> bool:
    address = read_address(text)
    assert address is not None
    return allowed.has_address(address, port)


def test_names_are_taken_with_and_without_a_port() -> None:
    allowed = read_allowed_hosts("PBX.example., phones:8080\n bücher.example")
    assert allowed.has_name("pbx.example", 443)
    assert allowed.has_name("phones", 8080)
    assert not allowed.has_name("phones", 80)
    assert allowed.has_name("xn--bcher-kva.example", 80)
    assert not allowed.has_name("www.pbx.example", 443)


def test_star_stands_for_all_names_below_one() -> None:
    allowed = read_allowed_hosts("*.supplier.example *.other.example:8443")
    assert allowed.has_parent_of("api.supplier.example", 80)
    assert allowed.has_parent_of("a.b.supplier.example", 80)
    assert not allowed.has_parent_of("supplier.example", 80)
    assert not allowed.has_parent_of("evilsupplier.example", 80)
    assert allowed.has_parent_of("api.other.example", 8443)
    assert not allowed.has_parent_of("api.other.example", 443)


def test_addresses_and_networks() -> None:
    allowed = read_allowed_hosts("192.168.7.0/24, 10.1.2.3:5060, fd12::/48, [fd13::1]:81, fd14::1")
    assert has_address(allowed, "192.168.7.41")
    assert not has_address(allowed, "192.168.8.41")
    assert has_address(allowed, "10.1.2.3", 5060)
    assert not has_address(allowed, "10.1.2.3", 80)
    assert has_address(allowed, "::ffff:192.168.7.41")
    assert has_address(allowed, "fd12::7")
    assert has_address(allowed, "fd13::1", 81)
    assert not has_address(allowed, "fd13::1", 80)
    assert has_address(allowed, "fd14::1")


@pytest.mark.parametrize("entry", ["localhost", "127.0.0.0/8", "127.0.0.1", "::ffff:127.0.0.1"])
def test_own_machine_is_meant_by_its_own_addresses(entry: str) -> None:
    assert has_address(read_allowed_hosts(entry), "127.0.0.1")
    assert has_address(read_allowed_hosts("localhost"), "::1")


@pytest.mark.parametrize("entry", ["0.0.0.0/0", "::/0", "126.0.0.0/7", "64.0.0.0/2", "::/64"])
def test_wide_network_does_not_mean_the_own_machine(entry: str) -> None:
    allowed = read_allowed_hosts(entry)
    assert not has_address(allowed, "127.0.0.1")
    assert not has_address(allowed, "::1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http://pbx.example", "“http://pbx.example” is a URL; its host alone is wanted."),
        ("carl@pbx", "“carl@pbx” is a URL; its host alone is wanted."),
        ("pbx, no_/name", "“no_/name” is no network: its first address, a slash, and how many bits are fixed."),
        ("192.168.7.5/24", "“192.168.7.5/24” is no network: its first address, a slash, and how many bits are fixed."),
        ("pbx:0", "“pbx:0” has a port that is none."),
        ("pbx:70000", "“pbx:70000” has a port that is none."),
        ("127.1", "“127.1” is no name, address or network."),
        ("2130706433", "“2130706433” is no name, address or network."),
        ("*", "“*” is no name, address or network."),
        ("*.", "“*.” is no name, address or network."),
        ("*.10.0.0.1", "“*.10.0.0.1” is no name, address or network."),
        ("pbx.*.example", "“pbx.*.example” is no name, address or network."),
        ("169.254.169.254", "“169.254.169.254” is never allowed: link-local, where clouds keep their metadata services."),
        ("169.254.169.0/24", "“169.254.169.0/24” is never allowed: link-local, where clouds keep their metadata services."),
        ("[fd00:ec2::254]:80", "“[fd00:ec2::254]:80” is never allowed: the metadata service of a cloud."),
        ("fe80::1%eth0", "“fe80::1%eth0” is never allowed: link-local, where clouds keep their metadata services."),
        ("0.0.0.0", "“0.0.0.0” is never allowed: kept for special purposes, no machine's own address."),
    ],
)  # fmt: skip
def test_fault_names_its_entry(text: str, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_allowed_hosts(text)
    assert caught.value.message == message
    assert caught.value.hint.startswith("Names (pbx.example)")


def test_empty_list_allows_nothing() -> None:
    assert read_allowed_hosts(" ,\n ") == NO_HOSTS
