"""Where the keys of a TOML text stand, so that a fault of a value can be shown at its place.

`tomllib` reads the text and tells no places. What is looked for here are the forms that files are
written in; a key in another form is shown by the beginning of its table, or of the text.
"""

import re
from dataclasses import dataclass, field

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\" ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"(?:^|[{,])\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\")(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=\s*")
_QUOTES = ("'''", '"""', "'", '"')

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets of a key, and of the first character of its value's text, quotes left out."""

    key: tuple[int, int]
    value: int


@dataclass(slots=True)
class TomlPlaces:
    """The places of one text."""

    text: str
    _found: dict[Path, Place] = field(default_factory=dict)
    _tables: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table: Path = ()
        counts: dict[Path, int] = {}
        position = 0
        while position < len(self.text):
            end = self.text.find("\n", position)
            end = len(self.text) if end < 0 else end
            line = self.text[position:end]
            if match := _HEADER.match(line):
                table = self._table(match, counts)
                self._tables[table] = (position + match.start(1), position + match.end(2))
            elif match := _KEY.match(line):
                end = self._keys(line, position, table, end)
            position = end + 1

    def key(self, path: Path) -> tuple[int, int]:
        """The key, or the heading of the nearest table around it, or the text's first character."""
        if path in self._found:
            return self._found[path].key
        while path and path not in self._tables:
            path = path[:-1]
        return self._tables.get(path, (0, 1))

    def value(self, path: Path) -> int | None:
        """Where the text of a value begins; None when that is not known."""
        return self._found[path].value if path in self._found else None

    def _table(self, match: re.Match[str], counts: dict[Path, int]) -> Path:
        path = tuple(part.strip().strip('"') for part in match[2].split("."))
        if match[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
            return (*path, counts[path])
        for cut in range(len(path) - 1, 0, -1):
            if path[:cut] in counts:
                return (*path[:cut], counts[path[:cut]], *path[cut:])
        return path

    def _keys(self, line: str, start: int, table: Path, end: int) -> int:
        """Note the key of a line and those of an inline table in it; the end of the last value."""
        outer: Path = table
        for match in _KEY.finditer(line):
            path = (*table, *(part.strip().strip('"') for part in match[1].split(".")))
            if match.start(1) > 0 and line[match.start()] in "{,":
                path = (*outer, *path[len(table) :])
            else:
                outer = path
            value = start + match.end()
            quotes = next((each for each in _QUOTES if self.text.startswith(each, value)), "")
            content = value + len(quotes)
            if len(quotes) == 3:
                content += self.text.startswith("\n", content)
                closing = self.text.find(quotes, content)
                closed = self.text.find("\n", closing + 3) if closing >= 0 else -1
                end = max(end, len(self.text) if closed < 0 else closed)
            span = (start + match.start(1), start + match.end(1))
            self._found.setdefault(path, Place(span, content))
            if quotes:  # what stands inside a text is no key
                break
        return end
