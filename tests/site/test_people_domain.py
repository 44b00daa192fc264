"""People, companies, favourites and recent numbers, as they are kept."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from webdial.errors import InvalidValueError, NotFoundError
from webdial.numbers import branch_rules
from webdial.site.domain.companies import (
    delete_company,
    list_companies,
    people_of,
    save_company,
)
from webdial.site.domain.directory import find_listed, refresh_lines
from webdial.site.domain.favourites import (
    MAX_FAVOURITES,
    OwnerKind,
    Starred,
    add_favourite,
    favourites_of,
    move_up,
    remove_favourite,
)
from webdial.site.domain.people import delete_person, list_people, save_person
from webdial.site.domain.people_calls import spellings
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.recent_numbers import recent_numbers
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import (
    Call,
    Company,
    DirectoryLine,
    Favourite,
    Person,
    Phone,
    User,
)

pytestmark = pytest.mark.django_db

WORK = LabelledNumber("work", "020 7946 0123")
MOBILE = LabelledNumber("mobile", "07700 900223")


@pytest.fixture
def agatha() -> Person:
    return save_person(name="Agatha Penrose", company="Penrose & Vale", phones=[WORK, MOBILE])


@pytest.fixture
def vale(agatha: Person) -> Company:
    assert agatha.company is not None
    return agatha.company


@pytest.fixture
def carl() -> User:
    return save_user(UserDetails("carl", "CO", "Carl Osei", None, "203"))


@pytest.fixture
def bea() -> User:
    details = UserDetails("bea", "BN", "Bea Novak", None, "202", phones=[MOBILE])
    return save_user(details)


def found(search: str) -> list[str]:
    lines = find_listed(search).select_related("person", "company")
    return [str(line.person or line.company) for line in lines]


def test_person_is_found_by_every_word_that_is_kept(agatha: Person) -> None:
    for search in ("aga", "vale pen", "0123", "+44 20 7946", "agatha 07700"):
        assert found(search) == ["Agatha Penrose"], search
    assert found("gatha") == []


def test_person_is_found_by_what_was_changed(agatha: Person) -> None:
    save_person(name="Zoë Ångström", person=agatha)
    assert found("agatha") == found("vale") == found("0123") == []
    assert found("zoe angstrom") == ["Zoë Ångström"]
    delete_person(agatha)
    assert not DirectoryLine.objects.exists()


def test_list_is_sorted_without_accents() -> None:
    for name in ("Zoë", "Ömer", "Oscar", "ada"):
        save_person(name=name)
    assert found("") == ["ada", "Ömer", "Oscar", "Zoë"]


def test_notes_stay_when_nothing_is_said_of_them(agatha: Person) -> None:
    save_person(name="Agatha", person=agatha, notes="Rings back.\r\n\r\nNever on Fridays.  \n")
    save_person(name="Agatha", person=agatha)
    assert Person.objects.get().notes == "Rings back.\n\nNever on Fridays."
    save_person(name="Agatha", person=agatha, notes="")
    assert Person.objects.get().notes == ""


@pytest.mark.parametrize("notes", ["x" * 4_001, "a\x00b"])
def test_notes_that_cannot_be_kept(agatha: Person, notes: str) -> None:
    with pytest.raises(InvalidValueError) as told:
        save_person(name="Agatha", person=agatha, notes=notes)
    assert told.value.field == "notes"


def test_company_is_listed_once_it_has_a_number(vale: Company) -> None:
    assert found("vale") == ["Agatha Penrose"]
    save_company(name="Penrose & Vale", company=vale, phones=[LabelledNumber("", "0113 496 0187")])
    assert found("vale") == ["Agatha Penrose", "Penrose & Vale"]
    assert found("0187") == ["Penrose & Vale"]
    save_company(name="Penrose & Vale", company=vale)
    assert found("vale") == ["Agatha Penrose"]


def test_people_are_found_by_the_new_name_of_their_company(vale: Company) -> None:
    save_company(name="Harbourlight", company=vale, notes="Quay 3")
    assert found("harbour") == ["Agatha Penrose"]
    assert found("vale") == []
    assert Company.objects.get().notes == "Quay 3"


def test_two_companies_have_not_one_name(vale: Company) -> None:
    with pytest.raises(InvalidValueError) as told:
        save_company(name="PENROSE & VALE")
    assert told.value.field == "name"
    assert save_company(name="penrose & vale", company=vale).pk == vale.pk


def test_people_stay_when_their_company_is_deleted(vale: Company) -> None:
    assert [person.name for person in people_of(vale)] == ["Agatha Penrose"]
    assert [company.people_count for company in list_companies(search="vale")] == [1]
    delete_company(vale)
    assert Person.objects.get().company is None
    assert found("agatha") == ["Agatha Penrose"]
    assert found("vale") == []


def test_lines_are_made_anew_for_what_was_written_past_the_acts() -> None:
    people = Person.objects.bulk_create(Person(name=f"Person {n:04}") for n in range(1_100))
    Phone.objects.create(person=people[7], number="0113 496 0187")
    assert found("person") == []
    refresh_lines(Person.objects.all())
    assert len(found("person")) == 1_100
    assert found("4960187") == ["Person 0007"]
    assert list_people(search="4960187").get() == people[7]


def test_migration_makes_people_found_who_were_there_before(agatha: Person, carl: User) -> None:
    DirectoryLine.objects.all().delete()
    Phone.objects.update(digits="")
    import_module("webdial.site.migrations.0005_people").fill_lines(apps, connection)
    assert found("penrose 0123") == ["Agatha Penrose"]
    assert set(Phone.objects.values_list("digits", flat=True)) == {"2079460123", "7700900223"}


def starred(owner: Person | Company | User, number: str) -> Starred:
    kinds = {Person: OwnerKind.PERSON, Company: OwnerKind.COMPANY, User: OwnerKind.COLLEAGUE}
    return Starred(kinds[type(owner)], owner.pk, number)


def shown(user: User) -> list[tuple[str, str]]:
    return [(kept.name, kept.phone.number) for kept in favourites_of(user)]


def test_favourites_are_ones_own_in_ones_own_order(
    agatha: Person, vale: Company, carl: User, bea: User
) -> None:
    save_company(name=vale.name, company=vale, phones=[LabelledNumber("", "0113 496 0187")])
    for each in (
        starred(agatha, MOBILE.number),
        starred(vale, "0113 496 0187"),
        starred(bea, ""),
        starred(bea, ""),
        starred(bea, MOBILE.number),
    ):
        add_favourite(carl, each)
    assert shown(carl) == [
        ("Agatha Penrose", "07700 900223"),
        ("Penrose & Vale", "0113 496 0187"),
        ("Bea Novak", "202"),
        ("Bea Novak", "07700 900223"),
    ]
    assert shown(bea) == []
    extension = Favourite.objects.get(number="")
    move_up(carl, extension.pk)
    move_up(carl, extension.pk)
    move_up(carl, extension.pk)  # the first stays the first
    assert [name for name, _ in shown(carl)][:2] == ["Bea Novak", "Agatha Penrose"]
    with pytest.raises(NotFoundError):
        move_up(bea, extension.pk)
    remove_favourite(bea, starred(bea, ""))
    remove_favourite(carl, starred(agatha, MOBILE.number))
    assert len(shown(carl)) == 3


def test_favourite_follows_the_label_and_the_extension_and_goes_with_the_number(
    agatha: Person, carl: User, bea: User
) -> None:
    add_favourite(carl, starred(agatha, WORK.number))
    add_favourite(carl, starred(bea, ""))
    save_person(name="Agatha Vale", person=agatha, phones=[LabelledNumber("desk", WORK.number)])
    save_user(UserDetails("bea", "BN", "Bea Novak", None, "299", phones=[WORK]), user=bea)
    kept = favourites_of(carl)
    assert [(each.name, each.phone) for each in kept] == [
        ("Agatha Vale", LabelledNumber("desk", "020 7946 0123")),
        ("Bea Novak", LabelledNumber("extension", "299")),
    ]
    save_person(name="Agatha Vale", person=agatha, phones=[MOBILE])
    User.objects.filter(pk=bea.pk).update(is_active=False)
    assert shown(carl) == []
    assert [favourite.colleague_id for favourite in Favourite.objects.all()] == [bea.pk]


def test_what_is_nobodys_number_is_no_favourite(agatha: Person, carl: User, bea: User) -> None:
    User.objects.filter(pk=bea.pk).update(extension="")
    for each in (
        starred(agatha, "0113 496 0187"),
        starred(agatha, ""),
        starred(bea, ""),
        Starred(OwnerKind.COMPANY, 999_999, WORK.number),
    ):
        with pytest.raises(NotFoundError):
            add_favourite(carl, each)


def test_favourites_have_an_end(agatha: Person, carl: User) -> None:
    Favourite.objects.bulk_create(
        Favourite(user=carl, person=agatha, number=str(n), position=n)
        for n in range(MAX_FAVOURITES)
    )
    with pytest.raises(InvalidValueError):
        add_favourite(carl, starred(agatha, WORK.number))


def log_calls(user: User, *typed: str) -> None:
    first_at = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    before = Call.objects.count()
    Call.objects.bulk_create(
        Call(
            id=UUID(int=before + n), user=user, extension="203", typed=number,
            dialled=number.replace(" ", ""), channel="page", kind="request", request="",
            setting_source="", run_id="", placed_at=first_at + timedelta(minutes=n), outcome="sent",
        )
        for n, number in enumerate(typed, start=1)
    )  # fmt: skip


def recent(user: User) -> list[tuple[str, str]]:
    rows = recent_numbers(user, country="GB")
    return [(each.number, str(each.known and each.known.owner.name)) for each in rows]


def test_recent_numbers_stand_once_with_the_name_that_is_known(
    agatha: Person, carl: User, bea: User
) -> None:
    log_calls(bea, "0113 496 0199")
    log_calls(
        carl, "0113 496 0187", "020 7946 0123", "202", "+44 20 7946 0123", "+49 2079460123", ""
    )
    # One key, two countries: two numbers, and only one of them is Agatha's.
    assert recent(carl) == [
        ("+49 2079460123", "None"),
        ("+44 20 7946 0123", "Agatha Penrose"),
        ("202", "Bea Novak"),
        ("0113 496 0187", "None"),
    ]


def test_recent_numbers_are_no_more_than_a_page(carl: User) -> None:
    log_calls(carl, *(f"020 7946 0{n:03}" for n in range(40)))
    assert [number for number, _ in recent(carl)] == [
        f"020 7946 0{n:03}" for n in range(39, 19, -1)
    ]


def test_calls_are_found_however_a_branch_writes_the_number() -> None:
    rules = [branch_rules("GB"), branch_rules("GB", "00", "", "", "9")]
    made = spellings(["020 7946 0123", "nonsense"], rules)
    assert {"02079460123", "+442079460123", "442079460123", "00442079460123"} <= set(made)
    assert "900442079460123" in made
