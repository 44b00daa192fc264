"""Which hosts administrators have named in a configuration."""

from collections.abc import Mapping

import pytest

from webdial.dialstring import HttpRequest, Link
from webdial.exchange import Configuration
from webdial.exchange.named_hosts import check_plan, named_hosts, policy_for_values, policy_of
from webdial.exchange.network_policy import AddressNotAllowedError
from webdial.exchange.systems import StoredValue, SystemSetup
from webdial.phonesystems import catalogue_system, read_phone_system

MECHANISM = "use web phone dialling mechanism"

FILE = """
title = "Own"
vendor = "Own"
[fields.host]
label = "Host"
kind = "host"
default = "api.supplier.example"

[fields.port]
label = "Port"
kind = "port"
default = "8443"

[fields.handset]
label = "Handset"
kind = "host"
of = "user"

[secrets.hidden]
label = "Hidden"

[[log_in.steps]]
request = '{POST}https://log-in.supplier.example<&>p={hidden}'
take.token = "json token"

[dial]
request = '{BEARER {token}}https://{host}:{port}/dial/#'
internal = 'http://{handset}/dial/#'
"""


def configured(values: Mapping[tuple[str, int | None], str], *setups: SystemSetup) -> Configuration:
    by_name = {setup.name: setup for setup in setups}
    return Configuration(1, {}, {}, {1: "London", 2: "Leeds"}, values, setups=by_name)


def set_up(**values: StoredValue) -> SystemSetup:
    return SystemSetup(1, "main", read_phone_system(FILE, id="own"), values=values)


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("http://PBX.example:8080/dial?from=^&to=#", {("pbx.example", None)}),
        ("{POST}https://pbx.example<&>to=#", {("pbx.example", None)}),
        ("http://bücher.example/#", {("xn--bcher-kva.example", None)}),
        ("http://192.168.7.231:5000/#", {("192.168.7.231", None)}),
        ("http://[fd12::0001]/#", {("fd12::1", None)}),
        ("http://127.0.0.1:8088/#", {("127.0.0.1", 8088)}),
        ("http://localhost/#", {("localhost", 80)}),
        ("https://[::1]/#", {("::1", 443)}),
        ("{OPEN}http://pbx.example/#", set()),
        ("tel:#", set()),
        ("FUNCTION", set()),
        ("", set()),
        ("http://", set()),
        ("http://{user.login}.example.com/#", set()),
        ("http://{secret host}/#", set()),
        ("http://{setting PBX Host}/#", {("a.example", None), ("b.example", None)}),
        ("http://{setting PBX Host}.{setting PBX Host}/#", {
            ("a.example.a.example", None), ("a.example.b.example", None),
            ("b.example.a.example", None), ("b.example.b.example", None),
        }),
    ],
)  # fmt: skip
def test_dial_string_names_its_host(value: str, exact: set[tuple[str, int | None]]) -> None:
    picture = configured(
        {(MECHANISM, 2): value, ("pbx host", None): "a.example", ("pbx host", 1): "b.example"}
    )
    assert named_hosts(picture).exact == exact


@pytest.mark.parametrize(
    ("value", "suffixes"),
    [
        ("https://{user.login}.supplier.example/#", {".supplier.example"}),
        ("https://phone-^.Office.example/#", {".office.example"}),
        ("https://{user.login}.example/#", set()),
        ("https://{user.login}x/#", set()),
        ("https://pbx.{user.login}/#", set()),
        ("https://10.0.0.{user.login}/#", set()),
    ],
)
def test_fixed_end_of_a_name_is_named(value: str, suffixes: set[str]) -> None:
    assert named_hosts(configured({(MECHANISM, None): value})).suffixes == suffixes


def test_phone_system_names_its_file_and_its_fields_of_the_site() -> None:
    log_in = ("log-in.supplier.example", None)
    of_file = named_hosts(configured({}, set_up()))
    assert of_file.exact == {log_in, ("api.supplier.example", None)}
    filled_in = set_up(host=StoredValue("10.0.0.9"), handset=StoredValue("10.0.0.10"))
    assert named_hosts(configured({}, filled_in)).exact == {
        log_in, ("10.0.0.9", None), ("10.0.0.10", None),
    }  # fmt: skip
    own = set_up(host=StoredValue("127.0.0.1"), port=StoredValue("8089"))
    assert named_hosts(configured({}, own)).exact == {log_in, ("127.0.0.1", 8089)}


def test_port_of_the_scheme_that_is_filled_in() -> None:
    system = catalogue_system("asterisk-ari")
    values = {
        "host": StoredValue("127.0.0.1"), "scheme": StoredValue("https"), "port": StoredValue("443"),
    }  # fmt: skip
    setup = SystemSetup(1, "ari", system, values=values)
    assert named_hosts(configured({}, setup)).exact == {("127.0.0.1", 443)}


def test_what_users_fill_in_names_nothing() -> None:
    picture = Configuration(
        1, {}, {}, {}, {}, setups={"main": set_up()},
        user_values={(1, 7, None): {"handset": StoredValue("10.0.0.66")}},
    )  # fmt: skip
    with pytest.raises(AddressNotAllowedError):
        check_plan(picture, HttpRequest("GET", "http://10.0.0.66/dial/1"))


def test_faulty_list_allows_nothing() -> None:
    picture = configured({("allowed hosts", None): "pbx.example, ???"})
    with pytest.raises(AddressNotAllowedError):
        check_plan(picture, HttpRequest("GET", "http://pbx.example/"))


def test_policy_is_made_once_for_a_picture() -> None:
    picture = configured({(MECHANISM, None): "http://pbx.example/#"})
    assert policy_of(picture) is policy_of(picture)
    check_plan(picture, HttpRequest("GET", "http://pbx.example/1"))
    check_plan(picture, Link("http://elsewhere.example/"))


def test_trial_of_a_file_goes_where_its_values_say() -> None:
    values = {"host": "127.0.0.1", "port": "8443", "handset": "10.0.0.66"}
    policy = policy_for_values(read_phone_system(FILE, id="own"), values)
    policy.check_url("https://127.0.0.1:8443/")
    policy.check_url("http://10.0.0.66/")
    policy.check_url("https://log-in.supplier.example/")
    with pytest.raises(AddressNotAllowedError):
        policy.check_url("https://127.0.0.1:8444/")
