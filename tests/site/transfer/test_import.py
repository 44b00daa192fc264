"""Tables brought in: what is new, changed, wrong; all of it or nothing."""

import io

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.acting import noting
from webdial.site.domain.branches import delete_branch, save_branch
from webdial.site.domain.changes import changed_fields, find_changes
from webdial.site.domain.configuration import current_revision
from webdial.site.domain.directory import find_listed
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import MAX_NOTES, save_person
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.acts import (
    SUBJECTS,
    ImportFaultyError,
    ImportOutdatedError,
    carry_out,
    read_file,
)
from webdial.site.domain.transfer.plan import FieldChange, Plan
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import (
    Branch,
    Company,
    Favourite,
    GeneralSetting,
    Person,
    Phone,
    Role,
    User,
)
from webdial.site.pages.language import say_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def business() -> None:
    london = save_branch(agency_id="LON", name="London")
    save_branch(agency_id="LDS", name="Leeds")
    mobile = [LabelledNumber("Mobile", "07700 900101")]
    save_user(
        UserDetails("ada", "AB", "Ada Byrne", london, "201", Role.ADMINISTRATOR, phones=mobile),
        password="quiet-harbour-17",
    )
    save_user(UserDetails("carl", "007", "Carl Osei", london, "203"))


def plan_of(subject: str, text: str) -> Plan:
    return plan_rows(SUBJECTS[subject], read_file(SUBJECTS[subject], text.encode()))


def bring_in(subject: str, text: str) -> Plan:
    return carry_out(SUBJECTS[subject], read_file(SUBJECTS[subject], text.encode()))


def faults_of(plan: Plan) -> list[tuple[int, str, str]]:
    return [(row.number, each.heading, each.message) for row in plan.rows for each in row.faults]


def kinds_of(plan: Plan) -> list[str]:
    return [row.kind.value for row in plan.rows]


def test_rows_are_new_changed_unchanged_and_the_rest_is_left_alone() -> None:
    plan = plan_of(
        "users",
        "name;STAFF ID;sign-in name;Number;Label\n"
        "Dora;DL;Dora;07700 900104;Mobile\n"
        "Ada Lovelace;ab;ada;020 7946 0123;Desk\n",
    )
    assert kinds_of(plan) == ["new", "changed"]
    assert plan.rows[1].changes == (
        FieldChange("StaffID", "AB", "ab"),
        FieldChange("Name", "Ada Byrne", "Ada Lovelace"),
        FieldChange("Numbers", "Mobile: 07700 900101", "Desk: 020 7946 0123"),
    )
    assert plan.left_alone == ("Carl Osei",)
    assert User.objects.count() == 2


def test_import_keeps_every_row_in_one_revision() -> None:
    before = current_revision()
    plan = bring_in(
        "users",
        "StaffID,Sign-in name,Name,AgencyID,Extension,Role,Active,Label 1,Number 1,Number 2\n"
        "DL,Dora,Dora Lindqvist,lds,301,,,Mobile,+44 7700 900104,020 7946 0104\n"
        "007,carl,Carl Osei,,204,administrator,no,,,\n",
    )
    assert kinds_of(plan) == ["new", "changed"]
    assert current_revision() == before + 1
    dora, carl = User.objects.get(login="dora"), User.objects.get(login="carl")
    assert (dora.branch.name if dora.branch else "", dora.role, dora.is_active) == (
        "Leeds",
        "caller",
        True,
    )
    assert not dora.has_usable_password()
    numbers = [(phone.label, phone.number) for phone in dora.phones.all()]
    assert numbers == [("Mobile", "+44 7700 900104"), ("", "020 7946 0104")]
    assert (carl.branch, carl.extension, carl.role, carl.is_active) == (
        None,
        "204",
        "administrator",
        False,
    )


def test_column_that_is_missing_leaves_its_field() -> None:
    bring_in("users", "StaffID,Extension\nAB,299\n")
    ada = User.objects.get(login="ada")
    assert (ada.extension, ada.name, ada.role) == ("299", "Ada Byrne", Role.ADMINISTRATOR)
    assert ada.check_password("quiet-harbour-17")
    assert [phone.number for phone in ada.phones.all()] == ["07700 900101"]


def test_one_wrong_row_keeps_all_others_out() -> None:
    before = current_revision()
    with pytest.raises(ImportFaultyError) as error:
        bring_in("branches", "AgencyID,Name\nCDF,Cardiff\nGLA,\n")
    assert kinds_of(error.value.plan) == ["new", "wrong"]
    assert faults_of(error.value.plan) == [(3, "Name", "Name is missing.")]
    assert Branch.objects.count() == 2
    assert current_revision() == before


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("X1,x,X,LDN,,,,", ("AgencyID", "There is no branch with the AgencyID 'LDN'.")),
        ("X1,x,X,,,boss,,", ("Role", "There is no role 'boss'.")),
        ("X1,x,X,,,,maybe,", ("Active", "'maybe' is neither yes nor no.")),
        ("X1,ada,X,,,,,", ("Sign-in name", "Ada Byrne signs in with this name.")),
        ("X1,,X,,,,,", ("Sign-in name", "Sign-in name is missing.")),
        ("X1,x,X,,,,,Agatha", ("Number 1", "There is no number in this that could be dialled.")),
        ("X1,x,X,,4.42079E+11,,,",
         ("Extension", "A spreadsheet has shortened this number, and its digits are lost.")),
        ("X1,x,X,,,,,4.42079E+11",
         ("Number 1", "A spreadsheet has shortened this number, and its digits are lost.")),
        ("7,x,X,,,,,", ("StaffID", "007 is kept. Has a spreadsheet dropped the 0 in front?")),
        ("X1,x,X\x01,,,,,", ("Name", "Name holds characters that cannot be seen.")),
        (f"{'X' * 41},x,X,,,,,", ("StaffID", "StaffID has more than 40 characters.")),
        ("AB,ada,Ada,,,caller,,", ("Role", "At least one administrator must stay active.")),
        ("AB,ada,Ada,,,,no,", ("Active", "At least one administrator must stay active.")),
    ],
)  # fmt: skip
def test_wrong_cell_of_a_user_is_told(row: str, told: tuple[str, str]) -> None:
    head = "StaffID,Sign-in name,Name,AgencyID,Extension,Role,Active,Number 1\n"
    plan = plan_of("users", head + row)
    assert [(heading, message) for _, heading, message in faults_of(plan)] == [told]


def test_number_that_lost_its_zero_is_told_where_the_whole_one_is_kept() -> None:
    plan = plan_of("users", "StaffID,Number 1\nAB,7700900101\n")
    told = "07700 900101 is kept. Has a spreadsheet dropped the 0 or + in front?"
    assert faults_of(plan) == [(2, "Number", told)]


def test_numbers_without_zero_or_plus_are_noted_once() -> None:
    plan = plan_of("people", "Name,Number 1\nA,2125550142\nB,2125550143\nC,0207946\n")
    assert not plan.is_faulty
    (note,) = plan.notes
    assert note.startswith(
        "2 numbers have neither a 0 nor a + in front, such as 2125550142 in row 2."
    )


def test_long_number_that_a_workbook_keeps_as_a_number_is_told() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for column, (heading, value) in enumerate(
        {"StaffID": "AB", "Extension": 299, "Number 1": 442079460123}.items()
    ):
        sheet.write(0, column, heading)
        sheet.write(1, column, value)
    book.close()
    users = SUBJECTS["users"]
    plan = plan_rows(users, read_file(users, file.getvalue()))
    told = "The sheet keeps this as a number, and a number has no 0 or + in front."
    assert faults_of(plan) == [(2, "Number 1", told)]


def test_same_user_twice_is_told() -> None:
    plan = plan_of("users", "StaffID,Extension\nab,1\nAB,2\n")
    assert faults_of(plan) == [(3, "StaffID", "Row 2 is about the same StaffID.")]


def test_two_new_users_of_one_sign_in_name_are_told() -> None:
    plan = plan_of("users", "StaffID,Sign-in name,Name\nX,x,X\nY,X,Y\n")
    assert faults_of(plan) == [(3, "Sign-in name", "X signs in with this name.")]


def test_users_may_exchange_their_sign_in_names() -> None:
    bring_in("users", "StaffID,Sign-in name\nAB,carl\n007,ada\n")
    assert dict(User.objects.values_list("staff_id", "login")) == {"AB": "carl", "007": "ada"}


def test_sign_in_name_that_is_given_away_is_free_for_a_new_user() -> None:
    bring_in("users", "StaffID,Sign-in name,Name\nNEW,ada,New\nAB,ada.byrne,Ada Byrne\n")
    assert User.objects.get(login="ada").name == "New"


def test_administration_may_be_handed_over_in_one_file() -> None:
    bring_in("users", "StaffID,Role\nAB,caller\n007,administrator\n")
    assert User.objects.get(role=Role.ADMINISTRATOR).login == "carl"


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("Login,Name\nx,X", "There is no column StaffID.", "It holds: Login, Name."),
        ("StaffID,staff_id\nx,y", "Two columns have the heading 'staff_id'.", ""),
        ("StaffID,Label 2\nx,y", "There is a column Label 2, and none Number 2.", ""),
    ],
)
def test_headings_that_cannot_be_used_are_told(text: str, told: str, hint: str) -> None:
    with pytest.raises(InvalidValueError) as error:
        plan_of("users", text)
    assert (error.value.message, hint in error.value.hint) == (told, True)


def test_columns_that_are_not_known_are_told() -> None:
    plan = plan_of("users", "StaffID,Colour,Extention\nAB,red,201\n")
    told = "Columns that are not known and were passed over: Colour, Extention (did you mean Extension?)."
    assert plan.notes == (told,)
    assert kinds_of(plan) == ["unchanged"]


def test_headings_of_other_programs_are_known() -> None:
    text = "StaffID;User name;Full name;E-Mail;Branch;Durchwahl\nEM;eva;Eva Mai;eva@example.com;LON;209\n"
    plan = bring_in("users", text)
    assert (kinds_of(plan), plan.notes) == (["new"], ())
    eva = User.objects.get(login="eva")
    assert (eva.name, eva.email, eva.extension) == ("Eva Mai", "eva@example.com", "209")
    assert eva.branch == Branch.objects.get(agency_id="LON")


def test_own_heading_goes_before_one_that_also_means_it() -> None:
    plan = plan_of(
        "users", "StaffID,Branch,AgencyID,Mail,E-mail\nAB,Londinium,LON,ada@example.com,x\n"
    )
    told = "Columns that are not known and were passed over: Branch, E-mail."
    assert plan.notes == (told,)


def test_people_of_one_name_are_told_apart_by_their_numbers() -> None:
    for number in ("020 7946 0001", "020 7946 0002"):
        save_person(name="J Doe", company="Acme", phones=[LabelledNumber("", number)])
    text = "Name,Company,Number 1\nJ DOE,acme,020 7946 0002\nJ Doe,Acme,020 7946 0003\nJ Doe,Acme,020 7946 0004\n"
    plan = bring_in("people", text)
    assert kinds_of(plan) == ["changed", "changed", "new"]
    numbers = Phone.objects.order_by("person_id", "id").values_list("number", flat=True)
    assert list(numbers.filter(person__isnull=False)) == [
        "020 7946 0003",
        "020 7946 0002",
        "020 7946 0004",
    ]
    assert Company.objects.count() == 1
    assert kinds_of(plan_of("people", text)) == ["unchanged"] * 3


def test_people_of_a_vcard_file() -> None:
    card = (
        "BEGIN:VCARD\nFN:Agatha Penrose\nORG:Penrose & Vale\nTEL;CELL:+44 7700 900223\nEND:VCARD\n"
    )
    assert kinds_of(bring_in("people", card)) == ["new"]
    person = Person.objects.get()
    assert (person.name, str(person.company), str(person.phones.get())) == (
        "Agatha Penrose",
        "Penrose & Vale",
        "+44 7700 900223",
    )
    with pytest.raises(InvalidValueError, match="It holds people"):
        plan_of("users", card)


def test_card_with_long_notes_keeps_nobody_out() -> None:
    """Brought in once more, it changes nothing."""
    cards = f"BEGIN:VCARD\nFN:Zoë\nNOTE:{'x' * 5_000}\nEND:VCARD\nBEGIN:VCARD\nFN:Bo\nEND:VCARD\n"
    plan = bring_in("people", cards)
    assert [(row.kind.value, row.notes) for row in plan.rows] == [
        ("new", ("The notes were cut to 4,000 characters.",)), ("new", ()),
    ]  # fmt: skip
    assert len(Person.objects.get(name="Zoë").notes) == MAX_NOTES
    assert kinds_of(bring_in("people", cards)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize(("word", "is_active"), [("Ja", True), ("nein", False), ("no", False)])
def test_yes_and_no_in_the_readers_language(word: str, *, is_active: bool) -> None:
    text = f"StaffID,Active\n007,{word}\n"
    say_in("de")
    try:
        bring_in("users", text)
    finally:
        say_in("en-gb")
    assert User.objects.get(staff_id="007").is_active is is_active
    told = faults_of(plan_of("users", text))
    assert [message for _, _, message in told] == (
        [] if word == "no" else [f"{word!r} is neither yes nor no."]
    )


def test_settings_by_name_and_branch() -> None:
    save_setup(SetupDetails("Desk phones", catalogue_id="microsip"))
    override_setting(MECHANISM.name, "tel:#")
    plan = bring_in(
        "settings",
        "setting;agencyid;value\n"
        f"{MECHANISM.name.upper()};;callto:#\n{MECHANISM.name};lds;Desk phones\nNearby;LON;yes\n",
    )
    assert kinds_of(plan) == ["changed", "new", "new"]
    assert plan.rows[2].notes == (
        "Webdial has no setting of this name: it becomes one of your own.",
    )
    kept = GeneralSetting.objects.values_list("name", "branch__agency_id", "value")
    assert set(kept) == {
        (MECHANISM.name, None, "callto:#"),
        (MECHANISM.name, "LDS", "Desk phones"),
        ("Nearby", "LON", "yes"),
    }


def test_setting_with_a_faulty_value_is_told() -> None:
    plan = plan_of("settings", f"Setting,AgencyID,Value\n{MECHANISM.name},,http://pbx:99999/#\n")
    ((number, heading, message),) = faults_of(plan)
    assert (number, heading) == (2, "Value")
    assert "99999" in message


def test_change_since_the_preview_refuses_the_import() -> None:
    users = SUBJECTS["users"]
    given = read_file(users, b"StaffID,Extension\nAB,299\n")
    seen = plan_rows(users, given).digest
    save_user(
        UserDetails("ada", "AB", "Ada Byrne", None, "200", Role.ADMINISTRATOR),
        user=User.objects.get(login="ada"),
    )
    with pytest.raises(ImportOutdatedError):
        carry_out(users, given, seen=seen)
    assert User.objects.get(login="ada").extension == "200"
    carry_out(users, given, seen=plan_rows(users, given).digest)
    assert User.objects.get(login="ada").extension == "299"


def test_changes_are_in_the_history_and_people_in_the_directory() -> None:
    with noting("import of staff.csv"):
        bring_in(
            "users", "StaffID,Sign-in name,Name,Extension\nAB,ada,Ada Byrne,299\nX,x,Xenia,1\n"
        )
        bring_in("people", "Name,Number 1\nAgatha Penrose,020 7946 0123\n")
    found = [
        (each.label, each.action, each.note, [field.name for field in changed_fields(each)])
        for each in reversed(find_changes()[:3])
    ]
    assert found[0] == ("Ada Byrne", "changed", "import of staff.csv", ["extension"])
    assert [each[:3] for each in found[1:]] == [
        ("Xenia", "added", "import of staff.csv"),
        ("Agatha Penrose", "added", "import of staff.csv"),
    ]
    assert [line.person.name for line in find_listed("02079460123") if line.person] == [
        "Agatha Penrose"
    ]


def test_number_at_hand_that_is_gone_is_at_hand_no_longer() -> None:
    person = save_person(name="A", phones=[LabelledNumber("", "020 7946 0001")])
    user = User.objects.get(login="ada")
    Favourite.objects.create(user=user, person=person, number="020 7946 0001", position=1)
    bring_in("people", "Name,Number 1,Number 2\nA,020 7946 0001,020 7946 0002\n")
    assert Favourite.objects.count() == 1
    bring_in("people", "Name,Number 1\nA,020 7946 0002\n")
    assert not Favourite.objects.exists()


def test_branch_that_is_gone_since_the_preview_is_told() -> None:
    users = SUBJECTS["users"]
    given = read_file(users, b"StaffID,AgencyID\nAB,LDS\n")
    seen = plan_rows(users, given).digest
    delete_branch(Branch.objects.get(agency_id="LDS"))
    with pytest.raises(ImportFaultyError):
        carry_out(users, given, seen=seen)


@pytest.mark.parametrize("subject", ["users", "people"])
def test_number_of_queries_does_not_grow_with_the_rows(subject: str) -> None:
    def queries(first: int, count: int) -> int:
        rows = [f"S{n},u{n},User {n},020 7946 {n:04}" for n in range(first, first + count)]
        head = "StaffID,Sign-in name,Name,Number 1"
        with CaptureQueriesContext(connection) as captured:
            bring_in(subject, "\n".join([head, *rows]))
            bring_in(subject, "\n".join([head, *(f"{row}9" for row in rows)]))
        return len(captured)

    assert queries(0, 400) <= queries(1000, 4) + 30  # batches of some hundreds
