"""What hosts and addresses are taken for, however they are written."""

import ipaddress

import pytest

from webdial.exchange.addresses import Kind, host_form, kind_of, never_why, read_address, read_host

PUBLIC, PRIVATE, OWN, NEVER = Kind.PUBLIC, Kind.PRIVATE, Kind.OWN_MACHINE, Kind.NEVER


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9.9.9.9", PUBLIC),
        ("2620:fe::fe", PUBLIC),
        ("64:ff9b::9.9.9.9", PUBLIC),  # how a machine with IPv6 alone reaches IPv4
        ("10.0.0.1", PRIVATE),
        ("172.16.0.1", PRIVATE),
        ("172.31.255.255", PRIVATE),
        ("172.32.0.1", PUBLIC),
        ("192.168.7.231", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("198.18.0.1", PRIVATE),
        ("203.0.113.7", PRIVATE),
        ("fd12:3456::1", PRIVATE),
        ("2001:db8::1", PRIVATE),
        ("::ffff:10.0.0.1", PRIVATE),
        ("64:ff9b::10.0.0.1", PRIVATE),
        ("127.0.0.1", OWN),
        ("127.255.255.254", OWN),
        ("::1", OWN),
        ("::ffff:127.0.0.1", OWN),
        ("::ffff:7f00:1", OWN),
        ("64:ff9b::127.0.0.1", OWN),
        ("169.254.169.254", NEVER),
        ("169.254.0.1", NEVER),
        ("::ffff:169.254.169.254", NEVER),
        ("64:ff9b::a9fe:a9fe", NEVER),
        ("168.63.129.16", NEVER),
        ("100.100.100.200", NEVER),
        ("192.0.0.192", NEVER),
        ("fd00:ec2::254", NEVER),
        ("fd20:ce::254", NEVER),
        ("fe80::1", NEVER),
        ("fe80::1%eth0", NEVER),
        ("fd12::1%eth0", NEVER),
        ("fec0::1", NEVER),
        ("0.0.0.0", NEVER),
        ("0.1.2.3", NEVER),
        ("::", NEVER),
        ("::127.0.0.1", NEVER),
        ("::ffff:0:127.0.0.1", NEVER),
        ("2002:7f00:1::", NEVER),  # 6to4 of 127.0.0.1
        ("2002:909:909::", NEVER),
        ("2001:0:9:9:9:9:80ff:fffe", NEVER),  # Teredo of 127.0.0.1
        ("64:ff9b:1::7f00:1", NEVER),
        ("2001:db8::5efe:127.0.0.1", NEVER),  # ISATAP
        ("2001:db8::200:5efe:127.0.0.1", NEVER),
        ("192.88.99.1", NEVER),
        ("224.0.0.1", NEVER),
        ("239.255.255.250", NEVER),
        ("ff02::1", NEVER),
        ("240.0.0.1", NEVER),
        ("255.255.255.255", NEVER),
        ("100::1", NEVER),
    ],
)
def test_kind_of_address(text: str, kind: Kind) -> None:
    address = ipaddress.ip_address(text)
    assert kind_of(address) is kind
    assert bool(never_why(address)) is (kind is NEVER)


@pytest.mark.parametrize(
    ("host", "form"),
    [
        ("pbx.example", "pbx.example"),
        ("PBX.Example.", "pbx.example"),
        ("pbx", "pbx"),
        ("xn--bro-hoa.example", "xn--bro-hoa.example"),
        ("7up.example", "7up.example"),
        ("192.168.7.231", "192.168.7.231"),
        ("192.168.7.231.", "192.168.7.231"),
        ("[FD12::0001]", "fd12::1"),
        ("fd12::1", "fd12::1"),
        ("[::ffff:192.168.7.231]", "192.168.7.231"),
    ],
)
def test_host_has_one_form(host: str, form: str) -> None:
    read = read_host(host)
    assert read is not None
    assert host_form(read) == form


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.01",
        "0x7f.0.0.1",
        "0x7f000001",
        "0x",
        "1.2.3.4.5",
        "256.0.0.1",
        "pbx.0x1",
        "127。0。0。1",
        "127.0.0.1。",
        "１２７.0.0.1",
        "ⓛocalhost",
        "%31%32%37.0.0.1",
        "pbx%2eexample",
        "good.example\\@evil.example",
        "evil.example\\.good.example",
        "user@pbx.example",
        "pbx.example:80",
        "pbx example",
        "pbx..example",
        "pbx.example..",
        "pbx.example\x00",
        "[::1",
        "[pbx.example]",
        "[127.0.0.1]x",
        "[v1.x]",
        "::1::",
        "a" * 64,
    ],
)
def test_what_only_some_take_for_a_host_is_none(host: str) -> None:
    assert read_host(host) is None


def test_zone_of_an_address_is_never_left_out() -> None:
    address = read_address("fe80::1%eth0")
    assert isinstance(address, ipaddress.IPv6Address)
    assert address.scope_id == "eth0"
