"""Users, branches and companies are found and put in order without accents, by both databases alike."""

import pytest

from webdial.site.domain.branches import branches_by_name, branches_named, list_branches
from webdial.site.domain.companies import list_companies, save_company
from webdial.site.domain.folded_names import Folded, folded
from webdial.site.domain.people import list_colleagues
from webdial.site.domain.user_lists import SORTS, UserFilter, filtered_users
from webdial.site.domain.users import list_users
from webdial.site.models import Branch, Role, User

pytestmark = pytest.mark.django_db

NAMES = (
    "Jörg Müller", "Bea Mueller", "Cem Öztürk", "Þóra O’Connor", "Łukasz Straße", "ÅSA ŠIMEK", "Øyvind Ærø",
    "Nguyễn Zeta", "Smith `n' Sons", "王小明", "Ｆｕｌｌ ３",
    "Pat O'Brien", "Zoë Ähren", "Jo\u0308rn Ñu",
    "Őz D´Arcy", "WEIẞ Ił", "Νίκος Ππ", "김민준", "が山く", "آحمد",
)  # fmt: skip


@pytest.fixture
def staff() -> list[User]:
    graz = Branch.objects.create(agency_id="GR", name="Österreich Graz")
    return User.objects.bulk_create(
        User(login=f"u{n}", staff_id=f"S{n}", name=name, branch=graz, extension=f"1{n}")
        for n, name in enumerate(NAMES)
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("muller", {"Jörg Müller"}),
        ("MÜLLER", {"Jörg Müller", "Bea Mueller"}),
        ("mueller", {"Jörg Müller", "Bea Mueller"}),
        ("mu\u0308ller jorg", {"Jörg Müller"}),
        ("öztürk", {"Cem Öztürk"}),
        ("ozturk", {"Cem Öztürk"}),
        ("thora oconnor", {"Þóra O’Connor"}),
        ("o'connor", {"Þóra O’Connor"}),
        ("obrien", {"Pat O'Brien"}),
        ("pat o`brien", {"Pat O'Brien"}),
        ("zoe aehren", {"Zoë Ähren"}),
        ("ähren", {"Zoë Ähren"}),
        ("jörn nu", {"Jo\u0308rn Ñu"}),
        ("joern", {"Jo\u0308rn Ñu"}),
        ("strasse", {"Łukasz Straße"}),
        ("LUKASZ", {"Łukasz Straße"}),
        ("åsa šimek", {"ÅSA ŠIMEK"}),
        ("oyvind aero", {"Øyvind Ærø"}),
        ("nguyen", {"Nguyễn Zeta"}),
        ("小明", {"王小明"}),
        ("full 3", {"Ｆｕｌｌ ３"}),
        ("darcy oz", {"Őz D´Arcy"}),
        ("D'Arcy", {"Őz D´Arcy"}),
        ("weiss", {"WEIẞ Ił"}),
        ("ΝΙΚΟΣ", {"Νίκος Ππ"}),
        ("민준", {"김민준"}),
        ("が山", {"が山く"}),
        ("آحمد", {"آحمد"}),
        ("graz osterreich", set(NAMES)),
        ("u2", {"Cem Öztürk"}),
        ("100%", set()),
        ("nobody", set()),
    ],
)
def test_found_in_any_spelling(staff: list[User], search: str, found: set[str]) -> None:
    assert {user.name for user in list_users(search=search)} == found
    if search != "u2":  # colleagues are not told each other's sign-in names
        assert {user.name for user in list_colleagues(search=search)} == found


def test_both_ways_of_folding_agree(staff: list[User]) -> None:
    for user in User.objects.annotate(kept=Folded("name")):
        assert user.kept == folded(user.name)


def test_umlauts_stand_among_their_letters(staff: list[User]) -> None:
    ordered = [user.name for user in list_colleagues()]
    assert ordered[:5] == ["ÅSA ŠIMEK", "Bea Mueller", "Cem Öztürk", "Ｆｕｌｌ ３", "Jörg Müller"]
    ada = User(role=Role.ADMINISTRATOR)
    assert [user.name for user in filtered_users(ada, UserFilter())] == ordered
    for sort in SORTS:
        assert filtered_users(ada, UserFilter(search="müller", sort=f"-{sort}")).count() == 2


def test_branches() -> None:
    for each in ("Zwettl", "Ödenburg", "Paris", "Åbo", "Berlin"):
        Branch.objects.create(agency_id=each[-3:], name=each)
    in_order = ["Åbo", "Berlin", "Ödenburg", "Paris", "Zwettl"]
    assert [branch.name for branch in branches_by_name()] == in_order
    assert [branch.name for branch in list_branches()] == in_order
    assert [branch.name for branch in branches_named("odenb")] == ["Ödenburg"]


def test_name_that_begins_another_stands_before_it() -> None:
    for each in ("Ann Arbor", "Ann", "Ann-Marie", "Annaberg"):
        Branch.objects.create(agency_id=each, name=each)
    in_order = ["Ann", "Ann Arbor", "Ann-Marie", "Annaberg"]
    assert [branch.name for branch in branches_by_name()] == in_order
    assert not branches_named("arbor ann"), "the name stands there once"


def test_companies() -> None:
    for name in ("Zott", "Ärzte am Ring", "Bäcker"):
        save_company(name=name)
    assert [each.name for each in list_companies()] == ["Ärzte am Ring", "Bäcker", "Zott"]
    assert [each.name for each in list_companies(search="aerzte RING")] == ["Ärzte am Ring"]
