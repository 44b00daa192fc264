"""Numbers as people write them."""

import re
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.cases import cases_of
from webdial.numbers import MAX_DIALLED, NumberError, clean_number, number_in


@pytest.mark.parametrize("case", cases_of("numbers"), ids=lambda case: ascii(case["typed"]))
def test_case(case: dict[str, Any]) -> None:
    if "fault" in case:
        with pytest.raises(NumberError) as caught:
            clean_number(case["typed"])
        assert caught.value.error_code == case["fault"]
        return
    cleaned = clean_number(case["typed"])
    assert (cleaned.dialled, cleaned.extension) == (case["dialled"], case.get("extension"))
    assert cleaned.typed == case.get("kept", case["typed"])


@pytest.mark.parametrize(
    "mark", ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200b", "\ufeff"]
)
def test_what_was_typed_is_kept_without_marks_that_nobody_sees(mark: str) -> None:
    """Behind U+202E the digits are shown the other way round, in the log as well."""
    cleaned = clean_number(f"{mark}+44 {mark}20 7946 0123{mark}")
    assert (cleaned.typed, cleaned.dialled) == ("+44 20 7946 0123", "+442079460123")


@pytest.mark.parametrize(
    ("selected", "number"),
    [
        ("  Tel. +44 20 7946 0123\n", "+44 20 7946 0123"),
        ("Tel.: (020) 7946 0123 (home)", "(020) 7946 0123"),
        ("Call (020 7946 0123), please", "020 7946 0123"),
        ("Office: 020 7946 0123 ext. 12", "020 7946 0123 ext. 12"),
        ("Phone: *21*305#", "*21*305#"),
        ("tel:+44-20-7946-0123;ext=12", "+44-20-7946-0123;ext=12"),
        ("٠٢٠ ٧٩٤٦ ٠١٢٣", "٠٢٠ ٧٩٤٦ ٠١٢٣"),
        ("9", "9"),
        ("Yours sincerely", "Yours sincerely"),
        ("020 7946 0123 or 0113 496 0187", "020 7946 0123 or 0113 496 0187"),
        ("0800 FLOWERS", "0800 FLOWERS"),
    ],
)
def test_number_in_a_selected_text(selected: str, number: str) -> None:
    assert number_in(selected) == number


@given(st.text("0123456789+*#,()-./ extTl:\n", max_size=60))
def test_number_in_a_text_means_the_same_or_is_the_text(text: str) -> None:
    found = number_in(text)
    assert found in text
    if found != text.strip():
        whole, cut = clean_number(text), clean_number(found)
        assert (whole.dialled, whole.extension) == (cut.dialled, cut.extension)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["+" * 100_000, "(" * 100_000, "0" + " " * 100_000 + "."])
def test_text_that_is_far_too_long_for_a_number_stays_as_it_is_at_once(text: str) -> None:
    assert number_in(text) == text


def test_ten_thousand_characters_are_refused_shortly() -> None:
    with pytest.raises(NumberError) as caught:
        clean_number("1" * 10_000)
    assert caught.value.error_code == "number_too_long"
    assert len(caught.value.source) <= 200


@given(st.text(max_size=250) | st.text("0123456789+*#,()-./ ext\n", max_size=60))
def test_any_text_gives_only_what_can_be_dialled_or_is_refused(typed: str) -> None:
    try:
        cleaned = clean_number(typed)
    except NumberError as error:
        assert error.message
        return
    assert re.fullmatch(r"[0-9*#+][0-9*#,]*", cleaned.dialled, re.ASCII)
    assert len(cleaned.dialled) <= MAX_DIALLED
    assert any(character.isdigit() for character in cleaned.dialled)


def is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


@given(st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True), st.sampled_from([" ", "-", ".", "\u00a0"]))
def test_grouping_changes_nothing(number: str, separator: str) -> None:
    grouped = separator.join(re.findall(r"\+?\d{1,3}", number))
    assume(not is_address(grouped))
    assert clean_number(grouped).dialled == number


@given(st.from_regex(r"[+*#0-9][0-9]{2,14}", fullmatch=True))
def test_cleaning_again_changes_nothing(number: str) -> None:
    once = clean_number(number).dialled
    assert clean_number(once).dialled == once
