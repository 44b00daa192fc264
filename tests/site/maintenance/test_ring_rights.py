"""What users may ring: given by administrators one by one, to many, by file; kept and put back."""

import re

import pytest

from tests.site.maintenance.visitor import Visitor, text_of
from webdial.errors import NotAllowedError
from webdial.exchange.general_settings import NUMBER_COUNTRY
from webdial.exchange.ringing_settings import QUIET_HOURS
from webdial.site.domain.bulk_users import BulkEdit, carry_out, digest_of_plan, plan_bulk
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.put_back import put_back
from webdial.site.domain.ring_rights import RING_RIGHTS, ring_rights
from webdial.site.domain.transfer.acts import SUBJECTS, export_table
from webdial.site.domain.transfer.columns import Given, GivenRow
from webdial.site.domain.transfer.files import FileKind
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.domain.transfer.whole.acts import import_document
from webdial.site.domain.transfer.whole.document import read_document
from webdial.site.domain.transfer.whole.export import export_document
from webdial.site.domain.transfer.whole.toml_text import toml_text
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Change, Role, User

pytestmark = pytest.mark.django_db

EVERYTHING = dict.fromkeys(RING_RIGHTS, True)
NOTHING = dict.fromkeys(RING_RIGHTS, False)


def form_of(user: User, **changes: str) -> dict[str, str]:
    """What the form of this user posts when nothing is touched, and `changes`."""
    kept = {
        "staff_id": user.staff_id, "login": user.login, "name": user.name, "email": user.email,
        "extension": user.extension, "role": user.role, "branch": str(user.branch_id or ""),
        "is_active": "1",
    }  # fmt: skip
    return kept | {name: "1" for name in RING_RIGHTS if getattr(user, name)} | changes


def kept(user: User) -> dict[str, bool]:
    return ring_rights(User.objects.get(pk=user.pk))


def test_new_user_has_no_right_whatever_the_role(ada: User, carl: User) -> None:
    assert kept(ada) == kept(carl) == NOTHING


def test_administrator_gives_rights_and_takes_them_away(admin: Visitor, carl: User) -> None:
    page = f"/maintenance/users/{carl.pk}"
    given = form_of(carl, may_ring_abroad="1", may_ring_in_quiet_hours="1")
    assert admin.post(page, **given).status_code == 302
    assert kept(carl) == {**NOTHING, "may_ring_abroad": True, "may_ring_in_quiet_hours": True}
    caller = load_configuration().callers[carl.pk]
    assert (caller.may_ring_abroad, caller.may_ring_premium) == (True, False)
    assert re.search(r'name="may_ring_abroad" value="1" checked', admin.get(page).content.decode())
    admin.post(page, **form_of(carl))
    assert kept(carl) == NOTHING


def test_history_tells_of_it_and_it_can_be_put_back(admin: Visitor, carl: User) -> None:
    admin.post(f"/maintenance/users/{carl.pk}", **form_of(carl, may_ring_premium="1"))
    change = Change.objects.latest("pk")
    assert change.after is not None
    assert change.after["may_ring_premium"] is True
    page = text_of(admin.get(f"/maintenance/changes/{change.pk}"))
    assert "Rings premium-rate numbers" in page
    put_back(change)
    assert kept(carl) == NOTHING


def test_manager_sees_rights_and_cannot_give_them(
    state: dict[str, object], bea: User, carl: User
) -> None:
    User.objects.filter(pk=carl.pk).update(may_ring_abroad=True)
    manager = Visitor(state, bea)
    page = f"/maintenance/users/{carl.pk}"
    assert "An administrator gives these rights." in text_of(manager.get(page))
    # A browser sends nothing of what is disabled; whoever forges it gets nothing either.
    saved = manager.post(page, **form_of(carl, may_ring_premium="1", extension="777"))
    assert saved.status_code == 302
    row = User.objects.get(pk=carl.pk)
    assert (row.extension, ring_rights(row)) == ("777", {**NOTHING, "may_ring_abroad": True})


def test_manager_cannot_give_rights_by_any_act(bea: User, carl: User) -> None:
    details = UserDetails("new", "NN", "New", branch=carl.branch, may_ring_abroad=True)
    with pytest.raises(NotAllowedError):
        save_user(details, by=bea)
    assert not User.objects.filter(login="new").exists()
    edit = BulkEdit(ring_rights={"may_ring_premium": True})
    seen = digest_of_plan(plan_bulk([carl], edit))
    with pytest.raises(NotAllowedError):
        carry_out([carl.pk], edit, by=bea, seen=seen)
    assert kept(carl) == NOTHING


def test_many_at_once(admin: Visitor, carl: User, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(may_ring_premium=True)
    edit = {
        "users": f"{carl.pk},{dora.pk}", "may_ring_abroad": "on", "may_ring_premium": "off",
    }  # fmt: skip
    preview = admin.post("/maintenance/users/bulk", act="preview", **edit)
    assert "Nothing special → Abroad" in text_of(preview)
    assert "Premium rate → Abroad" in text_of(preview)
    (seen,) = re.findall(r'name="seen" value="(\w+)"', preview.content.decode())
    assert admin.post("/maintenance/users/bulk", act="save", seen=seen, **edit).status_code == 302
    assert kept(carl) == kept(dora) == {**NOTHING, "may_ring_abroad": True}
    after = Change.objects.latest("pk").after
    assert after is not None
    assert {name: after[name] for name in RING_RIGHTS} == {**NOTHING, "may_ring_abroad": True}


def test_what_was_seen_holds_for_rights_too(ada: User, carl: User) -> None:
    edit = BulkEdit(ring_rights={"may_ring_abroad": True})
    plan = digest_of_plan(plan_bulk([carl], edit))
    User.objects.filter(pk=carl.pk).update(may_ring_premium=True)
    changed = digest_of_plan(plan_bulk([User.objects.get(pk=carl.pk)], edit))
    assert plan != changed


def test_file_gives_rights_and_leaves_them_where_it_says_nothing(carl: User) -> None:
    users = SUBJECTS["users"]
    values = {"staff_id": "CO", "login": "carl", "name": "Carl Osei"}
    plan = plan_rows(users, Given((GivenRow(2, values | {"may_ring_abroad": "Yes"}),)))
    assert not plan.is_faulty
    users.keep(plan)
    assert kept(carl)["may_ring_abroad"]
    users.keep(plan_rows(users, Given((GivenRow(2, values | {"may_ring_abroad": ""}),))))
    assert kept(carl)["may_ring_abroad"]
    faulty = plan_rows(users, Given((GivenRow(2, values | {"may_ring_premium": "perhaps"}),)))
    assert faulty.is_faulty
    text = export_table(users, FileKind.CSV).decode("utf-8-sig")
    assert "Rings abroad" in text.splitlines()[0]


def test_whole_configuration_takes_rights_along(ada: User, carl: User) -> None:
    User.objects.filter(pk=carl.pk).update(**EVERYTHING)
    text = toml_text(export_document())
    assert "may_ring_in_quiet_hours = true" in text
    User.objects.filter(pk=carl.pk).update(**NOTHING)
    import_document(read_document(text))
    assert kept(carl) == EVERYTHING


def test_explain_says_whether_a_number_may_be_rung(admin: Visitor, ada: User) -> None:
    override_setting(NUMBER_COUNTRY.name, "GB")
    override_setting("Use Web Phone Dialling Mechanism", "http://pbx.example/?to=#")
    page = "/maintenance/settings/explain?user=carl&number="
    save_user(UserDetails("carl", "CO", "Carl Osei"))
    abroad = text_of(admin.get(f"{page}%2B49+30+1234567"))
    assert "You may not ring numbers abroad." in abroad
    assert "Numbers That Need a Right , the default; nothing is set." in abroad
    home = text_of(admin.get(f"{page}020+7946+0123"))
    assert "It may be rung." in home
    assert "Calls per Minute for a User: 30" in home
    assert "it is rung once that is confirmed" in text_of(admin.get(f"{page}999"))
    User.objects.filter(login="carl").update(may_ring_abroad=True)
    override_setting(QUIET_HOURS.name, "Mon-Sun")
    assert "These are quiet hours" in text_of(admin.get(f"{page}%2B49+30+1234567"))


def test_role_gives_no_right(ada: User) -> None:
    assert ada.role == Role.ADMINISTRATOR
    caller = load_configuration().callers[ada.pk]
    assert not caller.may_ring_abroad
    assert not caller.may_ring_premium
