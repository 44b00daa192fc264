"""Maintenance | Branches."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of, values_of
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT
from webdial.site.domain.branches import save_branch
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Branch, GeneralSetting, User

LIST = "/maintenance/branches"


def test_list_is_by_name_and_says_who_dials_how(
    admin: Visitor, london: Branch, leeds: Branch, carl: User
) -> None:
    override_setting(MECHANISM.name, "tel:#")
    override_setting(MECHANISM.name.upper(), "tel:#", branch=leeds)
    override_setting(TOTAL_TIME_LIMIT.name, "9", branch=london)
    response = admin.get(LIST)
    assert rows_of(response) == ["Leeds", "London"]
    page = text_of(response)
    assert "Leeds LDS 0 Own value" in page
    assert "London LON 2 As all branches" in page


@pytest.mark.parametrize(
    ("search", "found"), [("lee", ["Leeds"]), ("LON", ["London"]), ("l d", ["Leeds", "London"]), ("x", [])]
)  # fmt: skip
def test_search(admin: Visitor, leeds: Branch, search: str, found: list[str]) -> None:
    assert rows_of(admin.get(LIST, search=search)) == found


def test_list_reads_as_much_for_fifty_branches_as_for_one(
    admin: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        save_branch(agency_id=f"B{number}", name=f"Branch {number:02}")
    admin.get(LIST)  # takes up the configuration; one query below looks whether it changed
    with django_assert_max_num_queries(5):
        first = admin.get(LIST)
    assert len(rows_of(first)) == 50
    assert rows_of(admin.get(LIST, page=2))[0] == "Branch 50"


def test_a_branch_is_added_and_changed(admin: Visitor) -> None:
    added = admin.post(f"{LIST}/add", agency_id=" CDF ", name=" Cardiff ")
    assert flash_of(added, admin) == "The branch Cardiff was added."
    branch = Branch.objects.get(agency_id="CDF")
    changed = admin.post(f"{LIST}/{branch.pk}", agency_id="CDF", name="Cardiff Bay")
    assert flash_of(changed, admin) == "The branch Cardiff Bay was saved."
    branch.refresh_from_db()
    assert branch.name == "Cardiff Bay"


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({}, "agency_id", "The AgencyID is missing."),
        ({"agency_id": "X"}, "name", "The name is missing."),
        ({"agency_id": "lon", "name": "X"}, "agency_id", "Another branch has this AgencyID."),
        ({"agency_id": "x" * 41, "name": "X"}, "agency_id", "has more than 40 characters."),
        ({"agency_id": "X", "name": "a\tb"}, "name", "holds characters that cannot be seen."),
        ({"agency_id": "X", "name": "x" * 900_000}, "name", "has more than 120 characters."),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    admin: Visitor, leeds: Branch, typed: dict[str, str], field: str, told: str
) -> None:
    for address in (f"{LIST}/add", f"{LIST}/{leeds.pk}"):
        response = admin.post(address, **typed)
        assert response.status_code == 422
        assert told in text_of(response)
        assert f'id="{field}-error"' in response.content.decode()
        assert values_of(response, "name") == [typed.get("name", "")]
    leeds.refresh_from_db()
    assert (leeds.agency_id, leeds.name) == ("LDS", "Leeds")
    assert Branch.objects.count() == 2


def test_a_branch_without_users_is_deleted_with_its_settings(admin: Visitor, leeds: Branch) -> None:
    override_setting(MECHANISM.name, "tel:#", branch=leeds)
    address = f"{LIST}/{leeds.pk}/delete"
    assert "deleted together with its own values of general settings" in text_of(admin.get(address))
    assert flash_of(admin.post(address), admin) == "The branch Leeds was deleted."
    assert not Branch.objects.filter(pk=leeds.pk).exists()
    assert not GeneralSetting.objects.exists()
    assert admin.post(address).status_code == 404


def test_a_branch_with_users_is_kept(admin: Visitor, leeds: Branch, dora: User) -> None:
    address = f"{LIST}/{leeds.pk}/delete"
    assert "1 user belongs to this branch. Move this user to another branch first." in text_of(
        admin.get(address)
    )
    response = admin.post(address)
    assert response.status_code == 422
    assert "The branch Leeds still has users." in text_of(response)
    assert Branch.objects.filter(pk=leeds.pk).exists()


def test_a_name_is_shown_as_text(admin: Visitor, leeds: Branch) -> None:
    admin.post(f"{LIST}/{leeds.pk}", agency_id="<i>", name="</select><script>x</script>")
    pages = (LIST, f"{LIST}/{leeds.pk}", f"{LIST}/{leeds.pk}/delete", "/maintenance/settings",
             f"/maintenance/settings?branch={leeds.pk}", "/maintenance/users/add")  # fmt: skip
    for address in pages:
        assert "<script>x" not in admin.get(address).content.decode(), address


def test_without_branches_the_page_says_what_they_are_for(
    state: dict[str, object], ada: User
) -> None:
    User.objects.update(branch=None)
    Branch.objects.all().delete()
    assert "No branches yet" in text_of(Visitor(state, ada).get(LIST))


def test_a_page_that_is_gone_says_so_in_words(admin: Visitor) -> None:
    assert "There is no such branch." in text_of(admin.get(f"{LIST}/999999"))


@pytest.mark.parametrize("branch_id", ["0", "999999", "9" * 30, "x"])
def test_a_branch_that_does_not_exist_is_not_found(admin: Visitor, branch_id: str) -> None:
    for address in (f"{LIST}/{branch_id}", f"{LIST}/{branch_id}/delete"):
        assert admin.get(address).status_code == 404
        assert admin.post(address).status_code == 404
