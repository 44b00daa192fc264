"""Two administrators with one form open: the later one is told before the other's change is written over."""

from dataclasses import dataclass

import pytest

from tests.site.maintenance.test_users import fields_of
from tests.site.maintenance.visitor import Visitor, text_of, values_of
from webdial.exchange.general_settings import TOTAL_TIME_LIMIT
from webdial.site.domain.acting import acting_as
from webdial.site.domain.branches import save_branch
from webdial.site.domain.companies import save_company
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.domain.states import field_label
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user, set_password
from webdial.site.models import Branch, Change, ChangeSubject, User

SOURCE = """
title = "Old PBX"
vendor = "Nobody"
[fields.host]
label = "Address"
[dial]
request = "http://{host}/dial?from=^&to=#"
"""
TOLD = "has changed this since you opened it"
AGAIN = "Below stands what you typed."


@dataclass(frozen=True)
class Form:
    """A form, and a change of its thing that is made while it is open."""

    page: str
    fields: dict[str, object]
    subject: ChangeSubject
    field: str = "name"


@pytest.fixture(
    params=["user", "person", "company", "branch", "setting", "user_phone", "phone_system", "file"]
)
def form(request: pytest.FixtureRequest, carl: User, london: Branch) -> Form:
    kind = request.param
    match kind:
        case "user":
            return Form(f"users/{carl.pk}", fields_of(carl, extension="9"), ChangeSubject.USER)
        case "person":
            row = save_person(name="Agatha")
            return Form(f"people/{row.pk}", {"name": "Agatha P"}, ChangeSubject.PERSON)
        case "company":
            firm = save_company(name="Quill", phones=[])
            return Form(f"companies/{firm.pk}", {"name": "Quills"}, ChangeSubject.COMPANY)
        case "branch":
            fields = {"name": "London W", "agency_id": "LON"}
            return Form(f"branches/{london.pk}", fields, ChangeSubject.BRANCH)
        case "setting":
            override_setting(TOTAL_TIME_LIMIT.name, "12")
            page = f"settings/edit?name={TOTAL_TIME_LIMIT.name}"
            return Form(page, {"value": "13"}, ChangeSubject.SETTING, "value")
        case "user_phone":
            phone = save_phone(carl, label="Desk", extension="1", setup=None)
            fields = {"label": "Desk", "extension": "2"}
            return Form(
                f"users/{carl.pk}/phones/{phone.pk}", fields, ChangeSubject.USER_PHONE, "label"
            )
    setup = save_setup(SetupDetails("PBX", source=SOURCE))
    page = f"phone-systems/{setup.pk}" + ("/file" if kind == "file" else "")
    fields = {"source": SOURCE + "# mended\n"} if kind == "file" else {"name": "Our PBX"}
    return Form(page, fields, ChangeSubject.PHONE_SYSTEM)


def change_meanwhile(form: Form, bea: User) -> None:
    """As if Bea had another name saved for it; her change, as every act keeps one."""
    last = Change.objects.filter(subject=form.subject).latest("pk")
    state = last.after or {}
    Change.objects.create(
        at=last.at, user=bea, user_name=bea.name, subject=last.subject, key=last.key,
        label=last.label, action="changed", before=state, after={**state, form.field: "another"},
    )  # fmt: skip


def test_change_of_another_is_told_once(admin: Visitor, bea: User, form: Form) -> None:
    page = f"/maintenance/{form.page}"
    seen = values_of(admin.get(page), "seen")
    change_meanwhile(form, bea)
    before = Change.objects.count()
    told = admin.post(page, seen=seen, **form.fields)
    assert told.status_code == 422
    assert f"Bea Novak {TOLD}: {field_label(form.field)}." in text_of(told)
    assert AGAIN in text_of(told)
    assert Change.objects.count() == before
    again = admin.post(page, seen=values_of(told, "seen"), **form.fields)
    assert again.status_code == 302, text_of(again)
    assert Change.objects.count() == before + 1


def test_nobody_came_between(admin: Visitor, form: Form) -> None:
    page = f"/maintenance/{form.page}"
    assert (
        admin.post(page, seen=values_of(admin.get(page), "seen"), **form.fields).status_code == 302
    )


def test_deactivated_user_does_not_come_back_with_an_extension(
    admin: Visitor, bea: User, carl: User, state: dict[str, object]
) -> None:
    """Bea has had Carl's page open all the while."""
    beas, page = Visitor(state, bea), f"/maintenance/users/{carl.pk}"
    opened = values_of(beas.get(page), "seen")
    admin.post(page, **fields_of(carl, is_active=None))
    told = beas.post(page, seen=opened, **fields_of(carl, extension="9"))
    assert f"Ada Byrne {TOLD}: Active." in text_of(told)
    carl.refresh_from_db()
    assert (carl.is_active, carl.extension) == (False, "203")


def test_row_that_is_added_to_the_form_forgets_nothing(
    admin: Visitor, carl: User, bea: User
) -> None:
    page = f"/maintenance/users/{carl.pk}"
    opened = values_of(admin.get(page), "seen")
    with acting_as(bea):
        save_user(UserDetails("carl", "CO", "Carl Osei", carl.branch, "777"), user=carl)
    grown = admin.post(page, seen=opened, add_number="1", **fields_of(carl, extension="9"))
    assert values_of(grown, "seen") == opened
    assert TOLD in text_of(admin.post(page, seen=opened, **fields_of(carl, extension="9")))


def test_secret_that_was_set_meanwhile_is_no_matter(admin: Visitor, carl: User) -> None:
    """It is not in the form, and stays."""
    page = f"/maintenance/users/{carl.pk}"
    opened = values_of(admin.get(page), "seen")
    set_password(carl, "amber-brook-cedar")
    assert admin.post(page, seen=opened, **fields_of(carl, extension="9")).status_code == 302
    carl.refresh_from_db()
    assert carl.extension == "9"
    assert carl.check_password("amber-brook-cedar")


def test_password_that_is_set_at_the_same_moment_stays(carl: User) -> None:
    """The row was read before, with the old one."""
    read = User.objects.get(pk=carl.pk)
    set_password(carl, "amber-brook-cedar")
    save_user(UserDetails("carl", "CO", "Carl Osei", carl.branch, "9"), user=read)
    carl.refresh_from_db()
    assert carl.check_password("amber-brook-cedar")
    assert carl.extension == "9"


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "²", "\x00"])
def test_what_is_no_number_is_let_be(admin: Visitor, carl: User, seen: str) -> None:
    page = f"/maintenance/users/{carl.pk}"
    assert admin.post(page, seen=seen, **fields_of(carl, extension="9")).status_code == 302


def test_branch_of_a_new_name_is_found_by_what_it_is(
    admin: Visitor, bea: User, london: Branch
) -> None:
    """Changes are told by the row, not by the name."""
    page = f"/maintenance/branches/{london.pk}"
    opened = values_of(admin.get(page), "seen")
    with acting_as(bea):
        save_branch(agency_id="LDN", name="Greater London", branch=london)
    told = text_of(admin.post(page, seen=opened, agency_id="LON", name="London"))
    assert f"Bea Novak {TOLD}: AgencyID, Name." in told
