"""Pages with numbers as people of many countries write them, and with what looks like them and is none.

Each item of a page says in `data-numbers` which numbers are to be found in it, and in `data-look-alike` that there are none.
"""

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a page, the numbers in it (E.164), and the country of whoever reads it."""

    text: str
    numbers: tuple[str, ...]
    country: str


class _Items(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self._country = ""
        self._numbers: tuple[str, ...] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self._country = given["data-country"] or ""
        if tag == "li":
            self._numbers = tuple((given.get("data-numbers") or "").split())

    def handle_data(self, text: str) -> None:
        if self._numbers is not None:
            self.items.append(Item(text, self._numbers, self._country))
            self._numbers = None


def items_of(page: Path) -> list[Item]:
    reader = _Items()
    reader.feed(page.read_text(encoding="utf-8"))
    reader.close()
    return reader.items


def pages(kind: str) -> list[Path]:
    """`numbers` or `look-alikes`."""
    return sorted(PAGES.glob(f"{kind}-*.html"))


@dataclass(slots=True)
class Score:
    """What was found of what is there."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, item: Item, found: tuple[str, ...]) -> None:
        left = list(item.numbers)
        for number in found:
            if number in left:
                left.remove(number)
                self.right += 1
            else:
                self.wrong += 1
        self.missed += len(left)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    def __str__(self) -> str:
        told = f"{self.right} right, {self.wrong} wrong, {self.missed} missed"
        return f"{told}: precision {self.precision:.3f}, recall {self.recall:.3f}"
