"""The examples of docs/reference/numbers.md are true."""

import pytest

from tests.docs.error_codes import codes_of_program
from tests.docs.manual import page, unquoted
from webdial.numbers import MAX_DIALLED, MAX_TYPED, NumberError, clean_number

PAGE = page("docs/reference/numbers.md")
ROWS = PAGE.table("typed", "dialled", "extension, not dialled")
REFUSED = [
    (code, unquoted(row[0]))
    for code, section in PAGE.sections(3).items()
    for row in section.table("typed")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_number_is_cut_as_the_page_says(row: list[str]) -> None:
    typed, dialled, extension = map(unquoted, row)
    cleaned = clean_number(typed)
    assert (cleaned.dialled, cleaned.extension or "") == (dialled, extension)


@pytest.mark.parametrize(("code", "typed"), REFUSED)
def test_number_is_refused_as_the_page_says(code: str, typed: str) -> None:
    with pytest.raises(NumberError) as caught:
        clean_number(typed)
    assert caught.value.error_code == code


def test_every_refusal_has_examples() -> None:
    faults = {
        code.text
        for code in codes_of_program()
        if code.module.startswith("webdial.numbers") and code.giver != "NumberError"
    }
    assert set(PAGE.sections(3)) == faults == {code for code, _ in REFUSED}


def test_bounds_are_told() -> None:
    assert (
        f"At most {MAX_TYPED} characters are looked at, and at most {MAX_DIALLED} are dialled"
        in PAGE.text
    )
