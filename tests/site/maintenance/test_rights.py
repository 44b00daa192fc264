"""Every maintenance page and act, tried by everybody."""

import pytest

from tests.site.maintenance.visitor import Visitor
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.credentials import set_credential
from webdial.site.domain.functions import save_function
from webdial.site.domain.people import save_person
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import (
    Branch,
    Credential,
    FunctionVersion,
    GeneralSetting,
    Person,
    PhoneSystemSetup,
    User,
    UserPhone,
)
from webdial.site.pages.maintenance.urls import urlpatterns
from webdial.watcom import DELIVERED_FUNCTION

METHODS = ("get", "head", "post", "put", "delete")


@pytest.fixture
def addresses(leeds: Branch, dora: User) -> list[str]:
    """Each page's address once, for rows that exist."""
    version = save_function(f"{DELIVERED_FUNCTION}-- as before", author=None)
    assert version is not None
    ids = {
        "branch_id": leeds.pk,
        "user_id": dora.pk,
        "person_id": save_person(name="Agatha Penrose").pk,
        "version_id": version.pk,
        "phone_id": save_phone(dora, label="Home").pk,
        "credential_id": set_credential("CRM", "a secret").pk,
        "setup_id": save_setup(SetupDetails("Desk phones", catalogue_id="microsip")).pk,
    }
    return [_address(str(pattern.pattern), ids) for pattern in urlpatterns]


def _address(route: str, ids: dict[str, int]) -> str:
    route = route.replace("<slug:system_id>", "asterisk-ari")
    for name, row_id in ids.items():
        route = route.replace(f"<int:{name}>", str(row_id))
    assert "<" not in route, f"{route} has a part that this test does not know"
    return f"/maintenance/{route}?name={MECHANISM.name}"


@pytest.fixture
def others(bea: User, carl: User, dora: User) -> tuple[User, ...]:
    """Everybody who signs in and is no administrator."""
    return (bea, carl, dora)


@pytest.mark.parametrize("method", METHODS)
def test_pages_are_refused_to_everybody_but_administrators(
    method: str, state: dict[str, object], others: tuple[User, ...], addresses: list[str]
) -> None:
    eve = Visitor(state, None)
    for address in addresses:
        for user in others:
            response = Visitor(state, user).ask(method, address)
            assert response.status_code == 403, (address, user.login)
        response = eve.ask(method, address)
        assert response.status_code == 302, address
        assert response.headers["Location"].startswith("/sign-in?next=/maintenance/"), address
    assert Branch.objects.count() == 2
    assert Person.objects.count() == 1
    assert not GeneralSetting.objects.exists()
    assert FunctionVersion.objects.count() == 1
    assert Credential.objects.count() == UserPhone.objects.count() == 1
    assert [row.name for row in PhoneSystemSetup.objects.all()] == ["Desk phones"]


def test_every_page_opens_for_an_administrator(admin: Visitor, addresses: list[str]) -> None:
    statuses = {address.partition("?")[0]: admin.get(address).status_code for address in addresses}
    expected = dict.fromkeys(statuses, 200)
    expected["/maintenance/"] = 302  # to General Settings
    expected["/maintenance/settings/clear"] = 302  # nothing is set that could be removed
    for address in statuses:
        is_act = "/phones/systems/" in address
        if is_act or address.endswith(("/check", "/try")):  # asked by POST
            expected[address] = 405
        elif address.endswith("/restore"):  # the version is in force already
            expected[address] = 302
    assert statuses == expected


def test_an_administrator_who_is_deactivated_is_signed_out(admin: Visitor, ada: User) -> None:
    assert admin.is_signed_in
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert not admin.is_signed_in


@pytest.mark.parametrize(
    "path",
    [
        "settings/edit?name=" + MECHANISM.name,
        "users/add",
        "branches/add",
        "people/add",
        "phone-systems/catalogue/asterisk-ari",
        "phone-systems/own-file",
        "credentials/add",
        "functions/communications/generate-web-dial-url",
        "functions/communications/generate-web-dial-url/check",
        "functions/communications/generate-web-dial-url/try",
    ],
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
    assert not PhoneSystemSetup.objects.exists()
    assert not GeneralSetting.objects.exists()


def test_reading_never_changes(admin: Visitor, leeds: Branch) -> None:
    person = save_person(name="Agatha Penrose")
    for path in (f"branches/{leeds.pk}/delete", f"people/{person.pk}/delete"):
        assert admin.get(f"/maintenance/{path}").status_code == 200
    assert Branch.objects.filter(pk=leeds.pk).exists()
    assert Person.objects.filter(pk=person.pk).exists()
