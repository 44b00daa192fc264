"""What can be dialled, and which line it reaches."""

import pytest

from webdial.errors import InvalidValueError
from webdial.simulator.lines import (
    Number,
    dialled_part,
    digits_after_answer,
    parse_extension,
    parse_line,
    parse_number,
    parse_written_number,
    reaches,
    shorten,
)


@pytest.mark.parametrize("text", ["0", "112", "02079460123", "+442079460123", "*67#", "0207,,42#"])
def test_number_that_a_phone_can_dial_is_kept_as_it_is(text: str) -> None:
    assert parse_number(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            " 442079460123",
            "The number begins with a space. In a URL a plus sign must be sent as %2B.",
        ),
        ("9" * 65, "The number is longer than 64 characters."),
        ("9" * 10_000, "The number is longer than 64 characters."),
        (
            "020 7946",
            "“020 7946” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can.",
        ),
        (
            "<b>1</b>",
            "“<b>1</b>” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can.",
        ),
        ("", "“” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can."),
        ("+", "“+” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can."),
        ("1+2", "“1+2” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can."),
        (",1", "“,1” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can."),
        ("٠١٢", "“٠١٢” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can."),
        (
            "1\n",
            "“1\N{REPLACEMENT CHARACTER}” cannot be dialled: only digits, '*', '#', ',' and a leading '+' can.",
        ),
    ],
)
def test_number_that_no_phone_can_dial_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        parse_number(text)
    assert (refused.value.message, refused.value.field) == (reason, "to")


def test_written_number_loses_what_people_write_for_reading() -> None:
    assert parse_written_number("+44 (20) 7946-0123") == "+442079460123"


@pytest.mark.parametrize("text", ["", "2 01", "2/1", "x" * 33, "201\n"])
def test_extension_that_fits_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_extension(text)


@pytest.mark.parametrize("text", ["10000", "a", "9 "])
def test_line_that_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        parse_line(text)
    assert refused.value.field == "line"


def test_digits_behind_the_first_comma_wait_for_the_answer() -> None:
    number = Number("02079460123,,42,#")
    assert (dialled_part(number), digits_after_answer(number)) == ("02079460123", "42#")


@pytest.mark.parametrize(
    ("dialled", "number", "expected"),
    [
        ("02079460123", "02079460123", True),
        ("+442079460123", "02079460123", True),
        ("902079460123", "+442079460123", True),
        ("02079460124", "02079460123", False),
        ("112", "112", True),
        ("9112", "112", False),
        ("*12345678#", "9*12345678#", False),
    ],
)
def test_number_reaches_a_line_written_otherwise(dialled: str, number: str, expected: bool) -> None:
    assert reaches(dialled, number) is expected


def test_quoted_text_is_short_and_visible() -> None:
    assert shorten("x" * 25) == f"“{'x' * 24}…”"
    assert shorten("a\x00\u202eb") == "“a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b”"
