"""Tables as files: CSV as programs write it, workbooks, what is hostile; written and read the same."""

import csv
import io
import re
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import InvalidValueError
from webdial.site.domain.formulas import defused, restored
from webdial.site.domain.transfer.files import FileKind, kind_of, read_table, write_table
from webdial.site.domain.transfer.limits import MAX_FILE_BYTES, MAX_UNPACKED_BYTES

HEADINGS = ["Name", "Number 1", "Value"]
ROW = ["Zoë", "+44 7700 900223", "x"]
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


def cells_of(content: bytes, **how: str) -> list[list[str]]:
    return [list(row.cells) for row in read_table(content, **how).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_as_programs_write_it(delimiter: str, encoding: str) -> None:
    lines = [delimiter.join(HEADINGS), delimiter.join(ROW)]
    content = "\r\n".join(lines).encode(encoding)
    table = read_table(content)
    assert table.headings == tuple(HEADINGS)
    assert [list(row.cells) for row in table.rows] == [ROW]
    assert bool(table.notes) == (encoding == "cp1252")


def test_encoding_may_be_told() -> None:
    content = "Name\nZoë".encode("cp1252")
    assert cells_of(content, encoding="cp1252") == [["Zoë"]]
    with pytest.raises(InvalidValueError, match="no text in utf-8"):
        read_table(content, encoding="utf-8")
    with pytest.raises(InvalidValueError, match="is no encoding"):
        read_table(content, encoding="rot13")


def test_rows_keep_the_numbers_that_a_spreadsheet_shows() -> None:
    content = b'sep=;\r\nName;Value\r\n"a\r\nb";1\r\n\r\n;;\r\nc;2\r\n'
    assert [(row.number, row.cells[0]) for row in read_table(content).rows] == [
        (2, "a\r\nb"),
        (5, "c"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\r\n;;\r\n", "is empty"),
        (b'Name\n"open', "Row 2 is no CSV"),
        (b'Name\n"a"b', "Row 2 is no CSV"),
        (b"Name\n\x00", "NUL"),
        (b"Name\n\x81\x8d\x9d", "no text in UTF-8 or Windows-1252"),
        (b"Name\n" + b"a\n" * 50_001, "more than 50,000 rows"),
        (b"a," * 300, "more than 200 columns"),
        (b"Name\n" + b"a" * 40_000, "Row 2 has a cell of more than"),
        (b"Name\n" + b"a" * 200_000, "Row 2 is no CSV"),
        (b"x" * (MAX_FILE_BYTES + 1), "more than 10 MB"),
        (b"PK\x03\x04 no archive", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no document", "no workbook"),
    ],
)
def test_what_is_no_table_is_told(content: bytes, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        read_table(content)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'"])
def test_no_cell_of_a_csv_file_begins_as_a_formula(start: str) -> None:
    cell = f"{start}cmd|' /C calc'!A0"
    content = write_table(FileKind.CSV, "People", ["Name"], [[cell]])
    written = content.decode("utf-8-sig").partition("\r\n")[2].lstrip('"')
    assert written.startswith(f"'{start}")
    assert cells_of(content) == [[cell]]


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", ";\t", ";;"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_cell_is_a_formula_where_another_separator_parts_lines(
    separator: str, start: str
) -> None:
    """Excel in German opens a file by semicolons, though it was written with commas."""
    cell = f"Carl{separator}{start}cmd|' /C calc'!A0;{separator}"
    content = write_table(FileKind.CSV, "People", ["StaffID", "Name"], [["CO", cell]])
    seen = re.split(r"[;\t\r\n]+", content.decode("utf-8-sig"))
    assert [each for each in seen if each.startswith(start)] == []
    assert any(each.startswith(f"'{start}") for each in seen)
    assert cells_of(content) == [["CO", cell]]


@pytest.mark.parametrize("quotes", ['"', '""'])
def test_no_formula_comes_behind_quotes_either(quotes: str) -> None:
    """Doubled in the file, they are a text of nothing where another separator has begun a cell."""
    cell = f"Carl;{quotes}=1&{quotes}"
    content = write_table(FileKind.CSV, "People", ["StaffID", "Name"], [["CO", cell]])
    lines = content.decode("utf-8-sig").splitlines()
    seen = [each for line in csv.reader(lines, delimiter=";") for each in line]
    assert [each for each in seen if each.startswith("=")] == []
    assert cells_of(content) == [["CO", cell]]


@given(st.text(alphabet="a=-'\"; \t\r\n＝", max_size=12))
def test_defused_cells_come_back_as_they_were(cell: str) -> None:
    assert restored(defused(cell)) == cell


def test_workbooks_hold_texts_and_no_formulas() -> None:
    content = write_table(FileKind.XLSX, "People", ["Name"], [["=1+1"], ["http://a.example"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert cells_of(content) == [["=1+1"], ["http://a.example"]]


def test_numbers_of_a_workbook_are_marked() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    book.add_worksheet("Other")
    for column, value in enumerate(("a", 203, 442079460123, 0.5, True, "007")):
        sheet.write(0, column, f"Heading {column}")
        sheet.write(1, column, value)
    book.close()
    table = read_table(file.getvalue())
    assert table.rows[0].cells == ("a", "203", "442079460123", "0.5", "TRUE", "007")
    assert table.rows[0].numeric == {1, 2, 3}
    assert table.notes == ("Only the first sheet was read: Sheet1.",)


def test_workbook_that_would_take_all_memory_is_refused() -> None:
    """Two cells in opposite corners: the reader asks for 512 GiB, and its process ends."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "StaffID")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(InvalidValueError, match="too large"):
        read_table(file.getvalue())


def test_zip_bomb_is_refused() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(MAX_UNPACKED_BYTES // 2**20 + 1):
            member.write(bytes(2**20))
    assert len(file.getvalue()) < MAX_FILE_BYTES
    with pytest.raises(InvalidValueError, match="too large"):
        read_table(file.getvalue())


def test_kind_is_told_by_the_ending() -> None:
    assert [kind_of("a.CSV"), kind_of("b.xlsx")] == [FileKind.CSV, FileKind.XLSX]
    with pytest.raises(InvalidValueError, match=r"neither \.csv nor \.xlsx"):
        kind_of("c.pdf")


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_csv_is_read_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    expected = [list(row) for row in rows if any(cell.strip() for cell in row)]
    assert cells_of(write_table(FileKind.CSV, "T", ["a", "b"], rows)) == expected


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    try:
        table = read_table(content)
    except InvalidValueError:
        return
    assert table.headings
