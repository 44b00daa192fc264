"""Personal data of a user or a number: found, exported, erased; and what stays."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async

from tests.site.conftest import Member
from tests.site.logged_calls import NOW, logged_call
from webdial.errors import InvalidValueError
from webdial.site.audit.verifying import Summary, verify
from webdial.site.domain.acting import acting_as
from webdial.site.domain.browsers import pair_browser
from webdial.site.domain.computers import make_code, pair, revoke_computer
from webdial.site.domain.favourites import OwnerKind, Starred, add_favourite
from webdial.site.domain.functions import save_function
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.personal_data import (
    Subject,
    erase_personal_data,
    export_personal_data,
    find_personal_data,
    subject_of_number,
)
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.tokens import create_token
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user, set_email
from webdial.site.models import Call, CallLogNote, Change, Computer, FunctionVersion, User
from webdial.watcom import DELIVERED_FUNCTION

NUMBER = "020 7946 0123"
SECRETS = ("7946", "2079460123", "pbx.example", "203", "Penrose")


def erase(subject: Subject, *, cuts_user: bool) -> int:
    return erase_personal_data(subject, cuts_user=cuts_user, actor="Ada Byrne")


@pytest.mark.parametrize(
    ("columns", "is_found"),
    [
        ({"dialled": "02079460123"}, True),
        ({"dialled": "+442079460123"}, True),
        ({"dialled": "00442079460123"}, True),
        ({"dialled": "902079460123"}, True),
        ({"dialled": "02079460123,44"}, True),
        ({"dialled": "555", "typed": "+44 (0)20 7946-0123"}, True),
        ({"dialled": "555", "typed": "020 7946 0123 ext 9"}, True),
        ({"dialled": "020794601234"}, False),
        ({"dialled": "02079460124"}, False),
        ({"dialled": "+3312079460123"}, True),
        ({"dialled": "555", "typed": "555"}, False),
    ],
)
def test_number_is_found_however_it_was_dialled(
    users: dict[str, User], columns: dict[str, str], is_found: bool
) -> None:
    row = logged_call(users["carl"], **{"typed": columns["dialled"], **columns})
    found = find_personal_data(subject_of_number(NUMBER))
    assert found.calls == ((row.pk,) if is_found else ())


def test_number_abroad_is_another_one(users: dict[str, User]) -> None:
    logged_call(users["carl"], number="+1 207 946 0123")
    same = logged_call(users["carl"], number="+44 207 946 0123")
    assert find_personal_data(subject_of_number("+44 20 7946 0123")).calls == (same.pk,)


def test_short_number_is_compared_as_a_whole(users: dict[str, User]) -> None:
    row = logged_call(users["carl"], number="203")
    logged_call(users["carl"], number="020 7946 0203")
    assert find_personal_data(subject_of_number("203")).calls == (row.pk,)


@pytest.mark.parametrize("typed", ["", "x", "5", "+"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValueError):
        subject_of_number(typed)


def test_preview_tells_numbers_times_and_the_directory(users: dict[str, User]) -> None:
    save_person(name="Agatha Penrose", phones=[LabelledNumber("Home", "(020) 7946 0123")])
    logged_call(users["carl"], age=timedelta(days=3))
    logged_call(users["carl"], age=timedelta(days=2), number="+44 20 7946 0123")
    logged_call(users["carl"], outcome="placing", finished_at=None)
    found = find_personal_data(subject_of_number(NUMBER))
    assert found.numbers == (("02079460123", 2), ("+442079460123", 1))
    assert (len(found.calls), found.placing) == (3, 1)
    assert (found.first_at, found.last_at) == (NOW - timedelta(days=3), NOW)
    assert found.owners == ("Agatha Penrose",)


def test_erasing_a_number_leaves_the_proof(users: dict[str, User]) -> None:
    before = logged_call(
        users["carl"], outcome="rejected", status=403, phone_system="Head office",
        message="Agatha Penrose is busy", remote_id="2079460123-1", number_story='["2079460123"]',
        answer="no 2079460123", phone="Penrose",
    )  # fmt: skip
    other = logged_call(users["carl"], number="020 7946 0999")
    assert erase(subject_of_number(NUMBER), cuts_user=False) == 1
    row = Call.objects.get(pk=before.pk)
    kept = ("id", "user_id", "branch_id", "placed_at", "finished_at", "outcome", "status")
    kept += ("phone_system", "channel", "kind", "setting_source", "run_id")
    assert [getattr(row, name) for name in kept] == [getattr(before, name) for name in kept]
    text = " ".join(str(getattr(row, field.name)) for field in Call._meta.fields[3:])
    assert [word for word in SECRETS if word in text] == []
    assert row.erased_at is not None
    assert Call.objects.get(pk=other.pk).typed == "020 7946 0999"
    note = CallLogNote.objects.get()
    assert (note.act, note.count, note.actor) == ("erased", 1, "Ada Byrne")
    assert (note.first_call, note.last_call) == (row.pk, row.pk)
    assert note.subject == "a number that ends in 23"


def test_erasing_a_user_cuts_the_link(users: dict[str, User]) -> None:
    row = logged_call(users["carl"])
    of_another = logged_call(users["dora"])
    assert erase(Subject(user=users["carl"]), cuts_user=True) == 1
    row.refresh_from_db()
    assert (row.user, row.extension, row.typed) == (None, "", "")
    assert row.branch == users["carl"].branch
    of_another.refresh_from_db()
    assert of_another.erased_at is None
    assert CallLogNote.objects.get().subject == "user CO"


def test_call_that_is_being_placed_is_left_alone(users: dict[str, User]) -> None:
    row = logged_call(users["carl"], outcome="placing", finished_at=None)
    assert erase(subject_of_number(NUMBER), cuts_user=False) == 0
    row.refresh_from_db()
    assert row.typed == NUMBER


def test_erased_calls_are_not_found_again(users: dict[str, User]) -> None:
    logged_call(users["carl"])
    subject = Subject(user=users["carl"])
    erase(subject, cuts_user=False)
    assert find_personal_data(subject).calls == ()


def test_export_of_a_user_is_json_without_secrets(users: dict[str, User]) -> None:
    rows = [logged_call(users["carl"], age=timedelta(hours=2)), logged_call(users["carl"])]
    told = json.loads(b"".join(export_personal_data(Subject(user=users["carl"]), actor="Ada")))
    assert told["user"]["staff_id"] == "CO"
    assert [call["id"] for call in told["calls"]] == [str(row.pk) for row in rows]
    assert told["calls"][0]["request"] == rows[0].request
    assert "password" not in json.dumps(told)
    assert CallLogNote.objects.get().act == "exported"


def test_export_of_a_number_without_calls(users: dict[str, User]) -> None:
    told = json.loads(b"".join(export_personal_data(subject_of_number(NUMBER), actor="Ada")))
    assert (told["number"], told["directory"], told["calls"]) == ("02079460123", [], [])


def pair_machines(user: User) -> None:
    """A laptop that is revoked, another that is not, and a browser."""
    for name in ("Old laptop", "Laptop"):
        laptop = pair(make_code(user), name=name, platform="Linux", address="").computer
        if name == "Old laptop":
            revoke_computer(laptop)
    pair_browser(make_code(user), browser="Firefox", address="")


def test_export_of_a_user_tells_paired_computers_and_browsers(users: dict[str, User]) -> None:
    pair_machines(users["carl"])
    pair_machines(users["dora"])
    create_token(users["carl"], name="Wallboard")
    told = json.loads(b"".join(export_personal_data(Subject(user=users["carl"]), actor="Ada")))
    assert [(each["name"], each["platform"]) for each in told["computers"]] == [("Laptop", "Linux")]
    assert [each["name"] for each in told["browsers"]] == ["Firefox"]
    assert [each["name"] for each in told["tokens"]] == ["Wallboard"]
    assert Computer.objects.get(user=users["carl"]).digest not in json.dumps(told)


@pytest.mark.parametrize("is_active", [True, False])
def test_erasing_a_user_who_is_deactivated_takes_their_machines(
    users: dict[str, User], *, is_active: bool
) -> None:
    carl, dora = users["carl"], users["dora"]
    for user in (carl, dora):
        pair_machines(user)
        create_token(user, name="Wallboard")
    User.objects.filter(pk=carl.pk).update(is_active=is_active)
    carl.refresh_from_db()
    assert find_personal_data(Subject(user=carl)).machines == ("Laptop", "Firefox")
    erase(Subject(user=carl), cuts_user=True)
    kept = ("Laptop", "Firefox") if is_active else ()
    assert find_personal_data(Subject(user=carl)).machines == kept
    assert find_personal_data(Subject(user=dora)).machines == ("Laptop", "Firefox")
    told = {change.label for change in Change.objects.filter(erased_at=None)}
    assert ("Old laptop of Carl Osei" in told) is is_active
    assert ("Extension in Firefox of Carl Osei" in told) is is_active
    assert {"Wallboard of Carl Osei", "Old laptop of Dora Lindqvist"} <= told
    assert list(verify(Summary())) == []


def fill_account(user: User, colleague: User) -> None:
    set_email(user, f"{user.login}@x.example")
    user.phones.create(label="Mobile", number="07700 900123")
    save_phone(user, label="At home", extension=f"77{user.pk}")
    add_favourite(user, Starred(OwnerKind.COLLEAGUE, colleague.pk, ""))
    UserSession.objects.create(
        user=user, ip="192.0.2.7", user_agent="Firefox", session_key=f"key of {user.login}"
    )
    SocialAccount.objects.create(user=user, provider="company", uid=f"id of {user.login}")


def test_export_of_a_user_tells_the_account(users: dict[str, User]) -> None:
    fill_account(users["carl"], users["ada"])
    fill_account(users["dora"], users["ada"])
    told = json.loads(b"".join(export_personal_data(Subject(user=users["carl"]), actor="Ada")))
    assert told["user"]["mail"] == "carl@x.example"
    assert told["user"]["may_ring_abroad"] is False
    assert told["favourites"] == [{"of": "Ada Byrne", "label": "extension", "number": "201"}]
    assert [each["ip"] for each in told["sign_in"]["sessions"]] == ["192.0.2.7"]
    assert [each["uid"] for each in told["sign_in"]["at_the_provider"]] == ["id of carl"]
    assert told["history"][-1]["after"]["email"] == "carl@x.example"
    assert not {"dora@x.example", "key of carl"} & set(json.dumps(told).split('"'))


@pytest.mark.parametrize("is_active", [True, False])
def test_erasing_a_user_who_is_deactivated_empties_the_account(
    users: dict[str, User], *, is_active: bool
) -> None:
    carl, dora = users["carl"], users["dora"]
    for user in (carl, dora):
        fill_account(user, users["ada"])
    User.objects.filter(pk=carl.pk).update(is_active=is_active)
    carl.refresh_from_db()
    assert find_personal_data(Subject(user=carl)).is_erasable is not is_active
    erase(Subject(user=carl), cuts_user=True)
    carl.refresh_from_db()
    assert (carl.email == "") is not is_active
    assert (carl.name, carl.staff_id) == ("Carl Osei", "CO")
    assert carl.has_usable_password() is is_active
    owned = (carl.phones, carl.favourites, carl.own_phones, UserSession.objects.filter(user=carl),
             SocialAccount.objects.filter(user=carl))  # fmt: skip
    assert [rows.exists() for rows in owned] == [is_active] * 5
    history = str(list(Change.objects.values("before", "after", "label")))
    assert [each in history for each in ("carl@x.example", f"77{carl.pk}")] == [is_active] * 2
    assert "dora@x.example" in history
    assert f"77{dora.pk}" in history
    assert list(verify(Summary())) == []


def test_export_of_a_user_tells_the_changes_they_made(users: dict[str, User]) -> None:
    ada, carl = users["ada"], users["carl"]
    with acting_as(ada):
        override_setting("Number Country", "GB")
        save_person(name="Agatha Penrose", phones=[LabelledNumber("Home", NUMBER)])
        set_email(carl, "carl@x.example")
        set_email(ada, "ada@x.example")
        save_phone(carl, label="At home", extension="777")
        save_phone(ada, label="Lab", extension="778")
    with acting_as(carl):
        override_setting("Number Country", "DE")
    text = b"".join(export_personal_data(Subject(user=ada), actor="Ada")).decode()
    made = json.loads(text)["changes_made"]
    assert [(each["subject"], each["action"], each["name"]) for each in made] == [
        ("setting", "added", "Number Country"),
        ("person", "added", None),
        ("user", "changed", None),
        ("user", "changed", "Ada Byrne"),
        ("user_phone", "added", None),
        ("user_phone", "added", "Lab of Ada Byrne"),
    ]
    assert [each["change"] for each in made] == sorted(each["change"] for each in made)
    assert all(datetime.fromisoformat(each["at"]).tzinfo for each in made)
    assert [word for word in ("Penrose", "7946", "Carl", "carl@", "777") if word in text] == []


def test_erasing_finds_what_stood_under_an_earlier_sign_in_name(users: dict[str, User]) -> None:
    """And leaves alone what belongs to whoever has that sign-in name now."""
    carl, dora = users["carl"], users["dora"]
    pair_machines(carl)
    save_phone(carl, label="At home", extension="777")
    details = {user.pk: UserDetails(user.login, user.staff_id, user.name) for user in (carl, dora)}
    save_user(replace(details[carl.pk], login="gone", is_active=False), user=carl)
    save_user(replace(details[dora.pk], login="carl"), user=dora)
    dora.refresh_from_db()
    pair_machines(dora)
    save_phone(dora, label="Loft", extension="888")
    carl.refresh_from_db()
    erase(Subject(user=carl), cuts_user=True)
    told = {change.label for change in Change.objects.filter(erased_at=None)}
    assert {label for label in told if label.endswith("of Carl Osei")} == set()
    assert {"Laptop of Dora Lindqvist", "Loft of Dora Lindqvist"} <= told
    assert list(verify(Summary())) == []


def test_version_of_the_function_names_whom_the_user_was_renamed_to(users: dict[str, User]) -> None:
    carl = users["carl"]
    save_function(f"{DELIVERED_FUNCTION}\n-- mine", author=carl, note="mine")
    User.objects.filter(pk=carl.pk).update(name="A colleague", is_active=False)
    carl.refresh_from_db()
    erase(Subject(user=carl), cuts_user=True)
    assert FunctionVersion.objects.get(author=carl).author_name == "A colleague"
    assert list(verify(Summary())) == []


PAGE = "/maintenance/personal-data"


async def text(member: Member, **query: str) -> str:
    return str((await member.client.get(PAGE, query)).content.decode())


async def test_page_previews_and_changes_nothing(
    ada: Member, users: dict[str, User], log_of_carl: None
) -> None:
    html = await text(ada, number=NUMBER)
    assert 'Calls found</dt><dd class="num">2' in html
    assert "02079460123" in html
    await sync_to_async(pair_machines)(users["carl"])
    html = await text(ada, user="carl")
    assert "Carl Osei (CO)" in html
    assert 'Laptop, Firefox <span class="muted">stay while the user is active' in html
    assert await Call.objects.filter(erased_at=None).acount() == 2
    assert not await CallLogNote.objects.aexists()


async def test_page_erases_when_it_is_meant(ada: Member, log_of_carl: None) -> None:
    form = {"act": "erase", "number": NUMBER, "user": "", "user_link": "keep"}
    response = await ada.client.post(PAGE, form)
    assert response.status_code == 422
    assert "Say that you mean it" in response.content.decode()
    assert await Call.objects.filter(erased_at=None).acount() == 2
    response = await ada.client.post(PAGE, {**form, "confirmed": "yes"})
    assert response.status_code == 302
    assert await Call.objects.filter(erased_at=None).acount() == 0
    html = await text(ada)
    assert "2 calls erased." in html
    assert "a number that ends in 23" in html
    assert "7946" not in html


async def test_page_exports(ada: Member, log_of_carl: None) -> None:
    response = await ada.client.post(PAGE, {"act": "export", "user": "carl", "number": ""})
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith('attachment; filename="personal-data-')
    told = json.loads(b"".join([part async for part in response.streaming_content]))
    assert len(told["calls"]) == 2


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"user": "carl", "number": NUMBER}, "Type a user or a number, not both."),
        ({"number": "x"}, "Type the whole number."),
        ({"user": "Zoltan"}, "No user is found by this."),
    ],
)
async def test_page_tells_what_is_not_understood(
    ada: Member, query: dict[str, str], told: str
) -> None:
    assert told in await text(ada, **query)


async def test_erased_call_cannot_be_dialled_again(ada: Member, users: dict[str, User]) -> None:
    row = await _erased(users["carl"])
    for address in (f"/calls/{row.pk}", "/calls", f"/calls/{row.pk}/line?in=row"):
        html = (await ada.client.get(address)).content.decode()
        assert "Number erased" in html
        assert "Dial again" not in html
        assert "Dial now" not in html


async def _erased(user: User) -> Call:
    def make() -> Call:
        row = logged_call(user)
        erase(subject_of_number(NUMBER), cuts_user=True)
        return row

    return await sync_to_async(make)()


@pytest.fixture
def log_of_carl(users: dict[str, User]) -> None:
    logged_call(users["carl"])
    logged_call(users["carl"], age=timedelta(days=1))
