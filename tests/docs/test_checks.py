"""docs/reference/checks.md has every check that the program makes, in the program's own words."""

import re

from tests.docs.manual import ROOT, page, unquoted
from webdial.site.domain.checks import CHECKS, known

PAGE = page("docs/reference/checks.md")


def test_page_has_the_checks_of_the_program_and_no_other() -> None:
    rows = [
        row
        for section in PAGE.sections(2).values()
        for row in section.table("id", "finds", "what to do")
    ]
    told = [(unquoted(name), finds, hint) for name, finds, hint in rows]
    assert told == [(each.id, each.meaning, each.hint) for each in CHECKS.values()]


def test_ids_tell_errors_from_warnings() -> None:
    assert {re.sub(r"\d{3}$", "", name) for name in CHECKS} == {"webdial.E", "webdial.W"}
    numbers = [name[-3:] for name in CHECKS]
    assert len(set(numbers)) == len(numbers)


def test_every_check_has_a_test() -> None:
    folder = ROOT / "tests/site/checks"
    tests = "".join(file.read_text(encoding="utf-8") for file in folder.glob("test_*.py"))
    names = {name for name, each in vars(known).items() if isinstance(each, known.Check)}
    assert {name for name in names if f"known.{name}" not in tests} == set()


def test_every_check_is_used() -> None:
    folder = ROOT / "src/webdial"
    files = [*folder.glob("site/domain/checks/*.py"), folder / "cli/check.py"]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    names = {name for name, each in vars(known).items() if isinstance(each, known.Check)}
    assert {name for name in names if f"known.{name}.found(" not in source} == set()
