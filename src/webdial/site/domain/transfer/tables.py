"""A table as it was read from a file, whatever the file's kind."""

from dataclasses import dataclass
from typing import Final

from webdial.errors import InvalidValueError
from webdial.language import grouped, translate
from webdial.site.domain.transfer.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS

FIELD: Final = "file"
"""The form field that an unreadable file is blamed on."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` counts as spreadsheets do, from 1 with the headings. `numeric` has the places of cells
    that a workbook keeps as numbers or dates, and not as text."""

    number: int
    cells: tuple[str, ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and the rows below that hold anything. `notes` say what was assumed in reading."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()


def unreadable(message: str, *, hint: str = "") -> InvalidValueError:
    return InvalidValueError(message, field=FIELD, hint=hint)


def table_of(rows: list[TableRow], *, notes: tuple[str, ...] = ()) -> Table:
    """The first of `rows` has the headings. Raises InvalidValueError for too much, or nothing."""
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if not filled:
        raise unreadable(
            translate("The file is empty."), hint=translate("Its first row must hold the headings.")
        )
    if len(filled) - 1 > MAX_ROWS:
        raise unreadable(
            translate("The file has more than {MAX_ROWS} rows.", MAX_ROWS=grouped(MAX_ROWS)),
            hint=translate("Split it."),
        )
    if max(len(row.cells) for row in filled) > MAX_COLUMNS:
        raise unreadable(
            translate("The file has more than {MAX_COLUMNS} columns.", MAX_COLUMNS=MAX_COLUMNS)
        )
    for row in filled:
        if any(len(cell) > MAX_CELL for cell in row.cells):
            raise unreadable(
                translate(
                    "Row {number} has a cell of more than {MAX_CELL} characters.",
                    number=row.number,
                    MAX_CELL=grouped(MAX_CELL),
                ),
                hint=translate("Has a quotation mark been left open?"),
            )
    headings = tuple(cell.strip() for cell in filled[0].cells)
    return Table(headings, tuple(filled[1:]), notes)
