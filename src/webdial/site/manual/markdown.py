"""Makes HTML of the manual's Markdown: the forms that our pages use, not all of CommonMark.

Headings, paragraphs, lists, tables, quotations and fenced blocks. HTML in a page is text like any other, and
comments are left out. A test renders every page of the manual.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Final

from webdial.site.manual.inline import Link, inline

_HEADING: Final = re.compile(r"(#{1,6}) +(.+?)\s*$")
_ITEM: Final = re.compile(r"(?P<mark>[-*]|\d{1,3}\.) +")
_COMMENT: Final = re.compile(r"^<!--.*?-->\n?", re.DOTALL | re.MULTILINE)
_CELL_END: Final = re.compile(r"(?<!\\)\|")


def to_html(text: str, link: Link) -> str:
    return "\n".join(_Blocks(_COMMENT.sub("", text).splitlines(), link).html())


class Anchors:
    """The addresses of headings within a page, as GitHub makes them: no two alike."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}

    def of(self, heading: str) -> str:
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = self._count.get(plain, 0)
        self._count[plain] = count + 1
        return f"{plain}-{count}" if count else plain


class _Blocks:
    """The blocks of some lines, one after another."""

    def __init__(self, lines: list[str], link: Link, anchors: Anchors | None = None) -> None:
        self._lines = lines
        self._link = link
        self._anchors = anchors or Anchors()
        self._at = 0

    def html(self) -> Iterator[str]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif line.startswith("```"):
                yield self._fence()
            elif heading := _HEADING.match(line):
                yield self._heading(heading)
            elif line.startswith("|"):
                yield self._table()
            elif line.startswith(">"):
                yield self._quotation()
            elif _ITEM.match(line):
                yield self._list()
            else:
                yield f"<p>{self._inline(' '.join(self._taken(self._is_text)))}</p>"

    def _inline(self, text: str) -> str:
        return inline(text.strip(), self._link)

    def _inner(self, lines: list[str]) -> list[str]:
        return list(_Blocks(lines, self._link, self._anchors).html())

    def _taken(self, goes_on: Callable[[str], bool]) -> list[str]:
        """The line here, and those after it as long as `goes_on`."""
        begin = self._at
        self._at += 1
        while self._at < len(self._lines) and goes_on(self._lines[self._at]):
            self._at += 1
        return self._lines[begin : self._at]

    def _is_text(self, line: str) -> bool:
        return bool(line.strip()) and not (
            line.startswith(("```", "|", ">")) or _HEADING.match(line) or _ITEM.match(line)
        )

    def _heading(self, heading: re.Match[str]) -> str:
        self._at += 1
        level = len(heading[1])
        place = self._anchors.of(heading[2])
        return f'<h{level} id="{escape(place)}">{self._inline(heading[2])}</h{level}>'

    def _fence(self) -> str:
        lines = self._taken(lambda line: not line.startswith("```"))[1:]
        self._at += 1
        # What is wider than the page is moved along by the keyboard as well.
        return f'<pre class="code" tabindex="0">{escape(chr(10).join(lines))}</pre>'

    def _quotation(self) -> str:
        lines = self._taken(lambda line: line.startswith(">"))
        inner = self._inner([line[1:].removeprefix(" ") for line in lines])
        return f"<blockquote>{''.join(inner)}</blockquote>"

    def _table(self) -> str:
        head, _, *rows = (_cells(line) for line in self._taken(lambda line: line.startswith("|")))
        heads = "".join(f'<th scope="col">{self._inline(cell)}</th>' for cell in head)
        shown = f"<thead><tr>{heads}</tr></thead>" if any(head) else ""
        body = "".join(f"<tr>{''.join(map(self._cell, row))}</tr>" for row in rows)
        return (
            '<div class="manual__wrap" tabindex="0"><table class="manual__table">'
            f"{shown}<tbody>{body}</tbody></table></div>"
        )

    def _cell(self, cell: str) -> str:
        return f"<td>{self._inline(cell)}</td>"

    def _list(self) -> str:
        first = _ITEM.match(self._lines[self._at])
        assert first is not None
        element = "ul" if first["mark"] in "-*" else "ol"
        items = "".join(f"<li>{each}</li>" for each in self._items(is_plain=element == "ul"))
        return f"<{element}>{items}</{element}>"

    def _items(self, *, is_plain: bool) -> Iterator[str]:
        while self._at < len(self._lines):
            mark = _ITEM.match(self._lines[self._at])
            if mark is None or (mark["mark"] in "-*") is not is_plain:
                return
            yield self._item(mark.end())
            while self._at < len(self._lines) and not self._lines[self._at].strip():
                self._at += 1

    def _item(self, indent: int) -> str:
        """A lone paragraph stands in the item itself."""
        lines = self._taken(lambda line: line.startswith("  ") or self._goes_on_below(line))
        inner = self._inner([lines[0][indent:], *(_dedented(line, indent) for line in lines[1:])])
        if len(inner) == 1 and inner[0].startswith("<p>"):
            return inner[0].removeprefix("<p>").removesuffix("</p>")
        return "".join(inner)

    def _goes_on_below(self, line: str) -> bool:
        """A blank line within an item: what follows is indented."""
        following = self._lines[self._at + 1 : self._at + 2]
        return not line.strip() and bool(following) and following[0].startswith("  ")


def _dedented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip())) :]


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELL_END.split(inner)]
