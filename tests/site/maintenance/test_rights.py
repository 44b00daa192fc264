"""Every maintenance page and act, tried by everybody."""

import pytest

from tests.site.maintenance.visitor import Visitor
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.people import save_person
from webdial.site.models import Branch, GeneralSetting, Person, User
from webdial.site.pages.maintenance.urls import urlpatterns

METHODS = ("get", "head", "post", "put", "delete")


def addresses(branch: Branch, user: User, person: Person) -> list[str]:
    """Each page's address once, for rows that exist."""
    ids = {"branch_id": branch.pk, "user_id": user.pk, "person_id": person.pk}
    found = []
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        for name, row_id in ids.items():
            route = route.replace(f"<int:{name}>", str(row_id))
        assert "<" not in route, f"{route} has a part that this test does not know"
        found.append(f"/maintenance/{route}?name={MECHANISM.name}")
    return found


@pytest.fixture
def person(db: None) -> Person:
    return save_person(name="Agatha Penrose")


@pytest.fixture
def others(bea: User, carl: User, dora: User) -> tuple[User, ...]:
    """Everybody who signs in and is no administrator."""
    return (bea, carl, dora)


@pytest.mark.parametrize("method", METHODS)
def test_pages_are_refused_to_everybody_but_administrators(
    method: str,
    state: dict[str, object],
    others: tuple[User, ...],
    leeds: Branch,
    person: Person,
) -> None:
    eve = Visitor(state, None)
    for address in addresses(leeds, others[0], person):
        for user in others:
            response = Visitor(state, user).ask(method, address)
            assert response.status_code == 403, (address, user.login)
        response = eve.ask(method, address)
        assert response.status_code == 302, address
        assert response.headers["Location"].startswith("/sign-in?next=/maintenance/"), address
    assert Branch.objects.count() == 2
    assert Person.objects.count() == 1
    assert not GeneralSetting.objects.exists()


def test_every_page_opens_for_an_administrator(
    admin: Visitor, dora: User, leeds: Branch, person: Person
) -> None:
    statuses = {
        address.partition("?")[0]: admin.get(address).status_code
        for address in addresses(leeds, dora, person)
    }
    expected = dict.fromkeys(statuses, 200)
    expected["/maintenance/"] = 302  # to General Settings
    expected["/maintenance/settings/check"] = 405  # asked by POST
    expected["/maintenance/settings/clear"] = 302  # nothing is set that could be removed
    assert statuses == expected


def test_an_administrator_who_is_deactivated_is_signed_out(admin: Visitor, ada: User) -> None:
    assert admin.is_signed_in
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert not admin.is_signed_in


@pytest.mark.parametrize(
    "path", ["settings/edit?name=" + MECHANISM.name, "users/add", "branches/add", "people/add"]
)
def test_posts_without_the_csrf_token_are_refused(
    path: str, state: dict[str, object], ada: User
) -> None:
    visitor = Visitor(state, ada, checks_csrf=True)
    response = visitor.post(
        f"/maintenance/{path}", name="London", agency_id="X", value="tel:#", login="x", staff_id="x"
    )
    assert response.status_code == 403
    assert Branch.objects.count() == 1
    assert not GeneralSetting.objects.exists()


def test_reading_never_changes(admin: Visitor, leeds: Branch, person: Person) -> None:
    for path in (f"branches/{leeds.pk}/delete", f"people/{person.pk}/delete"):
        assert admin.get(f"/maintenance/{path}").status_code == 200
    assert Branch.objects.filter(pk=leeds.pk).exists()
    assert Person.objects.filter(pk=person.pk).exists()
