"""Reads the first sheet of a workbook: xlsx, xls or ods, on standard input, to JSON on standard output.

Run as a process of its own by webdial.site.domain.transfer.workbooks: a sheet of two cells in opposite
corners makes the reader ask for half a terabyte at once, which ends the process. Knows nothing of
Webdial. Rows are lists of texts, and of [text] for what the sheet keeps as a number or date.
"""

import io
import json
import sys
from datetime import date, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

TOO_LARGE, NOT_READ, LOCKED = 3, 4, 5


def main(memory: int, seconds: int, most_rows: int, most_columns: int) -> int:
    _limit(memory, seconds)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheet = book.get_sheet_by_index(0)
    except PasswordError:
        return LOCKED
    except (CalamineError, ValueError, IndexError, OSError):
        return NOT_READ
    if sheet.total_width > most_columns or sheet.total_height > 2 * most_rows:
        return TOO_LARGE
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    json.dump({"sheets": len(book.sheet_names), "sheet": sheet.name, "rows": rows}, sys.stdout)
    return 0


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cell(value: object) -> str | list[str]:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return [str(int(value))]
        case date() | time():
            return [value.isoformat()]
        case int() | float() | timedelta():
            return [str(value)]
    return ""


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
