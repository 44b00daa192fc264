"""Maintenance | Users: found, put in order, and many changed at once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of
from webdial.site.domain.bulk_users import MAX_USERS, BulkEdit, plan_bulk
from webdial.site.domain.users import UserDetails, list_users, save_user
from webdial.site.models import Branch, Change, Role, User
from webdial.site.pages.maintenance.lists import FoundRows

LIST = "/maintenance/users"
BULK = "/maintenance/users/bulk"


@pytest.fixture
def staff(ada: User, bea: User, carl: User, dora: User) -> dict[str, User]:
    hal = save_user(UserDetails("hal", "ZZ", "Hal Arden", is_active=False))
    return {"ada": ada, "bea": bea, "carl": carl, "dora": dora, "hal": hal}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "Ada Bea Carl Dora Hal"),
        ("sort=-name", "Hal Dora Carl Bea Ada"),
        ("sort=staff_id", "Ada Bea Carl Dora Hal"),
        ("sort=extension", "Ada Bea Carl Dora Hal"),
        ("sort=-extension", "Carl Bea Ada Dora Hal"),
        ("sort=branch", "Dora Ada Bea Carl Hal"),
        ("sort=-branch", "Ada Bea Carl Dora Hal"),
        ("sort=role", "Ada Bea Carl Dora Hal"),
        ("sort=password", "Ada Bea Carl Dora Hal"),
        ("role=caller", "Carl Dora Hal"),
        ("role=branch_manager", "Bea"),
        ("role=king", "Ada Bea Carl Dora Hal"),
        ("state=inactive", "Hal"),
        ("state=active&role=caller", "Carl Dora"),
        ("branch=none", "Hal"),
        ("branch=LEEDS", "Dora"),
        ("branch=LEEDS&search=carl", ""),
        ("branch=99999999999999999999", "Ada Bea Carl Dora Hal"),
        ("search=london 20&state=active", "Ada Bea Carl"),
    ],
)
def test_users_are_found_and_put_in_order(
    admin: Visitor, staff: dict[str, User], leeds: Branch, query: str, names: str
) -> None:
    query = query.replace("LEEDS", str(leeds.pk))
    found = [row.split()[0] for row in rows_of(admin.get(f"{LIST}?{query}"))]
    assert found == names.split()


def test_a_heading_turns_the_order_round(admin: Visitor, staff: dict[str, User]) -> None:
    page = admin.get(f"{LIST}?search=a&sort=extension").content.decode()
    assert re.search(
        r'aria-sort="ascending"><a class="sort-link" href="\?search=a&amp;sort=-extension"', page
    )


def test_search_reads_all_users_once(admin: Visitor, staff: dict[str, User]) -> None:
    """To count those that are found, and to show a page of them, is no second search."""
    admin.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        page = admin.get(f"{LIST}?search=london")
    assert len(rows_of(page)) == 3
    searches = [each["sql"] for each in asked if "%london%" in each["sql"].lower()]
    assert len([sql for sql in searches if '"webdial_user"."id" IN (' not in sql]) == 1


@pytest.mark.parametrize("few", [1, 3, 4, 5, 6])
def test_pages_of_a_search_are_those_of_the_list(staff: dict[str, User], few: int) -> None:
    """However few are read at once."""
    rows = list_users().order_by("staff_id")
    found = FoundRows(rows, few=few)
    assert found.count() == 5
    for part in (slice(0, 2), slice(2, 4), slice(4, 5)):
        assert list(found[part]) == list(rows[part])


def test_the_list_costs_the_same_for_any_number(admin: Visitor, london: Branch) -> None:
    admin.get(LIST)  # which also takes up the configuration and notes the session
    counts = []
    for number in range(60):
        User.objects.create(
            login=f"u{number}", staff_id=f"U{number}", name=f"U {number}", branch=london
        )
        if number in {2, 59}:
            with CaptureQueriesContext(connection) as queries:
                admin.get(LIST)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def chosen(*users: User) -> dict[str, object]:
    return {"users": ",".join(str(user.pk) for user in users)}


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_many_are_changed_after_they_were_shown(
    admin: Visitor, staff: dict[str, User], leeds: Branch
) -> None:
    begun = admin.ask("post", BULK, data={"user": [staff["carl"].pk, staff["hal"].pk]})
    assert rows_of(begun) == ["Carl Osei CO", "Hal Arden ZZ"]
    edit = {
        "branch": str(leeds.pk), "state": "active", "extension_act": "set",
        "extension": "7{number}", "first_number": "009",
    } | chosen(staff["carl"], staff["hal"])  # fmt: skip
    before = Change.objects.count()
    preview = admin.post(BULK, act="preview", **edit)
    text = text_of(preview)
    for part in (
        "2 of 2 change",
        "203 → 7009",
        "None → 7010",
        "London → Leeds",
        "Not active → Active",
    ):
        assert part in text
    assert User.objects.get(login="carl").extension == "203"
    saved = admin.post(BULK, act="save", seen=seen_in(preview.content.decode()), **edit)
    assert "2 users changed" in flash_of(saved, admin)
    rows = User.objects.filter(login__in=["carl", "hal"]).order_by("login")
    assert [(row.extension, row.branch, row.is_active) for row in rows] == [
        ("7009", leeds, True), ("7010", leeds, True),
    ]  # fmt: skip
    changes = list(Change.objects.order_by("pk")[before:])
    assert [change.label for change in changes] == ["Carl Osei", "Hal Arden"]
    assert {change.user_name for change in changes} == {"Ada Byrne"}


def test_all_that_the_filter_finds_are_changed(admin: Visitor, staff: dict[str, User]) -> None:
    begun = admin.post(BULK, all="1", in_role="caller", in_state="active")
    assert [row.split()[0] for row in rows_of(begun)] == ["Carl", "Dora"]


def test_it_is_all_or_nothing(admin: Visitor, staff: dict[str, User]) -> None:
    """Nobody would administer any more, so Carl stays active, too."""
    edit = {"state": "inactive"} | chosen(staff["carl"], staff["ada"])
    seen = seen_in(admin.post(BULK, act="preview", **edit).content.decode())
    response = admin.post(BULK, act="save", seen=seen, **edit)
    assert response.status_code == 422
    assert "At least one administrator" in text_of(response)
    assert User.objects.filter(is_active=True).count() == 4


def test_what_has_changed_since_is_shown_anew(admin: Visitor, staff: dict[str, User]) -> None:
    edit = {"extension_act": "set", "extension": "9{extension}"} | chosen(staff["carl"])
    seen = seen_in(admin.post(BULK, act="preview", **edit).content.decode())
    User.objects.filter(login="carl").update(extension="777")
    response = admin.post(BULK, act="save", seen=seen, **edit)
    assert response.status_code == 422
    assert "have changed since you looked" in text_of(response)
    assert "777 → 9777" in text_of(response)
    assert User.objects.get(login="carl").extension == "777"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({}, "Nothing is to be changed"),
        ({"branch": "4711"}, "no such branch"),
        ({"extension_act": "set", "extension": " "}, "Type the extension"),
        ({"extension_act": "set", "extension": "{number}", "first_number": "x"}, "made of digits"),
        ({"extension_act": "set", "extension": "9" * 81}, "more than 80"),
        ({"extension_act": "set", "extension": "1\x00"}, "cannot be seen"),
    ],
)
def test_an_edit_that_cannot_be_made(
    admin: Visitor, staff: dict[str, User], edit: dict[str, str], told: str
) -> None:
    response = admin.post(BULK, act="preview", **edit, **chosen(staff["carl"]))
    assert response.status_code == 422
    assert told in text_of(response)


def test_without_anybody_ticked_one_is_told(admin: Visitor) -> None:
    assert "Tick some users first" in flash_of(admin.post(BULK), admin)
    assert "Tick some users first" in flash_of(admin.post(BULK, users="x,,9999"), admin)


def test_a_manager_changes_callers_of_the_branch_alone(
    state: dict[str, object], staff: dict[str, User], leeds: Branch
) -> None:
    """Whoever else is named in the form is passed over, and the other branch is not on offer."""
    manager = Visitor(state, staff["bea"])
    edit = {"extension_act": "clear"} | chosen(*staff.values())
    preview = manager.post(BULK, act="preview", **edit)
    assert rows_of(preview) == ["Carl Osei CO"]
    seen = seen_in(preview.content.decode())
    assert manager.post(BULK, act="save", seen=seen, **edit).status_code == 302
    without = set(User.objects.filter(extension="").values_list("login", flat=True))
    assert without == {"carl", "dora", "hal"}  # of whom two had none before
    assert Change.objects.latest("pk").label == "Carl Osei"
    moved = manager.post(BULK, act="preview", branch=str(leeds.pk), **chosen(staff["carl"]))
    assert moved.status_code == 422
    none = manager.post(BULK, act="preview", branch="none", **chosen(staff["carl"]))
    seen = seen_in(none.content.decode())
    refused = manager.post(BULK, act="save", branch="none", seen=seen, **chosen(staff["carl"]))
    assert refused.status_code == 422
    assert User.objects.get(login="carl").branch is not None


def test_values_in_a_pattern_never_become_its_places(db: None) -> None:
    user = User(pk=1, login="x", staff_id="{number}", name="X", extension="{staff_id}")
    (planned,) = plan_bulk([user], BulkEdit(extension="{extension}-{staff_id}-{number}-{other}"))
    assert planned.extension == "{staff_id}-{number}-1-{other}"


def test_so_many_at_once_and_no_more(admin: Visitor, london: Branch) -> None:
    User.objects.bulk_create(
        User(login=f"u{n}", staff_id=f"U{n}", name=f"U {n}", role=Role.CALLER)
        for n in range(MAX_USERS + 1)
    )
    response = admin.post(BULK, all="1", in_branch="none")
    assert "At most 1,000" in flash_of(response, admin)
