"""Which kind of file it is, and how a table of it is read and written."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import PurePath

from webdial.language import translate
from webdial.site.domain.transfer.csv_files import read_csv, write_csv
from webdial.site.domain.transfer.limits import MAX_FILE_BYTES
from webdial.site.domain.transfer.tables import Table, unreadable
from webdial.site.domain.transfer.workbooks import read_workbook, write_workbook


class FileKind(StrEnum):
    """Kinds of files that are written."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        if self is FileKind.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kind_of(name: str) -> FileKind:
    """By the name's ending. Raises InvalidValueError."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending not in set(FileKind):
        raise unreadable(
            translate("{name} is neither .csv nor .xlsx.", name=name),
            hint=translate("The ending tells the kind."),
        )
    return FileKind(ending)


def write_table(
    kind: FileKind, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    if kind is FileKind.CSV:
        return write_csv(headings, rows)
    return write_workbook(title, headings, rows)


def read_table(content: bytes, *, encoding: str = "") -> Table:
    """The table of a CSV file or a workbook, told apart by how it begins.

    Raises InvalidValueError for what cannot be read.
    """
    check_size(len(content))
    # ZIP (xlsx, ods) and the compound file of older Excel; neither can begin a text.
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return read_workbook(content)
    return read_csv(content, encoding=encoding)


def check_size(size: int) -> None:
    """Raises InvalidValueError for a file of too many bytes."""
    if size > MAX_FILE_BYTES:
        raise unreadable(
            translate(
                "The file has more than {MAX_FILE_BYTES} MB.",
                MAX_FILE_BYTES=MAX_FILE_BYTES // 1024**2,
            ),
            hint=translate("Split it."),
        )
