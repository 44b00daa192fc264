"""Which hosts may be asked, and which of their addresses: decisions without a look-up."""

import pytest

from webdial.exchange.allowed_hosts import read_allowed_hosts
from webdial.exchange.network_policy import AddressNotAllowedError, NamedHosts, NetworkPolicy

PBX = "pbx.example"


def policy(
    allowed: str = "", *named: tuple[str, int | None], suffixes: tuple[str, ...] = ()
) -> NetworkPolicy:
    return NetworkPolicy(
        named=NamedHosts(frozenset(named), frozenset(suffixes)), allowed=read_allowed_hosts(allowed)
    )


def refusal(policy: NetworkPolicy, host: str, *addresses: str, port: int = 80) -> str:
    """The sentence of the refusal; empty when host and addresses are allowed."""
    try:
        admitted = policy.admit(host, port)
        if addresses:
            admitted.judge(addresses)
    except AddressNotAllowedError as error:
        assert error.error_code == "address_not_allowed"
        return error.message
    return ""


def test_named_host_may_stand_anywhere_in_the_office() -> None:
    named = policy("", (PBX, None), ("192.168.7.231", None))
    assert refusal(named, PBX, "192.168.7.231") == ""
    assert refusal(named, PBX, "9.9.9.9", "9.9.9.10") == ""
    assert refusal(named, PBX, "fd12::1", "2620:fe::fe", "192.168.7.231") == (
        "pbx.example has addresses of the internet and of a private network (fd12::1), "
        "so nothing was sent there."
    )
    assert refusal(named, PBX, "2620:fe::fe", "192.168.7.231") == ""
    assert refusal(named, "PBX.example.", "192.168.7.231", port=8443) == ""
    assert refusal(named, "192.168.7.231") == ""
    assert refusal(named, "[::ffff:192.168.7.231]") == ""


@pytest.mark.parametrize("host", ["other.example", "www.pbx.example", "pbx", "10.0.0.1", "9.9.9.9"])
def test_what_nobody_named_is_refused_and_the_way_told(host: str) -> None:
    with pytest.raises(AddressNotAllowedError) as caught:
        policy("", (PBX, None)).admit(host, 80)
    assert caught.value.message == (
        f"Webdial may not send requests to {host}, so nothing was sent there."
    )
    assert caught.value.hint == (
        f"If it is meant, an administrator can add {host} to Allowed Hosts in Maintenance | General "
        "Settings."
    )


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]", "127.9.9.9"]
)
def test_own_machine_is_refused_unless_it_is_meant(host: str) -> None:
    with pytest.raises(AddressNotAllowedError) as caught:
        policy("0.0.0.0/0 ::/0", (PBX, None)).admit(host, 80)
    assert caught.value.message.startswith("Webdial may not send requests to its own machine (")
    assert "Allowed Hosts" in caught.value.hint


def test_own_machine_written_out_holds_for_its_port() -> None:
    named = policy("", ("127.0.0.1", 8088), ("localhost", 8088))
    assert refusal(named, "127.0.0.1", port=8088) == ""
    assert refusal(named, "localhost", "::1", "127.0.0.1", port=8088) == ""
    assert refusal(named, "127.0.0.1", port=5432) != ""
    assert refusal(named, "localhost", "127.0.0.1", port=5432) != ""
    assert refusal(named, "127.0.0.2", port=8088) != ""


def test_own_machine_on_the_list() -> None:
    assert refusal(policy("localhost"), "localhost", "::1", "127.0.0.1") == ""
    assert refusal(policy("localhost"), "127.0.0.1") == ""
    assert refusal(policy("localhost"), "[::1]") == ""
    assert refusal(policy("localhost:81"), "127.0.0.1", port=81) == ""
    assert refusal(policy("localhost:81"), "127.0.0.1", port=80) != ""
    assert refusal(policy("pbx.example, 127.0.1.1"), PBX, "127.0.1.1") == ""


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.0.1.1", "64:ff9b::7f00:1"]
)
def test_name_does_not_lead_to_the_own_machine(address: str) -> None:
    told = refusal(policy("", (PBX, None)), PBX, address)
    assert told.startswith("pbx.example leads to Webdial's own machine (")


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0",
     "fe80::1%eth0", "224.0.0.1", "255.255.255.255", "2002:7f00:1::", "::"],
)  # fmt: skip
def test_some_addresses_are_never_asked(address: str) -> None:
    wide = policy("pbx.example, 0.0.0.0/0, ::/0, localhost", (PBX, None), (address, None))
    assert refusal(wide, address).startswith("Webdial never sends requests to ")
    assert refusal(wide, PBX, address).startswith("pbx.example leads to ")
    assert refusal(wide, PBX, "9.9.9.9", address) != ""  # one among several


def test_one_private_address_among_several_refuses_the_name() -> None:
    named = policy("", (PBX, None))
    for addresses in (
        ("9.9.9.9", "10.0.0.5"),
        ("10.0.0.5", "9.9.9.9"),
        ("9.9.9.9", "::ffff:10.0.0.5"),
    ):
        assert refusal(named, PBX, *addresses) == (
            "pbx.example has addresses of the internet and of a private network (10.0.0.5), "
            "so nothing was sent there."
        )
    assert refusal(policy("10.0.0.0/8", (PBX, None)), PBX, "9.9.9.9", "10.0.0.5") == ""


def test_names_below_one_lead_to_the_internet_alone() -> None:
    listed = policy("*.supplier.example")
    assert refusal(listed, "api.supplier.example", "9.9.9.9") == ""
    assert refusal(listed, "supplier.example") != ""
    assert refusal(listed, "evilsupplier.example") != ""
    assert refusal(listed, "api.supplier.example", "10.0.0.5") == (
        "api.supplier.example leads into a private network (10.0.0.5), which is not allowed, "
        "so nothing was sent there."
    )
    office = policy("*.office.example, 10.0.0.0/24")
    assert refusal(office, "phone7.office.example", "10.0.0.5") == ""
    assert refusal(office, "phone7.office.example", "10.0.1.5") != ""
    fixed_end = policy(suffixes=(".supplier.example",))
    assert refusal(fixed_end, "tenant7.supplier.example", "9.9.9.9") == ""
    assert refusal(fixed_end, "tenant7.supplier.example", "10.0.0.5") != ""


@pytest.mark.parametrize(
    "host", ["127.1", "0177.0.0.1", "2130706433", "0x7f000001", "127。0。0。1", "a\\b", ""]
)
def test_host_in_disguise_is_refused(host: str) -> None:
    told = refusal(policy("localhost, 0.0.0.0/0"), host)
    assert told == (
        f"“{host}” is no host's name and no address in its usual form, so nothing was sent there."
    )


def test_address_that_is_none_is_refused() -> None:
    named = policy("", (PBX, None))
    assert refusal(named, PBX, "elsewhere.example") == (
        "An address of pbx.example is not understood, so nothing was sent there."
    )
    with pytest.raises(AddressNotAllowedError):
        named.admit(PBX, 80).judge_connected(None)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("http://pbx.example/dial?from=201", True),
        ("https://pbx.example:8443?x=/", True),
        ("http://PBX.example", True),
        ("http://127.0.0.1:8088/ari", True),
        ("http://127.0.0.1/ari", False),
        ("http://[::1]:8088/", False),
        ("http://evil.example/pbx.example", False),
        ("http://pbx.example@evil.example/", False),
        ("http://pbx.example:80@evil.example/", False),
        ("http://evil.example\\@pbx.example.evil.example/", False),
        ("http://pbx.example\\.evil.example/", False),
        ("http://evil.example#@pbx.example/", False),
        ("http://2130706433/", False),
        ("http://pbx.example:99999/", False),
        ("http://[::1/", False),
        ("http://••••/dial", True),  # what a secret hides is seen when it is sent
    ],
)
def test_url_is_checked_before_anything_is_sent(url: str, is_allowed: bool) -> None:
    named = policy("", (PBX, None), ("127.0.0.1", 8088))
    for _ in range(2):  # a decision that is remembered is the same
        if is_allowed:
            named.check_url(url)
        else:
            with pytest.raises(AddressNotAllowedError):
                named.check_url(url)


def test_decisions_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webdial.exchange.network_policy.MAX_REMEMBERED", 3)
    listed = policy("*.supplier.example")
    first = listed.admit("a0.supplier.example", 80)
    assert listed.admit("a0.supplier.example", 80) is first
    for index in range(1, 9):
        host = f"a{index}.supplier.example"
        listed.check_url(f"https://{host}/")
        listed.admit(host, 80).judge(f"9.9.9.{last}" for last in range(index))
    assert listed.admit("a0.supplier.example", 80) is not first
