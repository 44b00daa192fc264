"""Phones of users, and what is filled in for them at phone systems."""

import pytest

from tests.site.small_systems import DESK, PROGRAM, SHARED, add_desk, add_system
from webdial.errors import InvalidValueError, NotAllowedError, NotFoundError
from webdial.exchange.resolving import Resolver
from webdial.numbers import clean_number
from webdial.phonesystems import Owner
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.credentials import opener
from webdial.site.domain.personal_values import (
    PersonalSystem,
    fill_in_personally,
    personal_systems,
)
from webdial.site.domain.phone_systems import SetupDetails, delete_setup, fill_in, save_setup
from webdial.site.domain.user_phones import (
    MAX_PHONES,
    delete_phone,
    phone_of,
    phones_of,
    save_phone,
)
from webdial.site.models import PhoneSystemSetup, PhoneSystemValue, User


@pytest.fixture
def carl(users: dict[str, User]) -> User:
    return users["carl"]


@pytest.fixture
def bea(users: dict[str, User]) -> User:
    return users["bea"]


@pytest.fixture
def desk(carl: User) -> PhoneSystemSetup:
    return add_desk()


def kept(setup: PhoneSystemSetup) -> dict[tuple[int | None, str], str]:
    """What is kept for users; a sealed value by its seal."""
    rows = PhoneSystemValue.objects.filter(setup=setup, user__isnull=False)
    return {(row.phone_id, row.name): "sealed" if row.is_sealed else row.value for row in rows}


def test_phones_stand_in_the_picture_in_the_order_in_which_they_were_added(
    carl: User, bea: User, desk: PhoneSystemSetup
) -> None:
    home = save_phone(carl, label=" Home ", extension="441", setup=desk)
    mobile = save_phone(carl, label="Mobile")
    save_phone(bea, label="Home")
    found = load_configuration().phones[carl.pk]
    assert [(each.id, each.label, each.extension, each.setup_id) for each in found] == [
        (home.pk, "Home", "441", desk.pk),
        (mobile.pk, "Mobile", None, None),
    ]


def test_phone_is_changed_and_removed(carl: User, desk: PhoneSystemSetup) -> None:
    home = save_phone(carl, label="Home", extension="441", setup=desk)
    save_phone(carl, label="At home", extension="442", phone=home)
    assert [(each.label, each.extension, each.setup) for each in phones_of(carl)] == [
        ("At home", "442", None)
    ]
    delete_phone(home)
    assert not phones_of(carl).exists()


def test_names_are_told_apart_in_any_letter_case(carl: User) -> None:
    save_phone(carl, label="Home")
    with pytest.raises(InvalidValueError, match="Another of these phones has this name") as told:
        save_phone(carl, label="HOME")
    assert told.value.field == "label"
    assert phones_of(carl).count() == 1


@pytest.mark.parametrize(
    ("label", "extension", "field"),
    [
        ("", "", "label"),
        ("x" * 41, "", "label"),
        ("Home", "4" * 81, "extension"),
        ("a\x00", "", "label"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    carl: User, label: str, extension: str, field: str
) -> None:
    with pytest.raises(InvalidValueError) as told:
        save_phone(carl, label=label, extension=extension)
    assert told.value.field == field


def test_phones_of_one_user_are_bounded(carl: User) -> None:
    for number in range(MAX_PHONES):
        save_phone(carl, label=f"Phone {number}")
    with pytest.raises(InvalidValueError, match=f"at most {MAX_PHONES}"):
        save_phone(carl, label="One more")


def test_phone_of_somebody_else_is_not_found(carl: User, bea: User) -> None:
    home = save_phone(bea, label="Home")
    with pytest.raises(NotFoundError):
        phone_of(carl, home.pk)
    assert phone_of(bea, home.pk) == home


def test_phone_system_stays_while_a_phone_rings_through_it(
    carl: User, desk: PhoneSystemSetup
) -> None:
    home = save_phone(carl, label="Home", setup=desk)
    with pytest.raises(InvalidValueError, match="still ring through Desk"):
        delete_setup(desk)
    delete_phone(home)
    delete_setup(desk)
    assert not PhoneSystemSetup.objects.exists()


def test_values_belong_to_the_user_or_to_one_phone(carl: User, desk: PhoneSystemSetup) -> None:
    home = save_phone(carl, label="Home", setup=desk)
    fill_in_personally(
        desk,
        {"login": "carl", "device": "D1", "password": "first password", "pin": "1111"},
        user=carl,
        as_administrator=True,
    )
    fill_in_personally(
        desk, {"device": "D2", "pin": "2222"}, user=carl, phone=home, as_administrator=True
    )
    assert kept(desk) == {
        (None, "login"): "carl",
        (None, "device"): "D1",
        (None, "password"): "sealed",
        (None, "pin"): "sealed",
        (home.pk, "device"): "D2",
        (home.pk, "pin"): "sealed",
    }
    delete_phone(home)
    assert {phone_id for phone_id, _ in kept(desk)} == {None}


def test_value_of_the_user_is_not_taken_beside_a_further_phone(
    carl: User, desk: PhoneSystemSetup
) -> None:
    home = save_phone(carl, label="Home", setup=desk)
    with pytest.raises(InvalidValueError):
        fill_in_personally(desk, {"login": "carl"}, user=carl, phone=home, as_administrator=True)
    with pytest.raises(InvalidValueError):
        fill_in_personally(desk, {"site_key": "mine"}, user=carl, as_administrator=True)
    assert kept(desk) == {}


def test_empty_secret_stays_and_a_cleared_one_goes(carl: User, desk: PhoneSystemSetup) -> None:
    fill_in_personally(desk, {"password": "first password", "pin": "1111"}, user=carl)
    sealed = PhoneSystemValue.objects.get(name="password").value
    fill_in_personally(
        desk, {"login": "carl", "password": "", "pin": ""}, user=carl, cleared=["pin"]
    )
    assert kept(desk) == {(None, "login"): "carl", (None, "password"): "sealed"}
    assert PhoneSystemValue.objects.get(name="password").value == sealed
    fill_in_personally(desk, {"login": ""}, user=carl)
    assert (None, "login") not in kept(desk)


def test_which_phone_rings_is_not_the_users_to_say(carl: User, desk: PhoneSystemSetup) -> None:
    with pytest.raises(NotAllowedError, match="Device is set by an administrator"):
        fill_in_personally(desk, {"device": "D9"}, user=carl)
    with pytest.raises(NotAllowedError):
        fill_in_personally(desk, {}, user=carl, cleared=["device"])
    assert kept(desk) == {}


def test_who_one_is_needs_a_secret_of_ones_own_to_prove_it(carl: User) -> None:
    shared = add_system("Shared", SHARED, api_key="site key 2")
    with pytest.raises(NotAllowedError):
        fill_in_personally(shared, {"own_number": "0900 123456"}, user=carl)
    program = add_system("Program", PROGRAM)
    fill_in_personally(program, {"port": "9000"}, user=carl)
    assert kept(program) == {(None, "port"): "9000"}


def found(user: User, mechanism: str) -> dict[str, PersonalSystem]:
    return {each.setup.name: each for each in personal_systems(user, mechanism=mechanism)}


def test_first_phone_wants_nothing_of_a_phone_system_that_only_a_further_one_uses(
    carl: User, desk: PhoneSystemSetup
) -> None:
    home = save_phone(carl, label="Home", setup=desk)
    parts = found(carl, "tel:#")["Desk"].parts
    assert [(part.phone, part.owners) for part in parts] == [
        (None, {Owner.USER}),
        (home, {Owner.PHONE}),
    ]


def test_phone_systems_in_use_are_those_that_a_call_may_go_through(
    carl: User, bea: User, desk: PhoneSystemSetup
) -> None:
    shared = add_system("Shared", SHARED, api_key="site key 2")
    save_phone(carl, label="Home", setup=shared)
    mobile = save_phone(carl, label="Mobile")
    assert {name: each.is_in_use for name, each in found(carl, "tel:#").items()} == {
        "Desk": False,
        "Shared": True,
    }
    by_desk = found(carl, "desk")["Desk"]
    assert by_desk.is_in_use
    assert [(part.phone, part.owners) for part in by_desk.parts] == [
        (None, {Owner.USER}),
        (None, {Owner.PHONE}),
        (mobile, {Owner.PHONE}),
    ]
    assert [part.owners for part in found(bea, "Desk")["Desk"].parts] == [{Owner.USER, Owner.PHONE}]
    assert all(each.is_in_use for each in found(carl, " function ").values())


def test_phone_system_that_is_switched_off_or_wants_nothing_is_left_out(
    carl: User, desk: PhoneSystemSetup
) -> None:
    PhoneSystemSetup.objects.filter(pk=desk.pk).update(is_active=False)
    add_system("Plain", SHARED.replace('of = "user"', 'of = "site"'))
    assert found(carl, "tel:#") == {}


def test_what_is_kept_is_told_and_no_secret_given(carl: User, desk: PhoneSystemSetup) -> None:
    fill_in_personally(desk, {"login": "carl", "password": "first password"}, user=carl)
    values = {each.field.name: each for each in found(carl, "Desk")["Desk"].parts[0].values}
    assert (values["login"].value, values["login"].is_set) == ("carl", True)
    assert (values["password"].value, values["password"].is_set) == ("", True)
    assert (values["pin"].value, values["pin"].is_set) == ("", False)


def test_value_kept_for_a_user_does_not_hold_once_the_file_makes_it_the_sites(
    carl: User, desk: PhoneSystemSetup
) -> None:
    fill_in_personally(desk, {"login": "carl"}, user=carl)
    assert value_of_call(carl, "login") == "carl"
    theirs, ours = 'label = "User name"\nof = "user"', 'label = "User name"'
    save_setup(SetupDetails("Desk", source=DESK.replace(theirs, ours)), setup=desk)
    fill_in(desk, {"login": "webdial"}, owners=[Owner.SITE])
    assert value_of_call(carl, "login") == "webdial"


def value_of_call(user: User, name: str) -> str:
    """The value that a call of the user's through Desk would take."""
    picture = load_configuration()
    caller = picture.caller(user.pk)
    resolver = Resolver(picture, caller, clean_number("020 7946 0123"), opener())
    return resolver.for_system(picture.setups["desk"]).values.more[name]
