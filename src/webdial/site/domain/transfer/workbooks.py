"""Tables as workbooks: Excel's xlsx written, and xlsx, xls and ods read.

Every cell is written as text, so that no spreadsheet takes one for a formula or drops a leading 0.
"""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter

from webdial.errors import InvalidValueError
from webdial.language import grouped, translatable, translate
from webdial.site.domain.transfer import workbook_child
from webdial.site.domain.transfer.limits import (
    CHILD_MEMORY_BYTES,
    CHILD_TIME_S,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
)
from webdial.site.domain.transfer.tables import Table, TableRow, table_of, unreadable

_NOT_READ: Final = translatable("This is no workbook that can be read.")


def write_workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An xlsx file of one sheet."""
    file = io.BytesIO()
    # Without these, what begins with = or looks like a web address would be more than text.
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, plain)
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, 18, text)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(number, column, cell, text)
    book.close()
    return file.getvalue()


def read_workbook(content: bytes) -> Table:
    """The first sheet. Raises InvalidValueError for what is no workbook, or is too large."""
    _check_unpacked_size(content)
    found = _read_in_child(content)
    rows = [_row(number, cells) for number, cells in enumerate(found["rows"], start=1)]
    notes = (
        (translate("Only the first sheet was read: {found}.", found=found["sheet"]),)
        if found["sheets"] > 1
        else ()
    )
    return table_of(rows, notes=notes)


def _row(number: int, cells: Sequence[str | list[str]]) -> TableRow:
    texts = tuple(cell if isinstance(cell, str) else cell[0] for cell in cells)
    numeric = frozenset(place for place, cell in enumerate(cells) if not isinstance(cell, str))
    return TableRow(number, texts, numeric)


def _check_unpacked_size(content: bytes) -> None:
    """A first look that costs nothing; what an archive hides from it the limits of the child stop."""
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise unreadable(translate(_NOT_READ)) from error
    if size > MAX_UNPACKED_BYTES:
        raise _too_large()


def _read_in_child(content: bytes) -> dict[str, Any]:
    limits = (CHILD_MEMORY_BYTES, CHILD_TIME_S, MAX_ROWS, MAX_COLUMNS)
    program = str(Path(workbook_child.__file__))
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and no shell
            [sys.executable, "-I", program, *map(str, limits)],
            input=content,
            capture_output=True,
            env={**os.environ, "RUST_BACKTRACE": "0"},
            timeout=CHILD_TIME_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_large() from error
    match done.returncode:
        case 0:
            return dict(orjson.loads(done.stdout))
        case workbook_child.NOT_READ:
            raise unreadable(
                translate(_NOT_READ), hint=translate("It must be xlsx, xls or ods, or CSV.")
            )
        case workbook_child.LOCKED:
            raise unreadable(
                translate("The workbook wants a password."), hint=translate("Save it without one.")
            )
    raise _too_large()


def _too_large() -> InvalidValueError:
    return unreadable(
        translate("The workbook is too large to be read, or damaged."),
        hint=translate(
            "A sheet has at most {MAX_ROWS} rows and {MAX_COLUMNS} columns. Delete empty rows and columns behind the table, or save it as CSV.",
            MAX_ROWS=grouped(MAX_ROWS),
            MAX_COLUMNS=MAX_COLUMNS,
        ),
    )
