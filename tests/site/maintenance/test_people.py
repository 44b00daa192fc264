"""Maintenance | People: those to ring."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of, values_of
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company, Person

LIST = "/maintenance/people"


@pytest.fixture
def agatha(db: None) -> Person:
    return save_person(
        name="Agatha Penrose",
        company="Penrose & Vale",
        phones=[LabelledNumber("Work", "020 7946 0123")],
    )


def test_list_shows_company_and_numbers(admin: Visitor, agatha: Person) -> None:
    assert "Agatha Penrose Penrose & Vale 020 7946 0123 Work" in text_of(admin.get(LIST))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("vale", ["Agatha Penrose"]),
        ("7946 agatha", ["Agatha Penrose"]),
        ("quill", ["Bartholomew Quill"]),
        ("zzz", []),
        (" ".join("a" * 1 for _ in range(200)), ["Agatha Penrose"]),
    ],
)
def test_search(admin: Visitor, agatha: Person, search: str, found: list[str]) -> None:
    save_person(name="Bartholomew Quill")
    assert rows_of(admin.get(LIST, search=search)) == found


def test_list_reads_as_much_for_fifty_people_as_for_one(
    admin: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        save_person(
            name=f"Person {number:02}",
            company=f"Company {number}",
            phones=[LabelledNumber("Work", "020 7946 0100")] * 2,
        )
    admin.get(LIST)  # takes up the configuration; one query below looks whether it changed
    with django_assert_max_num_queries(6):
        first = admin.get(LIST)
    assert len(rows_of(first)) == 50
    assert len(rows_of(admin.get(LIST, page=2))) == 10


def test_a_person_is_added_with_a_company_that_is_known(admin: Visitor, agatha: Person) -> None:
    response = admin.post(
        f"{LIST}/add",
        name="Ottilie Hargreaves",
        company="PENROSE & VALE",
        phone_label="Work",
        phone_number="020 7946 0124",
    )
    assert flash_of(response, admin) == "Ottilie Hargreaves was added."
    ottilie = Person.objects.get(name="Ottilie Hargreaves")
    assert ottilie.company == agatha.company
    assert ottilie.phones.get().number == "020 7946 0124"


def test_a_person_is_changed(admin: Visitor, agatha: Person) -> None:
    response = admin.post(
        f"{LIST}/{agatha.pk}",
        name="Agatha Vale",
        company="Vale Ltd",
        phone_label=["Work", "Mobile"],
        phone_number=["", "07700 900223"],
    )
    assert flash_of(response, admin) == "Agatha Vale was saved."
    changed = Person.objects.get(pk=agatha.pk)
    assert changed.company == Company.objects.get(name="Vale Ltd")
    assert [(phone.label, phone.number) for phone in changed.phones.all()] == [
        ("Mobile", "07700 900223")
    ]


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({}, "name", "The name is missing."),
        ({"name": "x" * 500_000}, "name", "The name has more than 120 characters."),
        ({"name": "X", "company": "x" * 161}, "company", "has more than 160 characters."),
        ({"name": "X", "company": "a\x00b"}, "company", "holds characters that cannot be seen."),
        (
            {"name": "X", "phone_number": "0800 FLOWERS"},
            "phones",
            "Letters are part of this number",
        ),
        ({"name": "X", "phone_number": "1\n2"}, "phones", "holds characters that cannot be seen."),
        ({"name": "X", "phone_number": "1", "phone_label": "x" * 41}, "phones", "more than 40"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    admin: Visitor, agatha: Person, typed: dict[str, str], field: str, told: str
) -> None:
    for address in (f"{LIST}/add", f"{LIST}/{agatha.pk}"):
        response = admin.post(address, **typed)
        assert response.status_code == 422
        assert told in text_of(response)
        assert f'id="{field}-error"' in response.content.decode()
        assert values_of(response, "name") == [typed.get("name", "")]
    assert Person.objects.get().name == "Agatha Penrose"
    assert Company.objects.count() == 1


def test_typing_goes_on_in_the_row_that_was_refused(admin: Visitor, agatha: Person) -> None:
    refused = admin.post(
        f"{LIST}/{agatha.pk}", name="Agatha", phone_number=["020 7946 0123", "", "0800 FLOWERS"]
    )
    rows = re.findall(r'<input [^>]*name="phone_number"[^>]*>', refused.content.decode())
    assert ["autofocus" in row and 'aria-invalid="true"' in row for row in rows] == [
        False,
        False,
        True,
    ]


def test_rows_for_numbers_grow_without_saving(admin: Visitor, agatha: Person) -> None:
    more = admin.post(f"{LIST}/{agatha.pk}", name="Typed", phone_number="1", add_number="1")
    assert more.status_code == 200
    assert values_of(more, "phone_number") == ["1", ""]
    assert Person.objects.get().name == "Agatha Penrose"


def test_a_person_is_deleted_after_asking(admin: Visitor, agatha: Person) -> None:
    address = f"{LIST}/{agatha.pk}/delete"
    assert "Agatha Penrose of Penrose & Vale is deleted with 1 number." in text_of(
        admin.get(address)
    )
    assert flash_of(admin.post(address), admin) == "Agatha Penrose was deleted."
    assert not Person.objects.exists()
    assert admin.post(address).status_code == 404


def test_companies_are_offered_while_one_is_typed(admin: Visitor, agatha: Person) -> None:
    save_person(name="B", company='Quill "&" Sons')
    content = admin.get(f"{LIST}/companies", company="quill").content.decode()
    assert 'value="Quill &quot;&amp;&quot; Sons"' in content
    assert content.count("<option") == 1


def test_without_people_the_page_says_whom_to_add(admin: Visitor) -> None:
    assert "No people yet" in text_of(admin.get(LIST))
