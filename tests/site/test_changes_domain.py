"""Every act leaves a change: who, before, after; secrets never; and what can be put back comes back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT
from webdial.exchange.sign_ins import SignedIn
from webdial.phonesystems import Owner
from webdial.site.domain.acting import COMMAND_LINE, acting_as, noting
from webdial.site.domain.branches import delete_branch, save_branch
from webdial.site.domain.changes import changed_fields, find_changes
from webdial.site.domain.companies import delete_company, save_company
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.credentials import delete_credential, rotate_credentials, set_credential
from webdial.site.domain.functions import save_function, source_in_force
from webdial.site.domain.general_settings import clear_setting, override_setting, setting_view
from webdial.site.domain.lock_outs import lift_lock_out
from webdial.site.domain.password_links import made_link_path, password_link, use_link
from webdial.site.domain.people import delete_person, save_person
from webdial.site.domain.personal_data import erase_personal_data, subject_of_number
from webdial.site.domain.phone_systems import (
    OwnerOfValues,
    SetupDetails,
    delete_setup,
    fill_in,
    pin_certificate,
    save_filled_setup,
    save_setup,
)
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.put_back import plan_put_back, put_back
from webdial.site.domain.sign_ins import end_sign_in, keep_sign_in
from webdial.site.domain.tokens import create_token, revoke_token
from webdial.site.domain.user_phones import delete_phone, save_phone
from webdial.site.domain.users import UserDetails, save_user, set_email, set_password
from webdial.site.models import (
    ApiToken,
    Branch,
    Change,
    Company,
    GeneralSetting,
    Person,
    PhoneSystemSetup,
    Role,
    User,
    UserPhone,
)
from webdial.watcom import DELIVERED_FUNCTION

pytestmark = pytest.mark.django_db

SECRET = "hush-hush-4711"
FILE = """
title = "Desk phones"
vendor = "Us"
about = "Phones on desks"
kind = "pbx"
[fields.host]
label = "Address"
[fields.line]
label = "Line"
of = "user"
optional = true
[secrets.password]
label = "Password"
[dial]
request = "{BASIC webdial:{password}}https://{host}/dial?from=^&to=#&line={line}"
success = "status = 200"
"""


@pytest.fixture
def london() -> Branch:
    return save_branch(agency_id="LON", name="London")


@pytest.fixture
def ada(london: Branch) -> User:
    return save_user(UserDetails("ada", "AB", "Ada Byrne", london, "201", Role.ADMINISTRATOR))


@pytest.fixture
def carl(london: Branch) -> User:
    phones = [LabelledNumber("Mobile", "07700 900103")]
    return save_user(UserDetails("carl", "CO", "Carl Osei", london, "203", phones=phones))


@pytest.fixture
def setup(db: None) -> PhoneSystemSetup:
    return save_filled_setup(
        SetupDetails("Desk", source=FILE), {"host": "pbx.example", "password": SECRET}
    )


def last() -> Change:
    return Change.objects.latest("pk")


def told(change: Change) -> tuple[str, str, str, dict[str, Any], list[str]]:
    fields = {
        each.name: (each.before, each.after)
        for each in changed_fields(change)
        if not each.is_secret
    }
    return change.subject, change.label, change.action, fields, change.secrets


def details_of(user: User, **changes: Any) -> UserDetails:
    given = {
        "login": user.login, "staff_id": user.staff_id, "name": user.name, "branch": user.branch,
        "extension": user.extension, "role": user.role, "email": user.email,
    } | changes  # fmt: skip
    return UserDetails(**given)


def test_a_change_says_who_what_before_and_after(ada: User, carl: User) -> None:
    with acting_as(ada), noting("asked for by Bea"):
        save_user(details_of(carl, extension="299"), user=carl)
    change = last()
    assert (change.user, change.user_name, change.note) == (ada, "Ada Byrne", "asked for by Bea")
    assert change.key == str(carl.pk)
    numbers = [["Mobile", "07700 900103"]]
    assert told(change) == (
        "user", "Carl Osei", "changed",
        {"extension": ("203", "299"), "phones": (numbers, [])}, [],
    )  # fmt: skip


def test_what_changes_nothing_is_no_change(carl: User, london: Branch) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "12")
    count = Change.objects.count()
    phones = [LabelledNumber("Mobile", "07700 900103")]
    save_user(details_of(carl, phones=phones), user=carl)
    save_branch(agency_id="LON", name="London", branch=london)
    override_setting(TOTAL_TIME_LIMIT.name, "12")
    clear_setting(MECHANISM.name)
    assert Change.objects.count() == count


def test_an_act_that_fails_leaves_no_change(ada: User, carl: User) -> None:
    count = Change.objects.count()
    with pytest.raises(InvalidValueError):
        save_user(details_of(ada, role=Role.CALLER), user=ada)
    with pytest.raises(InvalidValueError):
        save_user(details_of(carl, login="ada"), user=carl)
    with pytest.raises(RuntimeError), configuration_change():
        override_setting(TOTAL_TIME_LIMIT.name, "12")
        raise RuntimeError
    assert Change.objects.count() == count


def test_the_program_itself_and_the_command_line_are_named(london: Branch) -> None:
    assert last().user_name == "Webdial"
    with acting_as(COMMAND_LINE):
        save_branch(agency_id="LON", name="Londinium", branch=london)
    assert (last().user_name, last().user_id) == ("the command line", None)


def _rename(setup: PhoneSystemSetup) -> None:
    override_setting(MECHANISM.name, "Desk")
    save_setup(SetupDetails("Table", source=FILE), setup=setup)


ACTS: list[tuple[str, Callable[..., object], tuple[str, str, str]]] = [
    ("password", lambda carl, **_: set_password(carl, "plum tractor seven"),
     ("user", "Carl Osei", "password set")),
    ("mail", lambda carl, **_: set_email(carl, "carl@example.com"), ("user", "Carl Osei", "changed")),
    ("lock-out", lambda carl, **_: lift_lock_out(carl), ("user", "Carl Osei", "lock-out lifted")),
    ("link", lambda carl, **_: made_link_path(carl), ("user", "Carl Osei", "link for a password made")),
    ("token", lambda carl, **_: create_token(carl, name="CRM"), ("token", "CRM of Carl Osei", "added")),
    ("phone", lambda carl, **_: save_phone(carl, label="Home"),
     ("user_phone", "Home of Carl Osei", "added")),
    ("no phone", lambda carl, **_: delete_phone(save_phone(carl, label="Home")),
     ("user_phone", "Home of Carl Osei", "removed")),
    ("credential", lambda **_: set_credential("CRM", SECRET), ("credential", "CRM", "added")),
    ("rotation", lambda **_: rotate_credentials(), ("credential", "All secrets", "sealed under a new key")),
    ("function", lambda ada, **_: save_function(f"{DELIVERED_FUNCTION}-- x", author=ada),
     ("function", "Generate Web Dial URL", "changed")),
    ("branch", lambda **_: delete_branch(save_branch(agency_id="X", name="Spare")),
     ("branch", "Spare", "removed")),
    ("company", lambda **_: save_person(name="Agatha", company="Vale") and None,
     ("person", "Agatha", "added")),
    ("setting", lambda london, **_: override_setting(TOTAL_TIME_LIMIT.name, "9", branch=london),
     ("setting", f"{TOTAL_TIME_LIMIT.name}, London", "added")),
    ("setup renamed", lambda setup, **_: _rename(setup), ("setting", MECHANISM.name, "changed")),
    ("pinned", lambda setup, **_: pin_certificate(setup, "ab" * 32), ("phone_system", "Desk", "changed")),
    ("filled in", lambda setup, carl, **_: fill_in(
        setup, {"line": "7"}, owners={Owner.USER}, whose=OwnerOfValues(carl)),
     ("filled_in", "Desk for Carl Osei", "changed")),
    ("signed in", lambda setup, carl, **_: keep_sign_in(setup.pk, carl.pk, SignedIn(SECRET, None, SECRET)),
     ("filled_in", "Desk for Carl Osei", "signed in")),
]  # fmt: skip


@pytest.mark.parametrize(("act", "expected"), [each[1:] for each in ACTS], ids=[e[0] for e in ACTS])
def test_every_act_is_kept(
    act: Callable[..., object],
    expected: tuple[str, str, str],
    ada: User,
    carl: User,
    london: Branch,
    setup: PhoneSystemSetup,
) -> None:
    with acting_as(ada):
        act(ada=ada, carl=carl, london=london, setup=setup)
    change = last()
    assert (change.subject, change.label, change.action) == expected
    assert change.user == ada
    _hold_no_secret()


def _hold_no_secret() -> None:
    for row in Change.objects.values():
        for secret in (SECRET, "plum tractor", "argon2", "wd_", "gAAAA"):
            assert secret not in repr(row)


def test_secrets_are_told_by_name_alone(carl: User, setup: PhoneSystemSetup) -> None:
    assert last().secrets == ["password"]
    save_user(details_of(carl), user=carl, password="plum tractor seven")
    assert last().secrets == ["password"]
    set_credential("CRM", SECRET)
    set_credential("CRM", SECRET + "2")
    assert (last().action, last().secrets) == ("changed", ["secret"])
    delete_credential("CRM")
    fill_in(setup, {}, owners={Owner.SITE}, cleared=["password"])
    assert last().secrets == ["password"]
    keep_sign_in(setup.pk, carl.pk, SignedIn(SECRET, None, SECRET))
    end_sign_in(setup.pk, carl.pk)
    assert last().action == "signed out"
    _hold_no_secret()


def test_a_password_set_by_a_link_was_set_by_its_user(carl: User) -> None:
    use_link(*password_link(carl), "plum tractor seven")
    assert (last().user, last().action) == (carl, "password set")


# ---- Putting back ---------------------------------------------------------------------------------


def test_only_the_fields_of_the_change_go_back(ada: User, carl: User) -> None:
    phones = [LabelledNumber("Mobile", "07700 900103")]
    save_user(details_of(carl, extension="299", phones=phones), user=carl)
    change = last()
    save_user(details_of(carl, name="Carl O.", phones=phones), user=carl)
    with acting_as(ada):
        put_back(change)
    carl.refresh_from_db()
    assert (carl.extension, carl.name) == ("203", "Carl O.")
    assert last().note == f"change {change.pk} put back"
    assert last().user == ada
    put_back(last())  # which is a change of its own
    carl.refresh_from_db()
    assert carl.extension == "299"


def test_it_is_checked_like_any_change(ada: User, carl: User) -> None:
    """Meanwhile another user has the name; and somebody must administer."""
    save_user(details_of(carl, login="charles"), user=carl)
    renamed = last()
    save_user(UserDetails("carl", "CX", "Carl Xu"))
    with pytest.raises(InvalidValueError, match="Another user signs in"):
        put_back(renamed)
    save_user(details_of(carl, login="charles", role=Role.ADMINISTRATOR), user=carl)
    promoted = last()
    save_user(details_of(ada, role=Role.CALLER), user=ada)
    with pytest.raises(InvalidValueError, match="administrator must stay"):
        put_back(promoted)


def test_a_setting_goes_back_and_forth(london: Branch) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "12", branch=london)
    added = last()
    override_setting(TOTAL_TIME_LIMIT.name, "15", branch=london)
    put_back(last())
    assert setting_view(TOTAL_TIME_LIMIT.name, branch=london).own_value == "12"
    put_back(added)
    assert setting_view(TOTAL_TIME_LIMIT.name, branch=london).own_value is None
    put_back(last())
    assert setting_view(TOTAL_TIME_LIMIT.name, branch=london).own_value == "12"


def test_a_branch_comes_back_with_its_settings(london: Branch) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "12", branch=london)
    delete_branch(london)
    put_back(last())
    (row,) = GeneralSetting.objects.all()
    assert row.branch is not None
    assert (row.branch.agency_id, row.value) == ("LON", "12")


def test_a_branch_with_users_is_not_removed(london: Branch, carl: User) -> None:
    with pytest.raises(InvalidValueError, match="still has users"):
        put_back(Change.objects.get(subject="branch"))


def test_people_and_companies_come_back(db: None) -> None:
    phones = [LabelledNumber("Work", "020 7946 0123")]
    person = save_person(name="Agatha", company="Vale", phones=phones, notes="After ten")
    delete_person(person)
    put_back(last())
    back = Person.objects.get()
    assert (back.name, str(back.company), back.notes) == ("Agatha", "Vale", "After ten")
    assert [phone.number for phone in back.phones.all()] == ["020 7946 0123"]
    company = save_company(name="Penrose", phones=phones)
    delete_company(company)
    put_back(last())
    assert Company.objects.get(name="Penrose").phones.count() == 1


def test_a_phone_comes_back(carl: User, setup: PhoneSystemSetup) -> None:
    delete_phone(save_phone(carl, label="Home", extension="7", setup=setup))
    put_back(last())
    phone = UserPhone.objects.get()
    assert (phone.user, phone.label, phone.extension, phone.setup) == (carl, "Home", "7", setup)


def test_a_phone_system_comes_back_without_its_secrets(setup: PhoneSystemSetup) -> None:
    save_filled_setup(SetupDetails("Desk", source=FILE), {"host": "other.example"}, setup=setup)
    put_back(last())
    assert setup.values.get(name="host").value == "pbx.example"
    assert setup.values.filter(name="password").exists()
    delete_setup(setup)
    put_back(last())
    back = PhoneSystemSetup.objects.get()
    assert back.source == FILE
    assert [value.name for value in back.values.all()] == ["host"]


def test_what_is_filled_in_for_a_user_goes_back(carl: User, setup: PhoneSystemSetup) -> None:
    whose = OwnerOfValues(carl)
    fill_in(setup, {"line": "7"}, owners={Owner.USER}, whose=whose)
    fill_in(setup, {"line": "8"}, owners={Owner.USER}, whose=whose)
    put_back(last())
    assert setup.values.get(user=carl).value == "7"
    put_back(Change.objects.filter(subject="filled_in").earliest("pk"))
    assert not setup.values.filter(user=carl).exists()


def test_the_function_goes_back(ada: User) -> None:
    first = save_function(f"{DELIVERED_FUNCTION}-- one", author=ada)
    begun = last()
    save_function(f"{DELIVERED_FUNCTION}-- two", author=ada)
    put_back(last())
    assert first is not None
    assert source_in_force() == first.source
    put_back(begun)
    assert source_in_force() == DELIVERED_FUNCTION


def test_what_cannot_be_put_back_says_why(ada: User, carl: User) -> None:
    create_token(carl, name="CRM")
    made = last()
    revoke_token(ApiToken.objects.get().pk)
    revoked = last()
    set_credential("CRM", SECRET)
    credential = last()
    set_password(carl, "plum tractor seven")
    act = last()
    save_user(details_of(carl, phones=[LabelledNumber("Mobile", "07700 900103")]), user=carl,
              password="plum tractor eight")  # fmt: skip
    only_secret = last()
    added = Change.objects.filter(subject="user", key=str(carl.pk)).earliest("pk")
    for change, words in [
        (made, "shown once"), (revoked, "shown once"), (credential, "secret anew"),
        (act, "nothing that could"), (only_secret, "Secrets are not kept"), (added, "Deactivate"),
    ]:  # fmt: skip
        plan = plan_put_back(change)
        assert words in plan.refusal
        with pytest.raises(InvalidValueError):
            put_back(change)
    assert User.objects.get(pk=carl.pk).check_password("plum tractor eight")


def test_what_is_like_this_already_is_not_put_back(carl: User) -> None:
    save_user(details_of(carl, extension="299"), user=carl)
    change = last()
    put_back(change)
    with pytest.raises(InvalidValueError, match="already"):
        put_back(change)


def test_changes_are_found(ada: User, carl: User, london: Branch) -> None:
    with acting_as(ada):
        override_setting(TOTAL_TIME_LIMIT.name, "12", branch=london)
    change = last()
    assert list(find_changes(who="byrne")) == [change]
    assert list(find_changes(subject="setting", search="limit london")) == [change]
    assert list(find_changes(since=change.at, until=change.at)) == []
    assert change in find_changes(since=change.at)


def test_a_save_costs_a_fixed_number_of_queries(carl: User) -> None:
    counts = []
    for extension, numbers in (("1", 1), ("2", 20)):
        phones = [LabelledNumber(f"No {n}", f"020 7946 00{n:02}") for n in range(numbers)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            save_user(details_of(carl, extension=extension, phones=phones), user=carl)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


def test_erasing_a_persons_data_empties_the_history_of_them(ada: User) -> None:
    """The number was written otherwise; others' changes, and that there was one, stay."""
    phones = [LabelledNumber("Work", "(0)20 7946 0123")]
    agatha = save_person(name="Agatha", phones=phones, notes="After ten")
    other = save_person(name="Basil", phones=[LabelledNumber("Work", "0113 496 0199")])
    with acting_as(ada):
        delete_person(agatha)
    count = Change.objects.count()
    erase_personal_data(subject_of_number("+44 20 7946 0123"), cuts_user=False, actor="Ada")
    assert Change.objects.count() == count
    erased = Change.objects.exclude(erased_at=None)
    assert [(row.label, row.before, row.after) for row in erased] == [("Erased", None, None)] * 2
    assert erased[0].user == ada
    assert "7946" not in repr(list(Change.objects.values()))
    assert Change.objects.get(label=other.name).after is not None
    assert "erased" in plan_put_back(erased[0]).refusal
