"""Where there are more branches than a menu is good for, one is typed: found by AgencyID, name or a part of it."""

import pytest

from tests.site.maintenance.test_meanwhile import SOURCE
from tests.site.maintenance.test_users import fields_of
from tests.site.maintenance.visitor import Visitor, rows_of, text_of, values_of
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT
from webdial.site.domain.branches import save_branch
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.models import Branch, GeneralSetting, PhoneSystemSetup, User
from webdial.site.pages.maintenance.branch_choice import MOST_CHOICES, MOST_IN_MENU

USERS = "/maintenance/users"
SETTINGS = "/maintenance/settings"


@pytest.fixture
def towns(db: None) -> list[Branch]:
    """More than a menu holds; London is one more."""
    return Branch.objects.bulk_create(
        Branch(agency_id=f"T{number}", name=f"Town {number}")
        for number in range(1, MOST_IN_MENU + 1)
    )


@pytest.fixture
def manager(state: dict[str, object], bea: User) -> Visitor:
    """Bea, signed in, who manages London."""
    return Visitor(state, bea)


@pytest.fixture
def setup(db: None) -> PhoneSystemSetup:
    return save_setup(SetupDetails("PBX", source=SOURCE))


def pages_of(carl: User, setup: PhoneSystemSetup) -> list[str]:
    return [
        USERS,
        f"{USERS}/{carl.pk}",
        SETTINGS,
        f"{SETTINGS}/edit?name={TOTAL_TIME_LIMIT.name}",
        f"/maintenance/phone-systems/{setup.pk}",
        f"/maintenance/phone-systems/{setup.pk}/use",
    ]


def test_menu_is_one_while_it_is_short(
    admin: Visitor, carl: User, setup: PhoneSystemSetup, leeds: Branch
) -> None:
    for page in pages_of(carl, setup):
        html = admin.get(page).content.decode()
        assert f'<option value="{leeds.pk}">Leeds</option>' in html, page
        assert "branch_typed" not in html


def test_page_holds_no_menu_of_all_branches(
    admin: Visitor, carl: User, setup: PhoneSystemSetup, towns: list[Branch]
) -> None:
    bulk = admin.post(f"{USERS}/bulk", user=str(carl.pk))
    for page in [bulk, *map(admin.get, pages_of(carl, setup))]:
        html = page.content.decode()
        assert 'name="branch_typed"' in html
        assert "<select" not in html.partition('name="branch_typed"')[0].rpartition("<label")[2]
        assert "Town 17" not in html
        # The list takes over nothing from a form that is sent while typing: no choice would come.
        datalist = html.partition("<datalist")[2].partition(">")[0]
        assert 'data-hx-select="unset"' in datalist


@pytest.mark.parametrize("typed", ["LON", "lon", "London (LON)", "london", "ondo"])
def test_users_of_a_typed_branch(
    admin: Visitor, towns: list[Branch], ada: User, carl: User, dora: User, typed: str
) -> None:
    page = admin.get(USERS, branch_typed=typed)
    assert [row.split()[0] for row in rows_of(page)] == ["Ada", "Carl"]
    assert values_of(page, "branch_typed") == [typed]


def test_words_beside_the_branches_are_typed_too(
    admin: Visitor, towns: list[Branch], ada: User, gus: User
) -> None:
    assert len(rows_of(admin.get(USERS, branch_typed=""))) == 2
    assert [row.split()[0] for row in rows_of(admin.get(USERS, branch_typed="no BRANCH"))] == [
        "Gus"
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Town 1", ""),  # as others are called too, but not wholly
        ("Town", "More than one branch is found by “Town”."),
        ("Nowhere", "No branch is found by “Nowhere”."),
        ("T\x00own", "No branch is found by “T own”."),
    ],
)
def test_what_is_not_clear_is_told(
    admin: Visitor, towns: list[Branch], carl: User, typed: str, told: str
) -> None:
    for page in (USERS, SETTINGS):
        shown = text_of(admin.get(page, branch_typed=typed))
        assert told in shown
        assert "Type the AgencyID: Town 1 (T1)" in shown or typed != "Town"
    saved = admin.post(f"{USERS}/{carl.pk}", **fields_of(carl, branch=None, branch_typed=typed))
    assert saved.status_code == (422 if told else 302)
    assert told in text_of(saved)
    carl.refresh_from_db()
    assert str(carl.branch) == ("London" if told else "Town 1")


def test_user_keeps_the_branch_that_the_form_shows(
    admin: Visitor, towns: list[Branch], carl: User
) -> None:
    (shown,) = values_of(admin.get(f"{USERS}/{carl.pk}"), "branch_typed")
    assert shown == "London (LON)"
    admin.post(f"{USERS}/{carl.pk}", **fields_of(carl, branch=None, branch_typed=shown))
    carl.refresh_from_db()
    assert str(carl.branch) == "London"
    admin.post(f"{USERS}/{carl.pk}", **fields_of(carl, branch=None, branch_typed=""))
    carl.refresh_from_db()
    assert carl.branch is None


def test_many_users_get_a_typed_branch(
    admin: Visitor, towns: list[Branch], carl: User, dora: User
) -> None:
    chosen = {"users": f"{carl.pk},{dora.pk}"}
    kept = admin.post(f"{USERS}/bulk", act="preview", state="inactive", branch_typed="", **chosen)
    assert "Town" not in text_of(kept)
    edit = {"branch_typed": "Town 7", **chosen}
    (seen,) = values_of(admin.post(f"{USERS}/bulk", act="preview", **edit), "seen")
    assert admin.post(f"{USERS}/bulk", act="save", seen=seen, **edit).status_code == 302
    assert set(User.objects.filter(branch__agency_id="T7")) == {carl, dora}


def test_settings_of_a_typed_branch(
    admin: Visitor, towns: list[Branch], setup: PhoneSystemSetup
) -> None:
    assert "as in force for the branch Town 7" in text_of(admin.get(SETTINGS, branch_typed="t7"))
    page = admin.get(f"{SETTINGS}/edit", name=TOTAL_TIME_LIMIT.name, branch_typed="t7")
    assert "applies to the branch Town 7 only" in text_of(page)
    use = f"/maintenance/phone-systems/{setup.pk}/use"
    admin.post(f"{use}?branch_typed=t7")
    kept = GeneralSetting.objects.get(name=MECHANISM.name)
    assert (kept.branch, kept.value) == (Branch.objects.get(agency_id="T7"), "PBX")


@pytest.mark.parametrize("field", ["branch_typed", "branch"])
def test_browser_is_given_what_completes_the_typed(
    admin: Visitor, london: Branch, towns: list[Branch], field: str
) -> None:
    choices = "/maintenance/branches/choices"
    assert 'value="London (LON)"' in admin.get(choices, **{field: "lond"}).content.decode()
    assert 'value="Town 7 (T7)"' in admin.get(choices, **{field: "T7"}).content.decode()
    first = admin.get(choices, **{field: "town 5"}).content.decode().split("<option ")[1]
    assert "Town 5 (T5)" in first, "which does not stand behind Town 15, 25 and 35"
    assert admin.get(choices, **{field: ""}).content.decode().count("<option") == MOST_CHOICES


def test_pages_of_one_thing_tell_at_the_field_that_a_branch_is_not_clear(
    admin: Visitor, towns: list[Branch], setup: PhoneSystemSetup
) -> None:
    use = f"/maintenance/phone-systems/{setup.pk}/use"
    edit = admin.get(f"{SETTINGS}/edit", name=TOTAL_TIME_LIMIT.name, branch_typed="Town")
    for page in (edit, admin.get(use, branch_typed="Town")):
        html = page.content.decode()
        assert 'value="Town"' in html, "to be mended"
        field = html.partition('name="branch_typed"')[2].partition(">")[0]
        assert 'aria-describedby=" branch-error" aria-invalid="true" autofocus' in field
        assert "Type the AgencyID: Town 1 (T1)" in html.partition('id="branch-error"')[2]
    assert "Use it" not in text_of(admin.get(use, branch_typed="Town")), (
        "for all, which nobody typed"
    )
    assert admin.post(f"{use}?branch_typed=Town").status_code == 404
    assert not GeneralSetting.objects.exists()


@pytest.mark.parametrize("typed", ["Town", "T7", "Town 7 (T7)", "Leeds"])
def test_branch_manager_learns_of_no_other_branch_by_typing(
    manager: Visitor, towns: list[Branch], carl: User, leeds: Branch, typed: str
) -> None:
    form = fields_of(carl, branch=None, branch_typed=typed)
    bulk = {"users": str(carl.pk), "act": "preview", "branch_typed": typed}
    for page in (
        manager.get(USERS, branch_typed=typed),
        manager.get(SETTINGS, branch_typed=typed),
        manager.post(f"{USERS}/{carl.pk}", **form),
        manager.post(f"{USERS}/bulk", **bulk),
    ):
        assert f"No branch is found by “{typed}”." in text_of(page)
    assert manager.get("/maintenance/branches/choices", branch=typed).status_code == 403
    carl.refresh_from_db()
    assert str(carl.branch) == "London"


def test_branch_manager_may_type_their_own_branch(
    manager: Visitor, towns: list[Branch], carl: User
) -> None:
    form = fields_of(carl, branch=None, branch_typed="lon", extension="299")
    assert manager.post(f"{USERS}/{carl.pk}", **form).status_code == 302


def test_brackets_in_names_and_agency_ids_are_no_hindrance(
    admin: Visitor, towns: list[Branch], carl: User
) -> None:
    branch = save_branch(agency_id="N(1)", name="York (North)")
    User.objects.filter(pk=carl.pk).update(branch=branch)
    (shown,) = values_of(admin.get(f"{USERS}/{carl.pk}"), "branch_typed")
    assert shown == "York (North) (N(1))"
    form = fields_of(carl, branch=None, branch_typed=shown)
    assert admin.post(f"{USERS}/{carl.pk}", **form).status_code == 302
    carl.refresh_from_db()
    assert carl.branch == branch


def test_whole_name_is_found_however_many_others_have_it_within(
    admin: Visitor, towns: list[Branch]
) -> None:
    save_branch(agency_id="TT", name="town")
    assert "as in force for the branch town" in text_of(admin.get(SETTINGS, branch_typed="Town"))
    for number in range(6):
        save_branch(agency_id=f"A{number}", name=f"A Zone {number}")
    save_branch(agency_id="Z", name="Zone")
    assert "as in force for the branch Zone" in text_of(admin.get(SETTINGS, branch_typed="zone"))
