"""People out of vCards: the cases of tests/cases/vcards, charsets, and bytes of any kind."""

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cases import cases_of
from webdial.errors import InvalidValueError
from webdial.site.domain.people import MAX_NOTES
from webdial.site.domain.transfer.columns import Given
from webdial.site.domain.transfer.vcards import are_cards, read_cards

CASES = cases_of("vcards")
PIECES = st.sampled_from(
    [b"BEGIN:VCARD\r\n", b"END:VCARD\n", b"FN:", b"N:", b"TEL", b";", b"TYPE=", b'"', b":", b"\\",
     b"=\r\n", b"\r\n ", b"QUOTED-PRINTABLE", b"CHARSET=", b"AGENT:\n", b"item1.", b"X-ABLabel:",
     b"tel:", b"ORG:", b"NOTE:", b"\\n", b"\xff", b"\xc3", b"=C3", b",", b"\n", b"PREF=", b"1"]
)  # fmt: skip


def shown(given: Given) -> list[list[Any]]:
    return [
        [
            row.values["name"],
            row.values["company"],
            *([each.label, each.number] for each in row.numbers or ()),
        ]
        for row in given.rows
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_case(case: dict[str, Any], line_end: str) -> None:
    content = case["card"].replace("\n", line_end).encode()
    assert are_cards(content)
    assert shown(read_cards(content)) == case["people"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_charset_of_the_file_is_found_out(encoding: str) -> None:
    content = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Müller\nEND:VCARD\n".encode(encoding)
    assert are_cards(content)
    assert shown(read_cards(content)) == [["Zoë Müller", ""]]


def test_a_character_that_is_folded_in_two_is_whole_again() -> None:
    line = "FN:Zoë Müller".encode()
    content = b"BEGIN:VCARD\n" + line[:6] + b"\n " + line[6:] + b"\nEND:VCARD\n"
    assert shown(read_cards(content)) == [["Zoë Müller", ""]]


@pytest.mark.parametrize("charset", ["zlib", "unicode_escape", "idna", "nonsense", "\x00"])
def test_charset_that_is_none_is_passed_over(charset: str) -> None:
    content = f"BEGIN:VCARD\nFN;CHARSET={charset}:Zoë\\x\nEND:VCARD\n".encode()
    assert shown(read_cards(content)) == [["Zoëx", ""]]


@pytest.mark.parametrize(
    ("lines", "notes"),
    [
        (
            r"NOTE:Not before ten\, please.\n\NAsk for Ann.",
            "Not before ten, please.\n\nAsk for Ann.",
        ),
        ("NOTE;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB=0D=0Acalls=\n back=00.", "Zoë\ncalls back ."),
        ("NOTE:One.\nitem1.NOTE:Two.\nNOTE: ", "One.\nTwo."),
    ],
)
def test_notes_keep_their_lines(lines: str, notes: str) -> None:
    given = read_cards(f"BEGIN:VCARD\nFN:Zoë\n{lines}\nEND:VCARD\n".encode())
    assert given.rows[0].values["notes"] == notes


def test_notes_that_are_too_long_are_cut_and_that_is_told() -> None:
    card = "BEGIN:VCARD\nFN:Zoë\nNOTE:" + "word " * 1_000 + "\nEND:VCARD\n"
    row = read_cards(card.encode()).rows[0]
    assert row.values["notes"] == "word " * 799 + "word…"
    assert len(row.values["notes"]) == MAX_NOTES
    assert row.notes == ("The notes were cut to 4,000 characters.",)


def test_notes_as_long_as_can_be_kept_are_kept() -> None:
    row = read_cards(f"BEGIN:VCARD\nFN:Zoë\nNOTE:{'x' * MAX_NOTES}\nEND:VCARD\n".encode()).rows[0]
    assert (row.values["notes"], row.notes) == ("x" * MAX_NOTES, ())


@pytest.mark.parametrize("lines", ["", "NOTE:", r"NOTE:\n"])
def test_card_without_notes_leaves_those_alone_that_are_kept(lines: str) -> None:
    given = read_cards(f"BEGIN:VCARD\nFN:Zoë\n{lines}\nEND:VCARD\n".encode())
    assert given.rows[0].values == {"name": "Zoë", "company": ""}


def test_file_without_a_person_is_told() -> None:
    with pytest.raises(InvalidValueError, match="no card of a person"):
        read_cards(b"BEGIN:VCARD\nKIND:group\nFN:Friends\nEND:VCARD\n")


def test_card_of_too_many_numbers_is_refused() -> None:
    content = b"BEGIN:VCARD\nFN:A\n" + b"TEL:1\n" * 1_000 + b"END:VCARD"
    with pytest.raises(InvalidValueError, match="Card 1 has more than 1,000 lines"):
        read_cards(content)


def test_time_grows_with_the_size_alone() -> None:
    """A file of 1 MB in which each line had the first one looked at again took minutes."""
    first = b"X;QUOTED-PRINTABLE;" + b"a" * 1_000_000
    began_s = time.thread_time()
    given = read_cards(b"BEGIN:VCARD\nFN:A\n" + first + b"=\n" * 50_000 + b"END:VCARD\nFN:B\n")
    assert time.thread_time() - began_s < 4
    assert shown(given) == [["A", ""]]


def test_label_is_no_longer_than_can_be_kept() -> None:
    content = b"BEGIN:VCARD\nFN:A\na.TEL:1\na.X-ABLABEL:" + b"x" * 99 + b"\nEND:VCARD"
    assert shown(read_cards(content))[0][2] == ["x" * 40, "1"]


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=60).map(b"".join)))
@example(b"BEGIN:VCARD\nTEL;TYPE=\nN:;;;;;;;;\\\nEND:VCARD")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    are_cards(content)
    try:
        rows = read_cards(content).rows
    except InvalidValueError:
        return
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    for row in rows:
        assert all(value.replace("\n", "").isprintable() for value in row.values.values())
        assert all(each.number.isprintable() for each in row.numbers or ())


@given(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1),
    st.text(st.characters(exclude_categories=("C", "Z"))),
)
def test_what_is_escaped_is_read_as_it_was(name: str, company: str) -> None:
    def escaped(text: str) -> str:
        return "".join(f"\\{c}" if c in "\\,;" else c for c in text)

    content = f"BEGIN:VCARD\nFN:{escaped(name)}\nORG:{escaped(company)};Unit\nEND:VCARD".encode()
    assert shown(read_cards(content)) == [[name, company]]
