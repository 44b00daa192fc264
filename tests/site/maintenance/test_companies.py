"""Maintenance | People, companies."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of, values_of
from webdial.site.domain.companies import save_company
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company, Person

LIST = "/maintenance/companies"


@pytest.fixture
def vale(db: None) -> Company:
    phones = [LabelledNumber("Desk", "020 7946 0100")]
    return save_company(name="Penrose & Vale", phones=phones, notes="Quay 3")


def test_list_shows_people_and_numbers(admin: Visitor, vale: Company) -> None:
    save_person(name="Agatha Penrose", company="Penrose & Vale")
    save_company(name="Quill Bookbinders")
    text = text_of(admin.get(LIST))
    assert "Penrose & Vale 1 020 7946 0100 Desk" in text
    assert "2 companies" in text
    assert rows_of(admin.get(LIST, search="quill")) == ["Quill Bookbinders"]
    assert "No company is found by “zzz”" in text_of(admin.get(LIST, search="zzz"))


def test_list_reads_as_much_for_fifty_companies_as_for_one(
    admin: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        save_person(name=f"Person {number}", company=f"Company {number:02}")
    admin.get(LIST)
    with django_assert_max_num_queries(6):
        first = admin.get(LIST)
    assert len(rows_of(first)) == 50


def test_a_company_is_added(admin: Visitor) -> None:
    response = admin.post(
        f"{LIST}/add",
        name="Quill",
        phone_label="Shop",
        phone_number="0113 496 0187",
        notes="A\r\nB",
    )
    assert flash_of(response, admin) == "Quill was added."
    quill = Company.objects.get()
    assert (quill.notes, quill.phones.get().number) == ("A\nB", "0113 496 0187")


def test_a_company_is_changed(admin: Visitor, vale: Company) -> None:
    form = admin.get(f"{LIST}/{vale.pk}")
    assert values_of(form, "phone_number") == ["020 7946 0100"]
    assert "Quay 3" in form.content.decode()
    more = admin.post(f"{LIST}/{vale.pk}", name="Vale", phone_number="1", add_number="1")
    assert values_of(more, "phone_number") == ["1", ""]
    response = admin.post(f"{LIST}/{vale.pk}", name="Vale Ltd", phone_number="020 7946 0101")
    assert flash_of(response, admin) == "Vale Ltd was saved."
    changed = Company.objects.get()
    assert (changed.name, changed.phones.get().number) == ("Vale Ltd", "020 7946 0101")


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({}, "name", "The name is missing."),
        ({"name": "x" * 161}, "name", "has more than 160 characters."),
        ({"name": "QUILL"}, "name", "Another company has this name."),
        ({"name": "X", "phone_number": "0800 FLOWERS"}, "phones", "Letters are part"),
        ({"name": "X", "notes": "x" * 4_001}, "notes", "has more than 4,000 characters."),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    admin: Visitor, vale: Company, typed: dict[str, str], field: str, told: str
) -> None:
    save_company(name="Quill")
    for address in (f"{LIST}/add", f"{LIST}/{vale.pk}"):
        response = admin.post(address, **typed)
        assert response.status_code == 422
        assert told in text_of(response)
        assert f'id="{field}-error"' in response.content.decode()
    assert sorted(Company.objects.values_list("name", flat=True)) == ["Penrose & Vale", "Quill"]


def test_a_company_is_deleted_after_asking_and_its_people_stay(
    admin: Visitor, vale: Company
) -> None:
    save_person(name="Agatha Penrose", company="Penrose & Vale")
    address = f"{LIST}/{vale.pk}/delete"
    asked = text_of(admin.get(address))
    assert "is deleted with 1 number of its own." in asked
    assert "1 person stays without a company." in asked
    assert flash_of(admin.post(address), admin) == "Penrose & Vale was deleted."
    assert Person.objects.get().company is None
    assert admin.post(address).status_code == 404


def test_notes_of_a_person_are_kept(admin: Visitor, db: None) -> None:
    agatha = save_person(name="Agatha", notes="Rings back.")
    form = admin.get(f"/maintenance/people/{agatha.pk}").content.decode()
    assert "Rings back.</textarea>" in form
    admin.post(f"/maintenance/people/{agatha.pk}", name="Agatha", notes="Never on Fridays.")
    assert Person.objects.get().notes == "Never on Fridays."
