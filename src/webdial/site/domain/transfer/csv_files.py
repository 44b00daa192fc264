"""Tables as CSV (RFC 4180): read as programs write it, written so that spreadsheets open it unharmed.

What a spreadsheet would take for a formula is written with an apostrophe in front, which also keeps Excel from
making a number of +44…; reading takes it away again (webdial.site.domain.formulas).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from webdial.errors import InvalidValueError
from webdial.language import grouped, translate
from webdial.site.domain.formulas import defused, restored
from webdial.site.domain.transfer.limits import MAX_CELL, MAX_ROWS
from webdial.site.domain.transfer.tables import Table, TableRow, table_of, unreadable

ENCODINGS: Final = ("utf-8", "cp1252", "utf-16")
"""What may be told. Without, UTF-8 is tried, and then what Windows writes in western Europe."""

_DELIMITERS: Final = (",", ";", "\t")


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it, and commas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def read_csv(content: bytes, *, encoding: str = "") -> Table:
    """Raises InvalidValueError for what is no table of text."""
    text, notes = _decoded(content, encoding)
    if "\x00" in text:
        raise unreadable(translate("The file is no CSV: it holds NUL characters."))
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as Excel for the Mac writes what it calls Macintosh
    text, delimiter = _without_sep_line(text)
    rows = _records(text, delimiter or _likely_delimiter(text))
    return table_of(rows, notes=notes)


def _decoded(content: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    if encoding and encoding not in ENCODINGS:
        hint = translate("Known are {ENCODINGS}.", ENCODINGS=", ".join(ENCODINGS))
        raise InvalidValueError(
            translate("{encoding} is no encoding for tables.", encoding=f"{encoding!r}"),
            field="encoding",
            hint=hint,
        )
    if not encoding and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        if encoding:
            return content.decode("utf-8-sig" if encoding == "utf-8" else encoding), ()
        return _decoded_by_trying(content)
    except UnicodeDecodeError as error:
        shown = encoding or translate("UTF-8 or Windows-1252")
        raise unreadable(
            translate("The file is no text in {shown}.", shown=shown),
            hint=translate("Save it as CSV UTF-8, or as a workbook."),
        ) from error


def _decoded_by_trying(content: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    note = translate(
        "The file was read as Windows-1252, since it is no UTF-8. Look at names with accents."
    )
    return text, (note,)


def _without_sep_line(text: str) -> tuple[str, str]:
    """Excel's own `sep=;` as a first line, taken away; and the character that it names."""
    first, _, rest = text.partition("\n")
    name, _, delimiter = first.strip("\r").strip('"').partition("=")
    if name.strip().lower() == "sep" and delimiter in _DELIMITERS:
        return rest, delimiter
    return text, ""


def _likely_delimiter(text: str) -> str:
    """Of the delimiters, that which parts the headings into most columns."""
    head = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0][:MAX_CELL]

    def columns(delimiter: str) -> int:
        return len(next(csv.reader([head], delimiter=delimiter), []))

    return max(_DELIMITERS, key=columns)


def _records(text: str, delimiter: str) -> list[TableRow]:
    rows: list[TableRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if any(record):
                rows.append(TableRow(number, tuple(restored(cell) for cell in record)))
            if len(rows) > MAX_ROWS + 1:
                raise unreadable(
                    translate(
                        "The file has more than {MAX_ROWS} rows.", MAX_ROWS=grouped(MAX_ROWS)
                    ),
                    hint=translate("Split it."),
                )
    except csv.Error as error:
        raise unreadable(
            translate("Row {number} is no CSV: {error}.", number=number + 1, error=error),
            hint=translate(
                "A quotation mark within a cell is written twice, and the cell stands between two."
            ),
        ) from error
    return rows
