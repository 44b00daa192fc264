"""Checks of where requests may go, over a picture of the configuration."""

import pytest

from tests.site.checks.test_configuration_checks import caller, ids, picture, setup_of
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.systems import StoredValue
from webdial.site.domain.checks import known
from webdial.site.domain.checks.network import check_network

ALLOWED = ("allowed hosts", None)
WRITES = """
ALTER FUNCTION f( in "Number" char(100) ) returns long varchar
begin
  if "Number" = '1' then return 'http://pbx.example:8080/dial?to=' || "Number" end if;
  if "Number" = '2' then return 'https://[fd12::1]/' || "Number" end if;
  if "Number" = '3' then return 'http://phone.' || "Number" end if;
  return 'http://' || "Number"
end
"""
HANDSETS = """
title = "Handsets"
vendor = "Ours"
[fields.host]
label = "Address"
kind = "host"
of = "phone"
[fields.port]
label = "Port"
kind = "port"
default = "8080"
[dial]
request = "http://{host}:{port}/dial?to=#"
"""


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ("", "The function writes: [fd12::1], pbx.example."),
        ("pbx.example:8080", "The function writes: [fd12::1]."),
        ("pbx.example:80, fd12::/16", "The function writes: pbx.example."),
        ("pbx.example, fd12::1", None),
    ],
)
def test_host_that_the_function_writes(allowed: str, told: str | None) -> None:
    found = list(
        check_network(picture("FUNCTION", more={ALLOWED: allowed}, function_source=WRITES))
    )
    assert [each.msg for each in found] == ([] if told is None else [told])
    assert ids(found) == ([] if told is None else [known.FUNCTION_HOST_NOT_ALLOWED.id])


def test_function_that_is_not_in_force_is_not_looked_at() -> None:
    assert list(check_network(picture("tel:#", function_source=WRITES))) == []


def test_host_that_a_dial_string_names_is_allowed_to_the_function() -> None:
    more = {(key_of(MECHANISM.name), 20): "http://pbx.example/#", ALLOWED: "fd12::1"}
    assert list(check_network(picture("FUNCTION", more=more, function_source=WRITES))) == []


def test_phones_that_users_filled_in() -> None:
    values = {
        (4, 7, None): {"host": StoredValue("192.168.7.41")},
        (4, 8, 3): {"host": StoredValue("10.0.0.8"), "port": StoredValue("80")},
        (4, 9, None): {"host": StoredValue("10.0.0.9")},
        (5, 7, None): {"host": StoredValue("10.0.0.10")},
    }
    callers = [caller(7), caller(8), caller(9, is_active=False)]
    setup = setup_of(source=HANDSETS)

    def found(allowed: str, **changes: bool) -> list[str]:
        made = setup_of(source=HANDSETS, **changes) if changes else setup
        configured = picture(
            "tel:#", more={ALLOWED: allowed}, setups=[made], callers=callers, user_values=values
        )
        checks = list(check_network(configured))
        assert set(ids(checks)) <= {known.USERS_HOST_NOT_ALLOWED.id}
        return [str(each.msg) for each in checks]

    assert found("") == ["“HQ”: 10.0.0.8 (user8), 192.168.7.41 (user7)."]
    assert found("192.168.7.0/24, 10.0.0.8:80") == []
    assert found("192.168.7.0/24:8080, 10.0.0.8:8080") == ["“HQ”: 10.0.0.8 (user8)."]
    assert found("", starts_at_computer=True) == []
    assert found("", is_active=False) == []


@pytest.mark.parametrize("address", ["169.254.169.254", "[fd00:ec2::254]", "0.0.0.0"])
def test_what_is_never_allowed_is_an_error(address: str) -> None:
    (found,) = check_network(picture(f"http://{address}/#"))
    assert (found.id, found.msg) == (
        known.HOST_NEVER_ALLOWED.id, f"Requests are to go to {address.strip('[]')}.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "allowed", "told"),
    [
        ("http://127.0.0.1:8088/#", "", "Requests are to go to 127.0.0.1:8088."),
        ("http://127.0.0.1:8088/#", "127.0.0.1:80", "Requests are to go to 127.0.0.1:8088."),
        ("http://127.0.0.1:8088/#", "127.0.0.1:8088", None),
        ("http://127.0.0.1:8088/#", "localhost", None),
        ("https://localhost/#", "", "Requests are to go to localhost:443."),
        ("https://localhost/#", "localhost", None),
        ("{OPEN}http://localhost:9000/#", "", None),
    ],
)
def test_own_machine_is_told_until_it_is_on_the_list(
    value: str, allowed: str, told: str | None
) -> None:
    found = list(check_network(picture(value, more={ALLOWED: allowed})))
    assert [each.msg for each in found] == ([] if told is None else [told])
    assert ids(found) == ([] if told is None else [known.OWN_MACHINE_NAMED.id])
