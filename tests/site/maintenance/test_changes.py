"""Maintenance | Changes: found, read, put back; and the history beside what is edited."""

import pytest

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT
from webdial.site.domain.acting import acting_as
from webdial.site.domain.credentials import set_credential
from webdial.site.domain.general_settings import override_setting, setting_view
from webdial.site.domain.people import save_person
from webdial.site.models import Branch, Change, GeneralSetting, User

LIST = "/maintenance/changes"


def test_a_change_made_on_a_page_is_the_users(admin: Visitor, ada: User) -> None:
    admin.post(f"/maintenance/settings/edit?name={TOTAL_TIME_LIMIT.name}", value="12")
    change = Change.objects.latest("pk")
    assert (change.user, change.label) == (ada, TOTAL_TIME_LIMIT.name)
    page = text_of(admin.get(f"{LIST}/{change.pk}"))
    assert "By Ada Byrne" in page
    assert "Value – 12" in page


def test_changes_are_found_by_what_who_and_when(admin: Visitor, ada: User, carl: User) -> None:
    Change.objects.all().delete()
    with acting_as(ada):
        override_setting(TOTAL_TIME_LIMIT.name, "12")
    with acting_as(carl):
        save_person(name="Agatha Penrose")
    day = Change.objects.latest("pk").at.date().isoformat()
    limit, agatha = f"{TOTAL_TIME_LIMIT.name} General setting", "Agatha Penrose Person"
    for query, expected in {
        "": [agatha, limit],
        "subject=person": [agatha],
        "who=byrne": [limit],
        "search=limit": [limit],
        f"since={day}&until={day}": [agatha, limit],
        "until=2001-01-01": [],
        "since=9999-12-31&until=9999-12-31": [],
        "since=soon&subject=cow": [agatha, limit],
    }.items():
        assert rows_of(admin.get(f"{LIST}?{query}")) == expected, query


def test_it_is_put_back_after_a_look(admin: Visitor, ada: User) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "12")
    override_setting(TOTAL_TIME_LIMIT.name, "15")
    change = Change.objects.latest("pk")
    address = f"{LIST}/{change.pk}/put-back"
    assert "Value 15 12" in text_of(admin.get(address))
    assert setting_view(TOTAL_TIME_LIMIT.name).own_value == "15"
    assert "as it was before" in flash_of(admin.post(address), admin)
    assert setting_view(TOTAL_TIME_LIMIT.name).own_value == "12"
    back = Change.objects.latest("pk")
    assert (back.user, back.note) == (ada, f"change {change.pk} put back")


def test_what_cannot_be_put_back_is_refused(admin: Visitor) -> None:
    set_credential("CRM", "hush-hush")
    change = Change.objects.latest("pk")
    assert "cannot be put back" in text_of(admin.get(f"{LIST}/{change.pk}"))
    response = admin.post(f"{LIST}/{change.pk}/put-back")
    assert response.status_code == 422
    assert "secret" in text_of(response)
    assert admin.get(f"{LIST}/999999").status_code == 404


def test_a_value_that_no_longer_holds_is_refused_in_its_own_words(admin: Visitor) -> None:
    override_setting(MECHANISM.name, "tel:#")
    GeneralSetting.objects.update(value="http://pbx:546342/")
    override_setting(MECHANISM.name, "tel://#")
    change = Change.objects.latest("pk")
    response = admin.post(f"{LIST}/{change.pk}/put-back")
    assert response.status_code == 422
    assert "port" in text_of(response)
    assert setting_view(MECHANISM.name).own_value == "tel://#"


def test_long_texts_are_compared_line_by_line(admin: Visitor) -> None:
    lines = "".join(f"-- a remark of line {n}\n" for n in range(30))
    override_setting("Our own", lines)
    override_setting("Our own", lines.replace("line 7\n", "line seven\n"))
    page = admin.get(f"{LIST}/{Change.objects.latest('pk').pk}").content.decode()
    assert page.count("diff__line--added") == page.count("diff__line--removed") == 1


@pytest.mark.parametrize("who", ["ada", "bea"])
def test_history_stands_beside_what_is_edited(
    state: dict[str, object], ada: User, bea: User, carl: User, london: Branch, who: str
) -> None:
    """For whoever may read changes; Bea edits Carl and sees no history."""
    override_setting(TOTAL_TIME_LIMIT.name, "12", branch=london)
    visitor = Visitor(state, {"ada": ada, "bea": bea}[who])
    addresses = [
        f"users/{carl.pk}",
        f"settings/edit?name={TOTAL_TIME_LIMIT.name}&branch={london.pk}",
    ]
    if who == "ada":
        addresses += [f"branches/{london.pk}", f"people/{save_person(name='Agatha').pk}"]
    for address in addresses:
        page = visitor.get(f"/maintenance/{address}").content.decode()
        assert ('class="disclosure history"' in page) == (who == "ada"), address
