"""The language's cases, each as a user has it: a function, a number, what comes of it."""

import pytest

from tests.cases import FOLDER
from webdial.watcom.conformance import Case, read_cases, run_case

FILES = sorted((FOLDER / "watcom").glob("*.toml"))
CASES = [
    pytest.param(case, id=f"{file.stem}/{case.name}")
    for file in FILES
    for case in read_cases(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    assert run_case(case).failure == ""


def test_all_conformance_cases_are_there() -> None:
    conformance = FOLDER / "watcom" / "conformance.toml"
    assert len(read_cases(conformance.read_text(encoding="utf-8"))) == 80
