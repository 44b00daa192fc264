"""What is exported and imported into an empty installation is the same there."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webdial.site.domain.transfer.acts import SUBJECTS, carry_out, export_table, read_file
from webdial.site.domain.transfer.columns import Given, GivenNumber, GivenRow
from webdial.site.domain.transfer.files import FileKind
from webdial.site.domain.transfer.plan import Item, RowKind
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.domain.transfer.subject import Subject
from webdial.site.domain.transfer.whole.acts import import_document
from webdial.site.domain.transfer.whole.document import read_document
from webdial.site.domain.transfer.whole.export import export_document
from webdial.site.domain.transfer.whole.toml_text import toml_text
from webdial.site.models import Branch, Company, Person, User

pytestmark = pytest.mark.django_db

LETTERS = st.characters(categories=("L", "N", "P", "S", "M"), include_characters=" ")
NAMES = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.builds(
    GivenNumber,
    st.one_of(st.just(""), NAMES),
    st.sampled_from(["020 7946 0123", "+44 7700 900223", "+442079460123", "07700900101", "101"]),
)
PHONES = st.lists(NUMBERS, max_size=3).map(tuple)


def rows_of(values: list[tuple[dict[str, str], tuple[GivenNumber, ...]]]) -> Given:
    return Given(tuple(GivenRow(i, *each) for i, each in enumerate(values, start=2)))


USERS = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "staff_id": NAMES,
                "login": NAMES,
                "name": NAMES,
                "branch": st.sampled_from(["", "=LON"]),
                "extension": st.one_of(st.just(""), NAMES),
                "role": st.sampled_from(["caller", "administrator"]),
                "active": st.just("yes"),
            }
        ),
        PHONES,
    ),
    max_size=5,
    unique_by=(
        lambda each: each[0]["staff_id"].casefold().lower(),
        lambda each: each[0]["login"].casefold(),
    ),
).map(rows_of)
PEOPLE = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "name": NAMES,
                "company": st.one_of(st.just(""), NAMES),
                "notes": st.sampled_from(["", "one\ntwo", "'=1+1", "-"]),
            }
        ),
        PHONES,
    ),
    max_size=5,
).map(rows_of)


COMPANIES = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {"name": NAMES, "notes": st.sampled_from(["", "one\ntwo", "'=1+1", "-"])}
        ),
        PHONES,
    ),
    max_size=5,
    unique_by=lambda each: each[0]["name"].casefold(),
).map(rows_of)
GIVEN = {"users": USERS, "companies": COMPANIES, "people": PEOPLE}


def contents(subject: Subject) -> list[Item]:
    """What is kept, but for the ids and the order of the rows."""
    items = [Item(item.values, item.phones) for item in subject.kept()]
    return sorted(items, key=repr)


def empty() -> None:
    for model in (User, Person, Company, Branch):
        model.objects.all().delete()


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(sorted(GIVEN)), kind=st.sampled_from(FileKind), data=st.data())
def test_table_comes_back_as_it_was(name: str, kind: FileKind, data: st.DataObject) -> None:
    rows = data.draw(GIVEN[name])
    subject, branches = SUBJECTS[name], SUBJECTS["branches"]
    with transaction.atomic():
        branch = rows_of([({"agency_id": "=LON", "name": "+London"}, ())])
        carry_out(branches, branch)
        if plan_rows(subject, rows).is_faulty:  # names that a table cannot tell apart
            transaction.set_rollback(True)
            return
        carry_out(subject, rows)
        kept, files = contents(subject), [export_table(each, kind) for each in (branches, subject)]
        again = plan_rows(subject, read_file(subject, files[1]))
        assert {row.kind for row in again.rows} <= {RowKind.UNCHANGED}
        assert not again.left_alone
        empty()
        for each, file in zip((branches, subject), files, strict=True):
            if each.kept() or b"=LON" in file or rows.rows:
                carry_out(each, read_file(each, file))
        assert contents(subject) == kept
        transaction.set_rollback(True)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(users=USERS, companies=COMPANIES, people=PEOPLE)
def test_configuration_comes_back_as_it_was(users: Given, companies: Given, people: Given) -> None:
    with transaction.atomic():
        carry_out(SUBJECTS["branches"], rows_of([({"agency_id": "=LON", "name": "L"}, ())]))
        for name, rows in (("users", users), ("companies", companies), ("people", people)):
            if not plan_rows(SUBJECTS[name], rows).is_faulty:
                carry_out(SUBJECTS[name], rows)
        file = toml_text(export_document(people=True))
        unchanged = import_document(read_document(file))
        assert unchanged.count(RowKind.NEW) == unchanged.count(RowKind.CHANGED) == 0
        empty()
        plan = import_document(read_document(file))
        assert not plan.is_faulty, plan
        assert toml_text(export_document(people=True)) == file
        transaction.set_rollback(True)
