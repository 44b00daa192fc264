"""The whole configuration as one file: written, read on an empty installation, on the same one, by halves."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import MECHANISM
from webdial.phonesystems import Owner
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import load_configuration, source_in_force
from webdial.site.domain.credentials import opener, set_credential
from webdial.site.domain.functions import save_function
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phone_systems import (
    OwnerOfValues,
    SetupDetails,
    fill_in,
    save_filled_setup,
)
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.plan import RowKind
from webdial.site.domain.transfer.whole.acts import import_document
from webdial.site.domain.transfer.whole.document import KEYS, read_document
from webdial.site.domain.transfer.whole.export import export_document
from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal
from webdial.site.domain.transfer.whole.toml_text import toml_text
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import (
    Branch,
    Company,
    Credential,
    FunctionVersion,
    GeneralSetting,
    Person,
    PhoneSystemSetup,
    User,
    UserPhone,
)
from webdial.watcom import DELIVERED_FUNCTION

SECRETS = ("planted-pbx-secret", "planted-crm-secret", "planted-pin", "planted-home-pin")
PASSPHRASE = "four words of nothing"
OWN_FILE = """title = "Old PBX"
vendor = "Nobody"
[fields.host]
label = "Address"
[fields.line]
label = "Line"
of = "phone"
[secrets.key]
label = "Key"
[secrets.pin]
label = "PIN"
of = "phone"
[dial]
request = 'http://{host}/dial?key={key}&pin={pin}&line={line}&from=^&to=#'
"""


@pytest.fixture
def business(db: None) -> None:
    """One of everything that a configuration has."""
    london = save_branch(agency_id="LON", name="London")
    ada = save_user(
        UserDetails("ada", "AB", "Ada Byrne", london, "201", "administrator"),
        password="quiet-harbour-17",
    )
    values = {"host": "pbx.example", "key": SECRETS[0]}
    setup = save_filled_setup(SetupDetails("Old PBX", source=OWN_FILE), values)
    home = save_phone(ada, label="Home", extension="901", setup=setup)
    both = {Owner.USER, Owner.PHONE}
    fill_in(setup, {"line": "1", "pin": SECRETS[2]}, owners=both, whose=OwnerOfValues(ada))
    whose = OwnerOfValues(ada, home)
    fill_in(setup, {"line": "2", "pin": SECRETS[3]}, owners={Owner.PHONE}, whose=whose)
    override_setting(MECHANISM.name, "Old PBX")
    override_setting(MECHANISM.name, "", branch=london)
    override_setting("Nearby", "a \\ 'b' \"c\"\nd")
    set_credential("CRM", SECRETS[1])
    save_function(f"{DELIVERED_FUNCTION}\n-- ours\n", author=ada)
    save_person(name="Agatha Penrose", company="Penrose", phones=[LabelledNumber("Work", "101")])


def empty() -> None:
    for model in (UserPhone, User, PhoneSystemSetup, GeneralSetting, Branch, Credential):
        model.objects.all().delete()
    for model in (FunctionVersion, Person, Company):
        model.objects.all().delete()


def exported(**how: Any) -> str:
    return toml_text(export_document(**how))


def test_file_without_secrets_holds_none(business: None) -> None:
    file = exported(people=True)
    hashed = User.objects.get().password
    assert not any(secret in file for secret in (*SECRETS, hashed, "gAAAA"))
    assert "pbx.example" in file


def test_file_with_secrets_holds_them_sealed(business: None) -> None:
    file = exported(seal_with=PassphraseSeal.new(PASSPHRASE))
    hashed = User.objects.get().password
    assert not any(secret in file for secret in (*SECRETS, hashed, PASSPHRASE))
    assert file.count("gAAAA") == 6  # the proof, four secrets, a password's hash


def test_empty_installation_becomes_the_same(business: None) -> None:
    file = exported(people=True)
    empty()
    plan = import_document(read_document(file))
    assert not plan.is_faulty, plan
    assert exported(people=True) == file


def test_same_installation_stays_as_it_is(business: None) -> None:
    seal = PassphraseSeal.new(PASSPHRASE)
    document = read_document(exported(seal_with=seal, people=True))
    versions = FunctionVersion.objects.count()
    plan = import_document(document, opened_with=seal)
    assert {row.kind for each in plan.sections for row in each.plan.rows} == {RowKind.UNCHANGED}
    assert FunctionVersion.objects.count() == versions


def test_secrets_come_along_under_the_passphrase(business: None) -> None:
    file = exported(seal_with=PassphraseSeal.new(PASSPHRASE))
    empty()
    document = read_document(file)
    assert "sealed" in document
    seal = PassphraseSeal.of_file(PASSPHRASE, **document["sealed"])
    assert not import_document(document, opened_with=seal).is_faulty
    configuration, open_ = load_configuration(), opener()
    setup = configuration.setups["old pbx"]
    ada, home = User.objects.get(), UserPhone.objects.get()
    assert ada.check_password("quiet-harbour-17")
    assert open_(setup.values["key"]) == SECRETS[0]
    assert open_(configuration.credentials["crm"]) == SECRETS[1]
    assert open_(configuration.user_values[setup.id, ada.pk, None]["pin"]) == SECRETS[2]
    assert open_(configuration.user_values[setup.id, ada.pk, home.pk]["pin"]) == SECRETS[3]
    assert source_in_force().endswith("-- ours\n")


def test_dry_run_keeps_nothing(business: None) -> None:
    file = exported(people=True)
    empty()
    plan = import_document(read_document(file), is_dry_run=True)
    assert plan.count(RowKind.NEW) == 9
    assert not User.objects.exists()
    assert not PhoneSystemSetup.objects.exists()


def test_fault_in_a_later_section_keeps_everything_out(business: None) -> None:
    file = exported().replace('value = "Old PBX"', 'value = "New PBX"')
    empty()
    plan = import_document(read_document(file))
    assert plan.is_faulty
    assert plan.sections[-1].title == "General settings"
    assert "no phone system has this name" in str(plan.sections[-1].plan.rows)
    assert not Branch.objects.exists()


def test_what_the_file_does_not_name_is_left_alone(business: None) -> None:
    plan = import_document(
        read_document(
            'format = 1\n[[users]]\nstaff_id = "ab"\nextension = "299"\n'
            '[[phone_systems]]\nname = "old pbx"\nactive = false\n'
        )
    )
    assert plan.count(RowKind.CHANGED) == 2
    ada, setup = User.objects.get(), PhoneSystemSetup.objects.get()
    assert (ada.extension, ada.login, ada.own_phones.count()) == ("299", "ada", 1)
    assert (setup.is_active, setup.source, setup.values.count()) == (
        False,
        OWN_FILE.strip() + "\n",
        6,
    )


def test_wrong_passphrase_is_told() -> None:
    seal = PassphraseSeal.new(PASSPHRASE)
    with pytest.raises(InvalidValueError, match="not the one"):
        PassphraseSeal.of_file(PASSPHRASE + "!", salt=seal.salt, proof=seal.proof)
    with pytest.raises(InvalidValueError, match="not the one"):
        PassphraseSeal.of_file(PASSPHRASE, salt="no base64!", proof=seal.proof)
    with pytest.raises(InvalidValueError, match="at least 12 characters"):
        PassphraseSeal.new("short")
    assert PASSPHRASE not in repr(seal)


def test_secret_that_was_moved_is_not_opened(business: None) -> None:
    seal = PassphraseSeal.new(PASSPHRASE)
    document = export_document(seal_with=seal)
    document["credentials"][0]["secret"] = document["phone_systems"][0]["secrets"]["key"]
    plan = import_document(document, opened_with=seal)
    assert "cannot be opened" in str(plan.sections[-1].plan.rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format = ", "The file is no TOML"),
        ("", "no configuration of this version"),
        ("format = 2", "no configuration of this version"),
        ("format = 1\nusers = 1", "In the file, users must be a list of tables."),
        ("format = 1\n[[users]]\nlogin = 'a'", "In users number 1, staff_id is missing."),
        ("format = 1\n[[branches]]\nagency_id = 'A'\nnmae = 'x'", "there is no key 'nmae'"),
        ("format = 1\n[[people]]\nname = 'A'\nnumbers = ['1']", "numbers must be a list of pairs"),
        ("format = 1\n[[users]]\nstaff_id = 'a'\nactive = 1", "active must be true or false"),
        ("format = 1\n[[users]]\nstaff_id='a'\n[[users.phones]]\n", "label is missing"),
        (f"format = 1\nx = {'[' * 5000}", "The file is no TOML"),
        (f"format = 1\nx = {'9' * 5000}", "The file is no TOML"),
    ],
)
def test_what_is_no_configuration_is_told(text: str, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        read_document(text)


def test_every_key_that_is_written_is_known(business: None) -> None:
    read_document(exported(seal_with=PassphraseSeal.new(PASSPHRASE), people=True))
    assert all(key.help.endswith(".") for keys in KEYS.values() for key in keys.values())


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES = st.one_of(TEXT, st.booleans(), st.integers(-9, 9), st.lists(st.lists(TEXT, min_size=1)))
TABLES = st.dictionaries(TEXT, VALUES, max_size=3)


@given(st.dictionaries(TEXT, st.one_of(VALUES, TABLES.filter(bool), st.lists(TABLES, min_size=1))))
def test_toml_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(document)) == document
