"""Maintenance | Users: found, added, changed, deactivated; passwords written and never read."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of, values_of
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Branch, Role, User

LIST = "/maintenance/users"
ADD = "/maintenance/users/add"
PASSWORD = "amber-brook-cedar"


def fields_of(user: User, **changed: object) -> dict[str, object]:
    """The form of `user` as a browser would send it, with some fields typed over."""
    kept = {
        "staff_id": user.staff_id,
        "name": user.name,
        "login": user.login,
        "branch": user.branch_id or "",
        "extension": user.extension,
        "role": user.role,
        "phone_label": [phone.label for phone in user.phones.all()],
        "phone_number": [phone.number for phone in user.phones.all()],
        "password": "",
    } | ({"is_active": "1"} if user.is_active else {})
    return {name: value for name, value in (kept | changed).items() if value is not None}


def test_list_shows_what_is_known_of_a_user(admin: Visitor, ada: User) -> None:
    page = text_of(admin.get(LIST))
    assert "Ada Byrne ada AB London 201 07700 900101 Mobile Administrator" in page
    assert "1 user" in page


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Ada Byrne ada", "Carl Osei carl", "Dora Lindqvist dora"]),
        ("osei", ["Carl Osei carl"]),
        ("DL", ["Dora Lindqvist dora"]),
        ("203", ["Carl Osei carl"]),
        ("london", ["Ada Byrne ada", "Carl Osei carl"]),
        ("london 203", ["Carl Osei carl"]),
        ("nobody", []),
        ("%", []),
        ("\x00", ["Ada Byrne ada", "Carl Osei carl", "Dora Lindqvist dora"]),
    ],
)
def test_search(admin: Visitor, carl: User, dora: User, search: str, found: list[str]) -> None:
    assert rows_of(admin.get(LIST, search=search)) == found


def test_list_reads_as_much_for_fifty_users_as_for_one(
    admin: Visitor, london: Branch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        save_user(
            UserDetails(
                login=f"u{number}",
                staff_id=f"U{number}",
                name=f"User {number:02}",
                branch=london,
                phones=[LabelledNumber("Desk", "020 7946 0100")],
            )
        )
    admin.get(LIST)  # takes up the configuration; one query below looks whether it changed
    with django_assert_max_num_queries(7):
        first = admin.get(LIST)
    assert len(rows_of(first)) == 50
    assert "Page 1 of 2" in text_of(first)
    assert rows_of(admin.get(LIST, page=2))[-1] == "User 59 u59"
    assert len(rows_of(admin.get(LIST, page="nonsense"))) == 50
    assert len(rows_of(admin.get(LIST, page=9))) == 11
    assert "search=user&amp;page=2" in admin.get(LIST, search="user").content.decode()


def test_a_user_is_added(admin: Visitor, leeds: Branch) -> None:
    response = admin.post(
        ADD,
        staff_id=" FA ",
        name="Finn Adeyemi",
        login="Finn",
        branch=leeds.pk,
        extension="302",
        role=Role.CALLER.value,
        is_active="1",
        password=PASSWORD,
        phone_label=["Mobile", "", "Home"],
        phone_number=["07700 900105", "", "0113 496 0187"],
    )
    assert flash_of(response, admin) == "The user Finn Adeyemi was added."
    finn = User.objects.get(login="finn")
    assert (finn.staff_id, finn.branch, finn.extension) == ("FA", leeds, "302")
    assert finn.is_active
    assert finn.check_password(PASSWORD)
    assert [(phone.label, phone.number) for phone in finn.phones.all()] == [
        ("Mobile", "07700 900105"),
        ("Home", "0113 496 0187"),
    ]


def test_a_changed_user_is_told_by_what_changed(admin: Visitor, carl: User, leeds: Branch) -> None:
    response = admin.post(
        f"{LIST}/{carl.pk}", **fields_of(carl, extension="299", branch=leeds.pk, is_active=None)
    )
    said = "The user Carl Osei was saved. Changed: branch, extension, active."
    assert flash_of(response, admin) == said
    carl.refresh_from_db()
    assert (carl.extension, carl.branch, carl.is_active) == ("299", leeds, False)
    unchanged = admin.post(f"{LIST}/{carl.pk}", **fields_of(carl))
    assert flash_of(unchanged, admin) == "The user Carl Osei stays as before."


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "The name is missing."),
        ("name", "x" * 121, "The name has more than 120 characters."),
        ("name", "Carl\x07", "The name holds characters that cannot be seen."),
        ("staff_id", "", "The StaffID is missing."),
        ("staff_id", "ab", "Another user has this StaffID."),
        ("login", "ADA", "Another user signs in with this name."),
        ("login", " ", "The sign-in name is missing."),
        ("extension", "2\r\n03", "The extension holds characters that cannot be seen."),
        ("extension", "x" * 81, "The extension has more than 80 characters."),
        ("branch", "99", "There is no such branch."),
        ("branch", "x", "There is no such branch."),
        ("branch", "9" * 5000, "There is no such branch."),
        ("role", "owner", "There is no such role."),
        ("role", None, "There is no such role."),
        ("phone_number", ["letters"], "letters: There is no number in this that could be dialled."),
        ("phone_number", ["1" * 81], "The number has more than 80 characters."),
        ("password", "short", "This password is too short."),
        ("password", "Carl Osei 7", "The password is too similar to the"),
        ("password", "x" * 1001, "The password has more than 200 characters."),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    admin: Visitor, carl: User, field: str, typed: object, told: str
) -> None:
    before = User.objects.filter(pk=carl.pk).values().get()
    response = admin.post(f"{LIST}/{carl.pk}", **fields_of(carl, **{field: typed}))
    assert response.status_code == 422
    page = response.content.decode()
    named = "phones" if field == "phone_number" else field
    assert f'href="#{named}"' in page
    assert f'id="{named}-error"' in page
    assert told in text_of(response)
    assert User.objects.filter(pk=carl.pk).values().get() == before


def test_what_was_typed_is_kept_but_the_password(admin: Visitor) -> None:
    response = admin.post(
        ADD, name="<b>Finn</b>", login="finn", password=PASSWORD, phone_number="123 456"
    )
    assert response.status_code == 422
    assert values_of(response, "name") == ["<b>Finn</b>"]
    assert values_of(response, "phone_number") == ["123 456"]
    assert values_of(response, "password") == [""]
    content = response.content.decode()
    assert "<b>Finn" not in content
    assert PASSWORD not in content


def test_an_empty_password_keeps_the_present_one(admin: Visitor, ada: User) -> None:
    admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, extension="209"))
    ada.refresh_from_db()
    assert ada.extension == "209"
    assert ada.check_password("quiet-harbour-17")


def test_a_new_password_ends_the_users_sessions(
    admin: Visitor, state: dict[str, object], carl: User
) -> None:
    carls = Visitor(state, carl)
    assert carls.get("/dial").status_code == 200
    said = flash_of(admin.post(f"{LIST}/{carl.pk}", **fields_of(carl, password=PASSWORD)), admin)
    assert said == "The user Carl Osei was saved. Changed: password."
    assert admin.is_signed_in
    assert carls.get("/dial").status_code == 302


def test_a_password_is_never_read_back(admin: Visitor, bea: User) -> None:
    page = admin.get(f"{LIST}/{bea.pk}")
    assert bea.password not in page.content.decode()
    assert values_of(page, "password") == [""]


@pytest.mark.parametrize(
    ("changed", "blamed"),
    [({"role": Role.CALLER.value}, "role"), ({"is_active": None}, "is_active")],
)
def test_the_last_administrator_stays(
    admin: Visitor, ada: User, changed: dict[str, object], blamed: str
) -> None:
    response = admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, **changed))
    assert response.status_code == 422
    assert "At least one administrator must stay active." in text_of(response)
    assert f'id="{blamed}-error"' in response.content.decode()
    ada.refresh_from_db()
    assert ada.is_administrator
    assert ada.is_active
    assert admin.is_signed_in


def test_rows_for_numbers_grow_and_shrink_without_saving(admin: Visitor, ada: User) -> None:
    page = f"{LIST}/{ada.pk}"
    assert values_of(admin.get(page), "phone_number") == ["07700 900101"]
    more = admin.post(page, **fields_of(ada, name="Typed", add_number="1"))
    assert values_of(more, "phone_number") == ["07700 900101", ""]
    assert values_of(more, "name") == ["Typed"]
    two = {"phone_label": ["Mobile", "Desk"], "phone_number": ["07700 900101", "020 7946 0100"]}
    fewer = admin.post(page, **fields_of(ada, **two, remove_number="0"))
    assert values_of(fewer, "phone_number") == ["020 7946 0100"]
    none = admin.post(page, **fields_of(ada, remove_number="0"))
    assert values_of(none, "phone_number") == [""]
    ada.refresh_from_db()
    assert ada.name == "Ada Byrne"
    assert ada.phones.get().number == "07700 900101"


def test_numbers_are_changed_and_removed(admin: Visitor, ada: User) -> None:
    response = admin.post(
        f"{LIST}/{ada.pk}", **fields_of(ada, phone_label=[""], phone_number=[" "])
    )
    assert flash_of(response, admin) == "The user Ada Byrne was saved. Changed: numbers."
    assert not ada.phones.exists()


def test_a_name_is_shown_as_text(admin: Visitor, carl: User) -> None:
    admin.post(f"{LIST}/{carl.pk}", **fields_of(carl, name="<img src=x onerror=alert(1)>"))
    for address in (LIST, f"{LIST}/{carl.pk}", f"{LIST}/choices?user=carl"):
        content = admin.get(address).content.decode()
        assert "<img src=x" not in content
        assert "&lt;img src=x" in content


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 5000])
def test_suggestions_for_nothing_that_names_a_user_are_none(admin: Visitor, typed: str) -> None:
    assert "<option" not in admin.get(f"{LIST}/choices", user=typed).content.decode()


def test_suggestions_are_twenty_at_most(admin: Visitor) -> None:
    for number in range(25):
        save_user(UserDetails(login=f"u{number}", staff_id=f"U{number}", name=f"User {number}"))
    before = len(connection.queries_log)
    content = admin.get(f"{LIST}/choices", user="user").content.decode()
    assert content.count("<option") == 20
    assert len(connection.queries_log) - before < 10


@pytest.mark.parametrize("user_id", ["0", "999999", "9" * 30, "9" * 5000, "x", "-1"])
def test_a_user_who_does_not_exist_is_not_found(admin: Visitor, user_id: str) -> None:
    assert admin.get(f"{LIST}/{user_id}").status_code == 404
    assert admin.post(f"{LIST}/{user_id}", name="x").status_code == 404
