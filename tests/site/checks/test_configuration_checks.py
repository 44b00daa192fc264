"""Checks of settings, phone systems and users over a picture of the configuration."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from cryptography import x509
from django.core.checks import CheckMessage

from webdial.exchange.configuration import Caller, Configuration, Token
from webdial.exchange.general_settings import MECHANISM, NUMBER_COUNTRY, NUMBER_RULES, key_of
from webdial.exchange.ringing_settings import NEED_A_RIGHT, QUIET_HOURS, TIME_ZONE
from webdial.exchange.systems import (
    VERIFY,
    Certificate,
    CertificateMode,
    StoredValue,
    SystemSetup,
    UserPhone,
)
from webdial.phonesystems import read_phone_system
from webdial.site.domain.checks import Check, known
from webdial.site.domain.checks.people import check_people
from webdial.site.domain.checks.phone_systems import check_phone_systems
from webdial.site.domain.checks.ringing import check_ringing
from webdial.site.domain.checks.settings import check_function, check_settings
from webdial.watcom import DELIVERED_FUNCTION

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FOR_ALL = "http://pbx.example/dial?from=^&to=#"
WRITTEN = DELIVERED_FUNCTION.replace("null", "'tel:1'")

PLAIN = """
title = "Plain"
vendor = "Ours"
[dial]
request = "http://pbx.example/dial?to=#"
"""
WITH_FIELDS = """
title = "With fields"
vendor = "Ours"
[fields.host]
label = "Address"
[dial]
request = "http://{host}/dial?from=^&to=#"
"""


def setup_of(name: str = "HQ", source: str = PLAIN, **changes: Any) -> SystemSetup:
    made: dict[str, Any] = {"system": read_phone_system(source, id="own") if source else None}
    return SystemSetup(4, name, **{**made, **changes})


def caller(number: int, **changes: Any) -> Caller:
    made: dict[str, Any] = {"extension": "201", "branch_id": None, "branch_name": ""}
    return Caller(number, f"user{number}", f"U{number}", f"User {number}", **{**made, **changes})


def picture(
    value: str | None = None,
    *,
    more: Mapping[tuple[str, int | None], str] | None = None,
    setups: Iterable[SystemSetup] = (),
    callers: Iterable[Caller] = (),
    **rest: Any,
) -> Configuration:
    """A configuration with `value` set for all branches, and a branch Leeds with the id 20."""
    values: dict[tuple[str, int | None], str] = {} if value is None else {
        (key_of(MECHANISM.name), None): value
    }  # fmt: skip
    return Configuration(
        revision=1,
        callers={each.user_id: each for each in callers},
        token_users=rest.pop("token_users", {}),
        branches={20: "Leeds"},
        values={**values, **(more or {})},
        setups={key_of(each.name): each for each in setups},
        **{"function_source": DELIVERED_FUNCTION, **rest},
    )


def ids(found: Iterable[CheckMessage]) -> list[str]:
    return [str(each.id) for each in found]


@pytest.mark.parametrize(
    ("value", "setups", "checks"),
    [
        (None, [], []),
        ("", [], []),
        (FOR_ALL, [], []),
        ("FUNCTION", [], []),
        ("http://pbx.example:546342/#", [], [known.DIAL_STRING_FAULTY]),
        ("HQ", [], [known.SYSTEM_UNKNOWN]),
        ("hq", [setup_of()], []),
        ("HQ", [setup_of(is_active=False)], [known.SYSTEM_OFF]),
        ("HQ", [setup_of(source="", fault="no [dial]")], [known.SYSTEM_FAULTY]),
        ("HQ", [setup_of(source=WITH_FIELDS)], [known.SYSTEM_NOT_FILLED_IN]),
        ("HQ", [setup_of(source=WITH_FIELDS, values={"host": StoredValue("pbx")})], []),
        ("http://pbx.example/?to=#&key={secret PBX}", [], [known.CREDENTIAL_UNKNOWN]),
    ],
)
def test_value_of_the_mechanism(
    value: str | None, setups: list[SystemSetup], checks: list[Check]
) -> None:
    assert ids(check_settings(picture(value, setups=setups))) == [check.id for check in checks]


def test_credential_that_is_kept_is_found_whatever_the_case() -> None:
    kept = {"pbx": StoredValue("sealed", "credential:pbx")}
    value = "http://pbx.example/?to=#&key={secret PBX}"
    assert list(check_settings(picture(value, credentials=kept))) == []


def test_branch_is_named_and_the_value_is_not() -> None:
    value = "http://user:s3cret@pbx.example:546342/#"
    branch = picture(FOR_ALL, more={(key_of(MECHANISM.name), 20): value})
    (found,) = check_settings(branch)
    assert "for the branch Leeds" in found.msg
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("name", "value", "checks"),
    [
        (NUMBER_COUNTRY.name, "GB", []),
        (NUMBER_COUNTRY.name, "Atlantis", [known.SETTING_WRONG]),
        (NUMBER_RULES.name, "(", [known.SETTING_WRONG]),
        ("Use Web Phone Dialing Mechanism", FOR_ALL, [known.SETTING_MISSPELT]),
        ("PBX Server", "pbx.example", []),
    ],
)
def test_other_settings(name: str, value: str, checks: list[Check]) -> None:
    found = check_settings(picture(more={(key_of(name), None): value}))
    assert ids(found) == [check.id for check in checks]


@pytest.mark.parametrize(
    ("value", "source", "checks"),
    [
        (FOR_ALL, DELIVERED_FUNCTION, []),
        ("FUNCTION", DELIVERED_FUNCTION, [known.FUNCTION_AS_DELIVERED]),
        ("function", WRITTEN, []),
        (FOR_ALL, "BEGIN nonsense", [known.FUNCTION_FAULTY]),
    ],
)
def test_function(value: str, source: str, checks: list[Check]) -> None:
    found = check_function(picture(value, function_source=source))
    assert ids(found) == [check.id for check in checks]


def check_systems(*setups: SystemSetup, catalogue_id: str = "", **rest: Any) -> list[CheckMessage]:
    configuration = picture(rest.pop("value", None), setups=setups, **rest)
    return list(check_phone_systems(configuration, {4: catalogue_id}, now=NOW))


@pytest.mark.parametrize(
    ("setup", "catalogue_id", "checks"),
    [
        (setup_of(), "", []),
        (setup_of(source="", fault="gone"), "no-such-pbx", [known.CATALOGUE_ID_GONE]),
        (setup_of(source="", fault="no [dial]"), "", [known.FILE_FAULTY]),
        (setup_of(source="", fault="no [dial]", is_active=False), "", []),
        (setup_of(source=WITH_FIELDS), "", [known.FIELDS_MISSING]),
        (
            setup_of(certificate=Certificate(CertificateMode.PINNED, "ab:cd")),
            "",
            [known.CERTIFICATE_WRONG],
        ),
        (setup_of(certificate=Certificate(CertificateMode.PINNED, "ab" * 32)), "", []),
        (
            setup_of(certificate=Certificate(CertificateMode.OWN_CA, "no PEM")),
            "",
            [known.CERTIFICATE_WRONG],
        ),
        (setup_of(certificate=VERIFY), "", []),
    ],
)
def test_phone_system(setup: SystemSetup, catalogue_id: str, checks: list[Check]) -> None:
    assert ids(check_systems(setup, catalogue_id=catalogue_id)) == [each.id for each in checks]


def test_what_a_named_system_lacks_is_told_with_the_setting_alone() -> None:
    assert check_systems(setup_of(source=WITH_FIELDS), value="HQ") == []


@pytest.mark.parametrize(
    ("left", "checks"),
    [
        (timedelta(days=31), []),
        (timedelta(days=29), [known.CERTIFICATE_EXPIRES]),
        (timedelta(seconds=-1), [known.CERTIFICATE_EXPIRED]),
    ],
)
def test_authority_that_expires(left: timedelta, checks: list[Check]) -> None:
    pem = trustme.CA().cert_pem.bytes()
    until = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    setup = setup_of(certificate=Certificate(CertificateMode.OWN_CA, pem.decode()))
    configuration = picture(setups=[setup])
    found = check_phone_systems(configuration, {4: ""}, now=until - left)
    assert ids(found) == [check.id for check in checks]


@pytest.mark.parametrize(
    ("setups", "is_active", "checks"),
    [
        ([setup_of()], True, []),
        ([setup_of(is_active=False)], True, [known.PHONE_WITHOUT_SYSTEM]),
        ([], True, [known.PHONE_WITHOUT_SYSTEM]),
        ([], False, []),
    ],
)
def test_phone_of_a_user(setups: list[SystemSetup], is_active: bool, checks: list[Check]) -> None:
    phones = {1: (UserPhone(9, "Home", None, 4), UserPhone(10, "Desk", "202", None))}
    callers = [caller(1, is_active=is_active)]
    found = check_systems(*setups, callers=callers, phones=phones)
    assert ids(found) == [check.id for check in checks]


def messages_of_people(configuration: Configuration) -> list[str]:
    return [each.msg for each in check_people(configuration, has_administrator=True)]


def test_users_without_an_extension_are_counted_and_the_first_are_named() -> None:
    callers = [caller(number, extension=None) for number in range(1, 9)]
    callers += [caller(10), caller(11, extension=None, is_active=False)]
    found = list(check_people(picture(FOR_ALL, callers=callers), has_administrator=True))
    assert ids(found) == [known.EXTENSION_MISSING.id]
    assert found[0].msg == "8 without an extension: user1, user2, user3, user4, user5 and 3 more."


@pytest.mark.parametrize(
    ("value", "setups", "is_told"),
    [
        (None, [], False),
        ("http://pbx.example/dial?to=#", [], False),
        ("FUNCTION", [], False),
        (FOR_ALL, [], True),
        ("HQ", [setup_of()], False),
        ("HQ", [setup_of(source=WITH_FIELDS)], True),
        ("HQ", [setup_of(source="", fault="no [dial]")], False),
    ],
)
def test_extension_is_missing_where_it_is_wanted(
    value: str | None, setups: list[SystemSetup], is_told: bool
) -> None:
    callers = [caller(1, extension=None)]
    told = messages_of_people(picture(value, setups=setups, callers=callers))
    assert bool(told) is is_told


def test_setting_of_the_users_own_branch_decides() -> None:
    callers = [caller(1, extension=None, branch_id=20), caller(2, extension=None)]
    configuration = picture(FOR_ALL, more={(key_of(MECHANISM.name), 20): "tel:#"}, callers=callers)
    assert messages_of_people(configuration) == ["1 without an extension: user2."]


def test_tokens_of_deactivated_users() -> None:
    callers = [caller(1, is_active=False), caller(2)]
    owners = {b"1": 1, b"2": 1, b"3": 2, b"4": 99}
    tokens = {digest: Token(1, user_id) for digest, user_id in owners.items()}
    found = list(check_people(picture(callers=callers, token_users=tokens), has_administrator=True))
    assert ids(found) == [known.TOKEN_OF_NOBODY.id]
    assert found[0].msg == "2 tokens of deactivated users: user1."


def test_nobody_administers() -> None:
    assert ids(check_people(picture(), has_administrator=False)) == [known.NO_ADMINISTRATOR.id]


def test_country_is_missed_where_somebody_lacks_the_right_to_ring_abroad() -> None:
    lacks, has = caller(1), caller(2, may_ring_abroad=True)
    (found,) = check_ringing(picture(callers=[lacks, has]))
    assert found.id == known.ABROAD_UNKNOWN.id
    assert "users of no branch" in found.msg
    assert list(check_ringing(picture(callers=[has]))) == []
    country = {(key_of(NUMBER_COUNTRY.name), None): "GB"}
    assert list(check_ringing(picture(callers=[lacks], more=country))) == []
    nothing = {(key_of(NEED_A_RIGHT.name), None): "premium"}
    assert list(check_ringing(picture(callers=[lacks], more=nothing))) == []


def test_quiet_hours_want_a_time_zone() -> None:
    leeds = caller(1, branch_id=20, branch_name="Leeds", may_ring_abroad=True)
    quiet = {(key_of(QUIET_HOURS.name), 20): "22:00-07:00"}
    (found,) = check_ringing(picture(callers=[leeds], more=quiet))
    assert found.id == known.QUIET_HOURS_IN_UTC.id
    assert "Leeds" in found.msg
    zone = {(key_of(TIME_ZONE.name), None): "Europe/London"}
    assert list(check_ringing(picture(callers=[leeds], more={**quiet, **zone}))) == []
