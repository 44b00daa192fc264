"""A call as programs and tables get it: names and plain values, for JSON, CSV and Excel alike."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import IO, Any, Final

import orjson

from webdial.site.domain.calls import sentence_of
from webdial.site.domain.formulas import defused
from webdial.site.models import Call

COLUMNS: Final = (
    "id", "placed_at", "finished_at", "staff_id", "user", "agency_id", "branch", "extension",
    "phone", "number", "dialled", "outcome", "sentence", "status", "phone_system",
    "phone_system_call_id", "channel", "setting",
)  # fmt: skip
"""Of an export, in this order."""

MAX_EXCEL_ROWS: Final = 1_048_575
"""A sheet has 1,048,576 rows, and the first one holds the names (support.microsoft.com)."""

_NUMBER: Final = re.compile(r"\+[\d ]+")
"""A telephone number with a plus is no harm as a formula, and a quote before it would spoil it."""


def record_of(row: Call) -> dict[str, Any]:
    """A call by the names of COLUMNS; times are aware, what is not there is None."""
    return {
        "id": str(row.pk),
        "placed_at": row.placed_at,
        "finished_at": row.finished_at,
        "staff_id": row.user.staff_id if row.user else None,
        "user": row.user.name if row.user else None,
        "agency_id": row.branch.agency_id if row.branch else None,
        "branch": row.branch.name if row.branch else None,
        "extension": row.extension or None,
        "phone": row.phone or None,
        "number": row.typed.strip() or None,
        "dialled": row.dialled or None,
        "outcome": row.outcome,
        "sentence": sentence_of(row),
        "status": row.status,
        "phone_system": row.phone_system or None,
        "phone_system_call_id": row.remote_id or None,
        "channel": row.channel,
        "setting": row.setting_source,
    }


def csv_parts(batches: Iterable[tuple[Call, ...]], *, zone: tzinfo = UTC) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8 with the mark by which Excel knows it, a part for each batch.

    Times are those of `zone`, each with how far that is from UTC.
    """
    yield b"\xef\xbb\xbf" + _csv_lines([COLUMNS])
    for rows in batches:
        yield _csv_lines([_cells(row, zone) for row in rows])


def json_lines(batches: Iterable[tuple[Call, ...]]) -> Iterator[bytes]:
    """One JSON object a line."""
    for rows in batches:
        yield b"".join(orjson.dumps(record_of(row)) + b"\n" for row in rows)


def write_excel(
    batches: Iterable[tuple[Call, ...]], file: Path | IO[bytes], *, zone: tzinfo = UTC
) -> int:
    """An Excel sheet, row by row in constant memory; how many calls it holds. Times as in CSV.

    Every cell is text or a number and never a formula. Calls beyond what a sheet can hold are left out.
    """
    import xlsxwriter  # noqa: PLC0415 - takes a while, and few runs export

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet("Calls")
    sheet.freeze_panes(1, 0)
    for index, name in enumerate(COLUMNS):
        sheet.set_column(index, index, 36 if name in {"id", "sentence"} else 18)
    sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
    count = 0
    for row in (row for rows in batches for row in rows):
        if count == MAX_EXCEL_ROWS:
            break
        count += 1
        for index, cell in enumerate(_texts(row, zone)):
            sheet.write_string(count, index, cell)
    book.close()
    return count


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return cell if _NUMBER.fullmatch(cell) else defused(cell)


def _cells(row: Call, zone: tzinfo) -> list[str]:
    return [guarded(text) for text in _texts(row, zone)]


def _texts(row: Call, zone: tzinfo) -> list[str]:
    record = record_of(row)
    return [_text(record[name], zone) for name in COLUMNS]


def _text(value: Any, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "seconds")
    return str(value)


def _csv_lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
