"""Companies brought in as a table: found by name, with notes and numbers of their own."""

import pytest

from tests.site.transfer.test_import import bring_in, faults_of, kinds_of, plan_of
from webdial.site.domain.changes import find_changes
from webdial.site.domain.companies import save_company
from webdial.site.domain.directory import find_listed
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company

pytestmark = pytest.mark.django_db


def found(search: str) -> list[str]:
    """Who is listed for it: a person by name, a company by its own."""
    return sorted(str(line.person or line.company) for line in find_listed(search))


def test_new_company_is_found_by_name_and_number() -> None:
    bring_in(
        "companies", "Name,Notes,Label 1,Number 1\nCwm Dairy,Closed at noon,dairy,029 2018 0120\n"
    )
    company = Company.objects.get()
    assert (company.name, company.notes) == ("Cwm Dairy", "Closed at noon")
    assert [(each.label, each.number) for each in company.phones.all()] == [
        ("dairy", "029 2018 0120")
    ]
    assert found("dairy") == found("02920180120") == ["Cwm Dairy"]


def test_row_changes_the_company_of_its_name_alone() -> None:
    save_company(name="Cwm Dairy", phones=[LabelledNumber("dairy", "101")], notes="old")
    save_company(name="Brooks Freight", notes="kept")
    save_person(name="Eleri Vaughan", company="Cwm Dairy")
    plan = bring_in("companies", "Name,Notes\nCWM DAIRY,new\n")
    assert (kinds_of(plan), plan.left_alone) == (["changed"], ("Brooks Freight",))
    company = Company.objects.get(notes="new")
    assert company.name == "CWM DAIRY"
    assert [each.number for each in company.phones.all()] == ["101"]
    assert found("cwm") == ["CWM DAIRY", "Eleri Vaughan"]


def test_numbers_of_a_row_replace_those_that_are_there() -> None:
    save_company(name="Cwm Dairy", phones=[LabelledNumber("dairy", "029 2018 0120")])
    bring_in("companies", "Name,Label 1,Number 1\nCwm Dairy,shop,029 2018 0121\n")
    assert found("02920180120") == []
    assert found("02920180121") == ["Cwm Dairy"]


def test_what_an_import_changed_stands_in_the_history() -> None:
    bring_in("companies", "Name,Notes\nCwm Dairy,Closed at noon\n")
    change = find_changes()[0]
    assert (change.label, change.before) == ("Cwm Dairy", None)
    assert change.after == {"name": "Cwm Dairy", "notes": "Closed at noon", "phones": []}


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("Cwm Dairy,\ncwm dairy,\n", [(3, "Name", "Row 2 is about the same Name.")]),
        (",lonely notes\n", [(2, "Name", "Name is missing.")]),
    ],
)
def test_rows_that_are_wrong(rows: str, faults: list[tuple[int, str, str]]) -> None:
    assert faults_of(plan_of("companies", f"Name,Notes\n{rows}")) == faults
