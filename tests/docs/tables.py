"""The tables of docs/reference/tables.md and configuration-file.md, as the code has them.

`python3 dev.py run python -m tests.docs.tables --write` puts them into the pages.
"""

import os
import sys
from collections.abc import Iterator

import django

from tests.docs.manual import ROOT, page

TABLES = "docs/reference/tables.md"
CONFIGURATION = "docs/reference/configuration-file.md"
COLUMN_HEAD = ("column", "must be there", "what it holds")
KEY_HEAD = ("key", "kind", "what it holds")
TITLES = {
    "users": "Users",
    "branches": "Branches",
    "companies": "Companies",
    "people": "People",
    "settings": "Settings",
}
FILE = "The file"


def columns_of(subject: str) -> list[list[str]]:
    from webdial.site.domain.transfer.acts import SUBJECTS  # noqa: PLC0415 - Django is set up first

    return [
        [f"`{column.heading}`", "yes" if column.is_key else "for a new one" if column.is_required
         else "no", column.help + _also(column.also)]
        for column in SUBJECTS[subject].columns
    ]  # fmt: skip


def _also(headings: tuple[str, ...]) -> str:
    return f" Also known as {', '.join(f'`{each}`' for each in headings)}." if headings else ""


def limits() -> list[list[str]]:
    from webdial.site.domain.transfer import limits as found  # noqa: PLC0415

    return [
        ["size of a file", f"{found.MAX_FILE_BYTES // 1024**2} MB"],
        ["rows, or cards", f"{found.MAX_ROWS:,}"],
        ["lines of a card that are read", f"{found.MAX_CARD_LINES:,}"],
        ["columns", f"{found.MAX_COLUMNS}"],
        ["characters of a cell", f"{found.MAX_CELL:,}"],
    ]


def keys() -> Iterator[tuple[str, list[list[str]]]]:
    """Heading and rows of each table of the file."""
    from webdial.site.domain.transfer.whole.document import KEYS  # noqa: PLC0415

    for path, known in KEYS.items():
        yield (
            f"`{path}`" if path else FILE,
            [
                [
                    f"`{name}`",
                    f"{key.kind}, must be there" if key.is_required else key.kind,
                    key.help,
                ]
                for name, key in known.items()
            ],
        )


def lines_of(rows: list[list[str]]) -> str:
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows
    )


def write() -> None:
    text = page(TABLES).text
    for subject in TITLES:
        text = text.replace(f"@{subject}@", lines_of(columns_of(subject)))
    (ROOT / TABLES).write_text(text.replace("@limits@", lines_of(limits())), encoding="utf-8")
    sections = [
        f"## {heading}\n\n| {' | '.join(KEY_HEAD)} |\n|---|---|---|\n{lines_of(rows)}"
        for heading, rows in keys()
    ]
    text = page(CONFIGURATION).text.replace("@keys@", "\n\n".join(sections))
    (ROOT / CONFIGURATION).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.django_settings")
    django.setup()
    if "--write" in sys.argv:
        write()
