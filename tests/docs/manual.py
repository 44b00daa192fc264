"""Reads the manual: pages, headings, tables, fenced blocks, links.

For the tests that hold it to the code. The forms are those that our pages use, not all of Markdown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("docs", "src", "tests", "bench")

_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$")
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: what stands behind the opening fence, and the text inside."""

    info: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or a section of one: then `text` begins after the section's heading."""

    text: str

    @property
    def fences(self) -> list[Fence]:
        return [Fence(match["info"].strip(), match["text"]) for match in _FENCE.finditer(self.text)]

    @property
    def prose(self) -> str:
        """The text without fenced blocks and comments."""
        return _COMMENT.sub("", _FENCE.sub("", self.text))

    @property
    def links(self) -> list[str]:
        """Targets of links and pictures."""
        return _LINK.findall(_CODE.sub("", self.prose))

    @property
    def headings(self) -> list[str]:
        return [match[2] for match in self._headings()]

    @property
    def anchors(self) -> set[str]:
        """The headings as GitHub makes addresses of them."""
        found: set[str] = set()
        for heading in self.headings:
            plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            count = sum(each == plain or each.startswith(f"{plain}-") for each in found)
            found.add(plain if plain not in found else f"{plain}-{count}")
        return found

    @property
    def tables(self) -> list[list[list[str]]]:
        """Tables as rows of cells, without the line under the head."""
        tables: list[list[list[str]]] = []
        is_inside = False
        for line in self.prose.splitlines():
            if line.startswith("|"):
                if not is_inside:
                    tables.append([])
                tables[-1].append(_cells(line))
            is_inside = line.startswith("|")
        return [[rows[0], *rows[2:]] for rows in tables]

    def table(self, *head: str) -> list[list[str]]:
        """The rows below `head` of the one table that has it."""
        (found,) = (rows[1:] for rows in self.tables if tuple(rows[0]) == head)
        return found

    def sections(self, level: int) -> dict[str, "Page"]:
        """Sections by heading; each reaches to the next heading of this level or a higher one."""
        found: dict[str, Page] = {}
        title: str | None = None
        lines: list[str] = []
        for line, match in self._lines():
            if match is not None and len(match[1]) <= level:
                if title is not None:
                    found[title] = Page("\n".join(lines))
                title, lines = (match[2] if len(match[1]) == level else None), []
            else:
                lines.append(line)
        if title is not None:
            found[title] = Page("\n".join(lines))
        return found

    def _headings(self) -> Iterator[re.Match[str]]:
        return (match for _, match in self._lines() if match is not None)

    def _lines(self) -> Iterator[tuple[str, re.Match[str] | None]]:
        """Every line, with its heading if it is one; inside a fence nothing is."""
        is_fenced = False
        for line in self.text.splitlines():
            if line.startswith("```"):
                is_fenced = not is_fenced
            yield line, None if is_fenced else _HEADING.match(line)


def page(path: str) -> Page:
    return Page((ROOT / path).read_text(encoding="utf-8"))


def all_pages() -> list[str]:
    """Every Markdown file of the project, by its path."""
    files = [
        *ROOT.glob("*.md"),
        *(file for name in _FOLDERS for file in (ROOT / name).rglob("*.md")),
    ]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)


def unquoted(cell: str) -> str:
    """What stands in a cell between backquotes, or the cell itself."""
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "`" else cell


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL_END.split(line.strip())[1:-1]]
