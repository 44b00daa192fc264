"""Whatever is sent to the maintenance pages is answered by a told error and never by a fault."""

import pytest

from tests.site.maintenance.visitor import Visitor, text_of
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.people import save_person
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.models import GeneralSetting, Person, User

FORMS = (
    f"settings/edit?name={MECHANISM.name}",
    f"settings/check?name={MECHANISM.name}",
    "settings/add",
    "users/add",
    "users/{user}",
    "branches/add",
    "people/add",
    "phone-systems/catalogue/yeastar-p-series",
    "phone-systems/own-file",
    "phone-systems/{setup}",
    "phone-systems/{setup}/file",
    "people/{person}",
    "companies/add",
    "credentials/add",
    "access/add",
    "users/{user}/phones/add",
)
FIELDS = (
    "name", "value", "staff_id", "login", "branch", "extension", "role", "is_active", "password",
    "certificate", "certificate_text", "source", "value-host", "value-client_id", "value-client_secret",
    "clear-client_secret", "phone_label", "phone_number", "agency_id", "company", "user", "number", "act",
    "remove_number", "secret", "notes", "expires", "scopes", "label", "setup",
)  # fmt: skip
HOSTILE = (
    "",
    "\x00",
    "\r\n",
    "\u202e\u200b\ufffe",
    "😀" * 100,
    "<script>alert(1)</script>",
    "{{ user.password }}{% debug %}",
    "'; DROP TABLE webdial_user; --",
    "9" * 400,
    "x" * 35_000,
)
IN_SHORT = ("\x00", "<script>alert(1)</script>", "x" * 35_000)
TRIED = [
    pytest.param(
        text,
        id=ascii(text[:20]),
        marks=[] if text in IN_SHORT else [pytest.mark.thorough],
    )
    for text in HOSTILE
]
OWN_FILE = """
title = "Old PBX"
vendor = "Nobody"
[fields.host]
label = "Address"
[dial]
request = "http://{host}/dial?from=^&to=#"
"""
LISTS = (
    "phone-systems", "phone-systems/catalogue", "settings", "settings/explain", "users", "users/choices",
    "branches", "people", "people/companies",
)  # fmt: skip


@pytest.fixture
def addresses(ada: User) -> list[str]:
    person = save_person(name="Agatha Penrose")
    setup = save_setup(SetupDetails("Old PBX", source=OWN_FILE))
    ids = {"user": ada.pk, "person": person.pk, "setup": setup.pk}
    return [f"/maintenance/{form.format(**ids)}" for form in FORMS]


@pytest.mark.parametrize("text", TRIED)
def test_forms_tell_what_is_wrong(admin: Visitor, addresses: list[str], text: str) -> None:
    fields = {name: text for name in FIELDS if name != "remove_number"}
    for address in addresses:
        response = admin.post(address, **fields)
        expected = {200} if "check" in address else {422, 302}
        assert response.status_code in expected, address
        assert b"<script>alert" not in response.content, address
    assert admin.is_signed_in


def test_forms_with_one_field_alone_are_told(admin: Visitor, addresses: list[str]) -> None:
    """Each field in one of the forms, and each form with two of the fields."""
    for number, field in enumerate(FIELDS):
        address = addresses[number % len(addresses)]
        assert admin.post(address, **{field: "x"}).status_code in {200, 302, 422}, (address, field)


@pytest.mark.thorough
@pytest.mark.parametrize("field", FIELDS)
def test_a_form_with_one_field_alone_is_told(
    admin: Visitor, addresses: list[str], field: str
) -> None:
    for address in addresses:
        assert admin.post(address, **{field: "x"}).status_code in {200, 302, 422}, address


@pytest.mark.parametrize("text", TRIED)
def test_lists_take_any_search(admin: Visitor, addresses: list[str], text: str) -> None:
    for path in LISTS:
        for name in ("search", "page", "user", "number", "company"):
            response = admin.get(f"/maintenance/{path}", **{name: text[:2_000]})
            assert response.status_code == 200, (path, name)
            assert b"<script>alert" not in response.content, (path, name)


def test_more_than_a_megabyte_is_refused(admin: Visitor, addresses: list[str]) -> None:
    for address in addresses:
        response = admin.post(address, name="N", value="x" * 1_100_000)
        assert response.status_code == 400, address
        assert "Webdial" in text_of(response)
    assert not GeneralSetting.objects.exists()


def test_a_thousand_numbers_are_refused(admin: Visitor, addresses: list[str]) -> None:
    page = next(each for each in addresses if "people/" in each)
    response = admin.post(page, name="N", phone_number=["020 7946 0123"] * 1_001)
    assert response.status_code == 400
    assert Person.objects.get().name == "Agatha Penrose"
