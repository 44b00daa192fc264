"""What Bea, who manages London, may and may not: rows of her branch, and nothing above a caller."""

import pytest

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of
from webdial.errors import NotAllowedError
from webdial.exchange.general_settings import MECHANISM, NUMBER_RULES, TOTAL_TIME_LIMIT
from webdial.site.domain.calls import EVERYTHING, Sight, sight_of
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.rights import check_user_change
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Branch, GeneralSetting, Role, User, UserPhone

CARL = {
    "login": "carl", "staff_id": "CO", "name": "Carl Osei", "extension": "203", "is_active": "1",
}  # fmt: skip


@pytest.fixture
def manager(state: dict[str, object], bea: User) -> Visitor:
    return Visitor(state, bea)


def test_she_sees_the_users_of_her_branch(
    manager: Visitor, ada: User, carl: User, dora: User
) -> None:
    response = manager.get("/maintenance/users")
    assert [row.split()[0] for row in rows_of(response)] == ["Ada", "Bea", "Carl"]
    # Only a caller can be ticked.
    assert "Tick Carl Osei" in response.content.decode()
    assert "Tick Ada Byrne" not in response.content.decode()
    assert "Dora" not in text_of(manager.get("/maintenance/users/choices?user=dora"))


def test_she_changes_a_caller_of_her_branch(manager: Visitor, carl: User, london: Branch) -> None:
    fields = CARL | {"extension": "299", "branch": str(london.pk), "role": "caller"}
    response = manager.post(f"/maintenance/users/{carl.pk}", **fields)
    assert "Changed: extension" in flash_of(response, manager)
    carl.refresh_from_db()
    assert carl.extension == "299"


@pytest.mark.parametrize(
    "change",
    [{"role": "administrator"}, {"role": "branch_manager"}, {"branch": "leeds"}, {"branch": ""}],
)
def test_she_gives_no_role_and_no_other_branch(
    manager: Visitor, carl: User, london: Branch, leeds: Branch, change: dict[str, str]
) -> None:
    fields = CARL | {"branch": str(london.pk), "role": "caller"} | change
    if fields["branch"] == "leeds":
        fields["branch"] = str(leeds.pk)
    response = manager.post(f"/maintenance/users/{carl.pk}", **fields)
    assert response.status_code == 422
    assert "callers of your own branch" in text_of(response)
    carl.refresh_from_db()
    assert (carl.role, carl.branch) == ("caller", london)


def test_she_adds_callers_to_her_branch_alone(
    manager: Visitor, london: Branch, leeds: Branch
) -> None:
    new = {"login": "hal", "staff_id": "HX", "name": "Hal", "role": "caller", "is_active": "1"}
    assert manager.post("/maintenance/users/add", **new, branch=str(leeds.pk)).status_code == 422
    assert manager.post("/maintenance/users/add", **new, branch=str(london.pk)).status_code == 302
    assert User.objects.get(login="hal").branch == london


@pytest.mark.parametrize("page", ["", "/sign-in", "/phones/add"])
def test_whom_she_may_not_change(manager: Visitor, ada: User, dora: User, page: str) -> None:
    """An administrator of her branch is shown and not changed; another branch's user is not there."""
    password = ada.password
    fields = {"act": "link", "login": "ada", "password": "quiet-meadow-33", "label": "Lab"}
    assert manager.post(f"/maintenance/users/{ada.pk}{page}", **fields).status_code == 403
    assert manager.get(f"/maintenance/users/{dora.pk}{page}").status_code == 404
    assert manager.post(f"/maintenance/users/{dora.pk}{page}", **fields).status_code == 404
    ada.refresh_from_db()
    assert ada.password == password
    assert not UserPhone.objects.exists()


def test_an_administrator_of_her_branch_is_shown_without_buttons(
    manager: Visitor, ada: User
) -> None:
    page = manager.get(f"/maintenance/users/{ada.pk}").content.decode()
    assert '<fieldset class="form-set" disabled>' in page
    assert ">Save</button>" not in page


def test_a_user_promoted_meanwhile_is_not_changed(bea: User, carl: User, london: Branch) -> None:
    """The form was opened while he was a caller; what counts is what he is when it is saved."""
    User.objects.filter(pk=carl.pk).update(role=Role.ADMINISTRATOR)
    details = UserDetails("carl", "CO", "Carl Osei", london)
    with pytest.raises(NotAllowedError):
        save_user(details, user=carl, password="quiet-meadow-33", by=bea)
    carl.refresh_from_db()
    assert carl.role == Role.ADMINISTRATOR
    assert not carl.has_usable_password()


def test_her_settings_are_how_numbers_are_written(manager: Visitor, london: Branch) -> None:
    override_setting(MECHANISM.name, "http://pbx.example/dial?key=hush&from=^&to=#")
    page = text_of(manager.get("/maintenance/settings"))
    assert TOTAL_TIME_LIMIT.name in page
    for hidden in (MECHANISM.name, NUMBER_RULES.name, "hush", "Keep Calls For"):
        assert hidden not in page
    address = f"/maintenance/settings/edit?name={TOTAL_TIME_LIMIT.name}"
    assert manager.post(address, value="12").status_code == 302
    row = GeneralSetting.objects.get(name=TOTAL_TIME_LIMIT.name)
    assert (row.branch, row.value) == (london, "12")


@pytest.mark.parametrize("page", ["edit", "check", "clear"])
@pytest.mark.parametrize(
    ("name", "branch"),
    [
        (MECHANISM.name, "own"),
        (NUMBER_RULES.name, "own"),
        ("Our own", "own"),
        (TOTAL_TIME_LIMIT.name, "other"),
    ],
)
def test_settings_that_are_not_hers(
    manager: Visitor, london: Branch, leeds: Branch, page: str, name: str, branch: str
) -> None:
    override_setting("Our own", "x", branch=london)
    before = list(GeneralSetting.objects.values())
    branch_id = london.pk if branch == "own" else leeds.pk
    address = f"/maintenance/settings/{page}?name={name}&branch={branch_id}"
    assert manager.post(address, value="tel:#").status_code == 403
    assert manager.get(address).status_code in ({403, 405} if page == "check" else {403})
    assert list(GeneralSetting.objects.values()) == before


def test_a_phone_keeps_the_phone_system_that_it_has(manager: Visitor, carl: User) -> None:
    """Through which one a phone rings is for whoever decides where requests go."""
    phone = save_phone(carl, label="Home", extension="77")
    address = f"/maintenance/users/{carl.pk}/phones/{phone.pk}"
    assert "Phone system" not in text_of(manager.get(address))
    assert manager.post(address, label="Home", extension="78", setup="1").status_code == 302
    phone.refresh_from_db()
    assert (phone.extension, phone.setup) == ("78", None)


def test_a_manager_of_no_branch_manages_nothing(state: dict[str, object], bea: User) -> None:
    User.objects.filter(pk=bea.pk).update(branch=None)
    visitor = Visitor(state, bea)
    for page in ("", "users", "settings", "users/add"):
        assert visitor.get(f"/maintenance/{page}").status_code == 403
    bea.refresh_from_db()
    assert sight_of(bea) == Sight(user_id=bea.pk)


def test_whose_calls_are_seen(
    ada: User, bea: User, carl: User, fay: User, gus: User, london: Branch
) -> None:
    assert sight_of(ada) == sight_of(gus) == EVERYTHING
    assert sight_of(bea) == Sight(branch_id=london.pk)
    assert sight_of(carl) == Sight(user_id=carl.pk)
    assert sight_of(fay) == Sight(user_id=fay.pk)


def test_nobody_else_changes_users(
    carl: User, fay: User, gus: User, dora: User, leeds: Branch
) -> None:
    for user in (carl, fay, gus):
        with pytest.raises(NotAllowedError):
            check_user_change(user, dora, branch=leeds, role=Role.CALLER)
        with pytest.raises(NotAllowedError):
            check_user_change(user, None, branch=user.branch, role=Role.CALLER)
