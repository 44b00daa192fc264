"""Notes are text, and stand where people look at a person or a company alone."""

from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/transfer/test_files.py::test_no_cell_is_a_formula_where_another_separator_parts_lines",
    "tests/site/test_people_pages.py::test_person_has_a_page_with_numbers_notes_and_company",
    "tests/functions/test_database_tables.py::test_function_sees_no_other_table",
)

NOTE: Final = "<script>alert('note')</script>\n<img src=x onerror=alert(1)>\nPlease ring after nine"
NUMBER: Final = "01632963838"
_WRITE: Final = """
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
save_person(name="Nora Note", phones=[LabelledNumber("Work", {number!r})], notes={note!r})
"""


@pytest.fixture(scope="module")
def person(attacked: AttackedSite) -> int:
    attacked.installation.execute(_WRITE.format(number=NUMBER, note=NOTE))
    ((found,),) = attacked.select("SELECT id FROM webdial_person WHERE name = 'Nora Note'")
    return int(found)


def test_note_is_shown_as_text(attacked: AttackedSite, person: int) -> None:
    page = attacked.browser("carl").get(f"/people/{person}").body
    assert "Please ring after nine" in page
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert(" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("login", ["carl", "dora", "bea", "fred", "olga"])
def test_nobody_else_writes_one(attacked: AttackedSite, person: int, login: str) -> None:
    before = attacked.rows("webdial_person")
    fields = {"name": "Nora Note", "notes": "changed", "company": ""}
    for path in (f"/maintenance/people/{person}", "/maintenance/people/add", f"/people/{person}"):
        assert attacked.browser(login).submit(path, **fields).status in {403, 405}
    assert attacked.rows("webdial_person") == before


def test_note_is_in_no_call_and_no_program_reads_it(attacked: AttackedSite, person: int) -> None:
    carl, browser = attacked.program("carl"), attacked.browser("carl")
    call = carl.call(NUMBER).json()
    shown = [
        str(call), carl.get(f"/api/v1/calls/{call['id']}").body, carl.get("/api/v1/calls").body,
        browser.get(f"/calls/{call['id']}").body, browser.get("/calls/export.csv").body,
        str(attacked.phones.requests[-1]), "\n".join(attacked.server.rest),
    ]  # fmt: skip
    assert [text for text in shown if "ring after nine" in text] == []
    assert attacked.nobody().get(f"/people/{person}").status == 302
