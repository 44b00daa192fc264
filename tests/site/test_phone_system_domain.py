"""Phone systems as they are set up: kept, filled in, used, renamed, deleted."""

import pytest
import trustme

from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.general_settings import MECHANISM
from webdial.phonesystems import Owner, PhoneSystemError, catalogue_system
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.credentials import opener
from webdial.site.domain.functions import save_function
from webdial.site.domain.general_settings import override_setting, setting_view
from webdial.site.domain.phone_systems import (
    SITE,
    FieldValueError,
    OwnerOfValues,
    SetupDetails,
    delete_setup,
    fault_of,
    fill_in,
    filled_in,
    missing_of_site,
    pin_certificate,
    save_filled_setup,
    save_setup,
    setup_by_name,
    source_of,
    stored_site_values,
    system_of,
    uses_of,
)
from webdial.site.domain.system_overview import overview, overview_of
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import (
    Branch,
    CertificateRule,
    PhoneSystemSetup,
    PhoneSystemValue,
    User,
)

pytestmark = pytest.mark.django_db

SECRET = "planted-s3cret-of-the-pbx"
YEASTAR = "yeastar-p-series"
FILLED = {"host": "pbx.example", "client_id": "webdial", "client_secret": SECRET}
OWN_FILE = """
title = "Old PBX"
vendor = "Nobody"
[fields.host]
label = "Address"
[secrets.pin]
label = "PIN"
of = "user"
[dial]
request = "http://{host}/dial?pin={pin}&from=^&to=#"
"""


@pytest.fixture
def london() -> Branch:
    return save_branch(agency_id="LON", name="London")


@pytest.fixture
def carl(london: Branch) -> User:
    details = UserDetails("carl", "CO", "Carl Osei", london, "203")
    return save_user(details)


@pytest.fixture
def main_office() -> PhoneSystemSetup:
    return save_setup(SetupDetails("Main office", catalogue_id=YEASTAR))


def test_what_is_saved_is_found_again_by_its_name() -> None:
    saved = save_setup(SetupDetails("  Main office ", catalogue_id=YEASTAR))
    found = setup_by_name("MAIN OFFICE")
    assert (found.pk, found.name, found.source) == (saved.pk, "Main office", "")
    assert system_of(found) == catalogue_system(YEASTAR)
    assert 'title = "Yeastar P-Series"' in source_of(found)


def test_a_name_that_is_unknown_is_told_with_the_nearest(main_office: PhoneSystemSetup) -> None:
    with pytest.raises(NotFoundError) as told:
        setup_by_name("main ofice")
    assert told.value.hint == "Did you mean Main office?"


@pytest.mark.parametrize(
    "name", ["", "FUNCTION", "function", "tel:#", "a{b}", "x" * 81, "a\x00b", "http://x", "a<&>b"]
)
def test_names_that_would_be_read_as_something_else_are_refused(name: str) -> None:
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails(name, catalogue_id=YEASTAR))
    assert told.value.field == "name"
    assert not PhoneSystemSetup.objects.exists()


def test_a_name_is_taken_once_whatever_its_case(main_office: PhoneSystemSetup) -> None:
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails("MAIN OFFICE", catalogue_id=YEASTAR))
    assert (told.value.field, told.value.message) == (
        "name",
        "Another phone system has this name.",
    )


def test_the_catalogue_must_have_the_system() -> None:
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails("Main office", catalogue_id="nobody-knows-it"))
    assert told.value.field == "catalogue_id"


def test_a_file_of_ones_own_is_told_all_its_faults() -> None:
    faulty = OWN_FILE.replace('"Nobody"', "3").replace("to=#", "to={nmber}")
    with pytest.raises(PhoneSystemError) as told:
        save_setup(SetupDetails("Old", source=faulty))
    assert [fault.code for fault in told.value.faults] == ["bad_type", "unknown_name"]
    saved = save_setup(SetupDetails("Old", source=OWN_FILE))
    assert (source_of(saved), fault_of(saved)) == (OWN_FILE, "")


def test_a_file_with_characters_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails("Old", source=OWN_FILE + "# \ud800"))
    assert told.value.field == "source"


def test_a_fingerprint_is_kept_plain_and_only_a_right_one() -> None:
    pairs = ":".join(["AB"] * 32)
    row = save_setup(
        SetupDetails("P", catalogue_id=YEASTAR, certificate="pinned", certificate_text=pairs)
    )
    assert row.certificate_text == "ab" * 32
    for wrong in ("", "ab" * 31, "zz" * 32):
        with pytest.raises(InvalidValueError) as told:
            pin_certificate(row, wrong)
        assert told.value.field == "certificate_text"
    pin_certificate(row, "cd" * 32)
    row.refresh_from_db()
    assert (row.certificate, row.certificate_text) == (CertificateRule.PINNED, "cd" * 32)


def test_an_authority_must_be_a_certificate() -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    details = SetupDetails("O", catalogue_id=YEASTAR, certificate="own_ca", certificate_text=pem)
    assert save_setup(details).certificate_text == pem.strip()
    for wrong in ("", "-----BEGIN CERTIFICATE-----", "x" * 200_000):
        with pytest.raises(InvalidValueError):
            save_setup(
                SetupDetails(
                    "W", catalogue_id=YEASTAR, certificate="own_ca", certificate_text=wrong
                )
            )


def test_there_is_no_rule_that_does_not_look() -> None:
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails("W", catalogue_id=YEASTAR, certificate="off"))
    assert told.value.field == "certificate"


def test_a_new_name_is_taken_over_by_the_settings(
    main_office: PhoneSystemSetup, london: Branch
) -> None:
    override_setting(MECHANISM.name, "main office", branch=london)
    save_setup(SetupDetails("Head office", catalogue_id=YEASTAR), setup=main_office)
    assert setting_view(MECHANISM.name, branch=london).own_value == "Head office"
    assert uses_of(main_office) == ["London"]


def test_a_secret_is_sealed_and_opens_for_its_place_alone(main_office: PhoneSystemSetup) -> None:
    fill_in(main_office, FILLED, owners={Owner.SITE})
    row = PhoneSystemValue.objects.get(name="client_secret")
    assert row.is_sealed
    assert SECRET not in row.value
    stored = stored_site_values(main_office)
    assert opener()(stored["client_secret"]) == SECRET
    assert stored["host"].text == "pbx.example"
    shown = filled_in(main_office, catalogue_system(YEASTAR), {Owner.SITE}, SITE)
    kept = {each.field.name: (each.value, each.is_set) for each in shown}
    assert kept == {
        "host": ("pbx.example", True),
        "port": ("", False),
        "client_id": ("webdial", True),
        "client_secret": ("", True),
    }


def test_an_empty_secret_stays_and_a_cleared_one_goes(main_office: PhoneSystemSetup) -> None:
    fill_in(main_office, FILLED, owners={Owner.SITE})
    fill_in(main_office, {"client_secret": "", "client_id": ""}, owners={Owner.SITE})
    assert set(stored_site_values(main_office)) == {"host", "client_secret"}
    cleared = {"client_secret": "typed at the same time"}
    fill_in(main_office, cleared, owners={Owner.SITE}, cleared=["client_secret"])
    assert set(stored_site_values(main_office)) == {"host"}


def test_nothing_is_kept_when_one_value_is_wrong(main_office: PhoneSystemSetup) -> None:
    for wrong in (
        {"port": "70000"},
        {"host": "http://x"},
        {"client_id": "a\x00b"},
        {"nothing": "x"},
    ):
        with pytest.raises(FieldValueError) as told:
            fill_in(main_office, {**FILLED, **wrong}, owners={Owner.SITE})
        assert told.value.field == next(iter(wrong))
    assert not PhoneSystemValue.objects.exists()


def test_a_set_up_and_its_values_are_kept_together_or_not_at_all() -> None:
    with pytest.raises(FieldValueError):
        save_filled_setup(SetupDetails("New", catalogue_id=YEASTAR), {"port": "none"})
    assert not PhoneSystemSetup.objects.exists()
    saved = save_filled_setup(SetupDetails("New", catalogue_id=YEASTAR), FILLED)
    assert missing_of_site(saved, catalogue_system(YEASTAR)) == []


def test_values_of_users_are_kept_apart(carl: User) -> None:
    setup = save_setup(SetupDetails("Old", source=OWN_FILE))
    with pytest.raises(FieldValueError):
        fill_in(setup, {"pin": "1234"}, owners={Owner.SITE})
    fill_in(setup, {"pin": "1234"}, owners={Owner.USER}, whose=OwnerOfValues(carl))
    assert stored_site_values(setup) == {}
    configuration = load_configuration()
    stored = configuration.user_values[setup.pk, carl.pk, None]["pin"]
    assert opener()(stored) == "1234"


def test_deleting_waits_until_nothing_uses_it(
    main_office: PhoneSystemSetup, london: Branch, carl: User
) -> None:
    fill_in(main_office, FILLED, owners={Owner.SITE})
    override_setting(MECHANISM.name, "Main office", branch=london)
    with pytest.raises(InvalidValueError) as told:
        delete_setup(main_office)
    assert told.value.message == "The phone system Main office is still in use: London."
    override_setting(MECHANISM.name, "", branch=london)
    phone = save_phone(carl, label="Desk", setup=main_office)
    with pytest.raises(InvalidValueError) as told:
        delete_setup(main_office)
    assert told.value.message == "Phones of users still ring through Main office."
    phone.delete()
    delete_setup(main_office)
    assert not PhoneSystemSetup.objects.exists()
    assert not PhoneSystemValue.objects.exists()


def test_overview_says_where_each_is_used_and_what_it_needs(
    main_office: PhoneSystemSetup, london: Branch, carl: User
) -> None:
    fill_in(main_office, FILLED, owners={Owner.SITE})
    override_setting(MECHANISM.name, "Main office")
    override_setting(MECHANISM.name, "MAIN OFFICE", branch=london)
    save_setup(SetupDetails("Bob's", source=OWN_FILE))
    save_phone(carl, label="Desk", setup=setup_by_name("Bob's"))
    source = "create function f(in n char(50)) returns char(99) begin return 'bob''s'; end"
    save_function(source, author=None)
    own, office = overview()
    assert (own.branches, own.phone_count, own.is_in_function) == ((), 1, True)
    assert [field.name for field in own.missing] == ["host"]
    assert (own.is_used, own.is_ready) == (True, False)
    assert set(office.branches) == {None, "London"}
    assert (office.is_in_function, office.missing, office.is_ready) == (False, (), True)
    assert overview_of(office.setup) == office
    assert [each.setup.name for each in overview(search="OFFICE main")] == ["Main office"]


def test_overview_tells_a_file_that_is_at_fault(main_office: PhoneSystemSetup) -> None:
    PhoneSystemSetup.objects.update(catalogue_id="", source="title =")
    (only,) = overview()
    assert only.system is None
    assert only.fault.startswith("This is no TOML")
    assert not only.is_ready
    with pytest.raises(InvalidValueError):
        fill_in(only.setup, FILLED, owners={Owner.SITE})
