"""The small language that names numbers by how they begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import SourceError
from webdial.numbers.beginnings import MAX_ENTRIES, Beginning, first_fitting, read_beginnings
from webdial.numbers.ranges import look_at


def test_entries_stand_on_lines_and_between_commas() -> None:
    text = "+53, 0871\n-- dear ones, and more\n8...\n\n*21"
    assert read_beginnings(text) == (
        Beginning("+53", "+53"),
        Beginning("0871", "0871"),
        Beginning("8...", "8", 3),
        Beginning("*21", "*21"),
    )


def test_numbers_are_grouped_as_people_do() -> None:
    assert read_beginnings("+44 (20) 7946-0") == (Beginning("+44 (20) 7946-0", "+442079460"),)


def test_every_entry_that_is_none_is_told_with_its_place() -> None:
    text = "+53, abroad,\n0871 x"
    with pytest.raises(SourceError) as caught:
        read_beginnings(text)
    faults = caught.value.faults
    assert [text[fault.start : fault.end] for fault in faults] == ["abroad", "0871 x"]


def test_too_many_entries() -> None:
    with pytest.raises(SourceError):
        read_beginnings(", ".join(["+53"] * (MAX_ENTRIES + 1)))


def test_dots_say_how_many_digits_follow() -> None:
    (beginning,) = read_beginnings("8...")
    assert [beginning.fits(number) for number in ("8123", "812", "81234", "9123")] == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["+53 7 123 4567", "00 53 7 123 4567", "9005371234567"])
def test_country_is_named_by_its_code_however_it_is_dialled(typed: str) -> None:
    written = look_at(typed.replace(" ", ""), "GB").written
    assert first_fitting(read_beginnings("0871, +53"), written) == Beginning("+53", "+53")


@pytest.mark.parametrize("entry", ["0871", "+44871", "0044 871"])
@pytest.mark.parametrize("typed", ["08711234567", "+448711234567", "908711234567"])
def test_range_is_named_in_any_of_its_forms(entry: str, typed: str) -> None:
    assert first_fitting(read_beginnings(entry), look_at(typed, "GB").written) is not None


@pytest.mark.parametrize("typed", ["203", "02079460123"])
def test_code_of_the_own_country_names_no_extension(typed: str) -> None:
    fits = first_fitting(read_beginnings("+44 203"), look_at(typed, "GB").written)
    assert fits is None


@given(st.text(max_size=40))
def test_whatever_is_written_is_read_or_told(text: str) -> None:
    try:
        read = read_beginnings(text)
    except SourceError as error:
        assert all(fault.start < fault.end <= len(text) for fault in error.faults)
    else:
        assert all(each.begins for each in read)
