"""Reads a catalogue (.po), as far as its tests ask."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*("(?:[^"\\]|\\.)*")')
_PLACE: Final = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)\}(?!\})")


@dataclass
class Entry:
    """One text with its translations: one, or one for each form of a count."""

    context: str = ""
    text: str = ""
    plural: str = ""
    translations: list[str] = field(default_factory=list)
    flags: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.text, self.plural


@dataclass(frozen=True)
class Catalogue:
    entries: list[Entry]


def read_catalogue(path: Path) -> Catalogue:
    """Without the header and without what is no longer used."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    found = [_entry(block) for block in blocks if block.strip()]
    return Catalogue([entry for entry in found if entry.text])


def _entry(block: str) -> Entry:
    entry = Entry()
    for name, text in _fields(block):
        match name:
            case "flags":
                entry.flags += text
            case "msgctxt":
                entry.context = text
            case "msgid":
                entry.text = text
            case "msgid_plural":
                entry.plural = text
            case _:
                entry.translations.append(text)
    return entry


def _fields(block: str) -> Iterator[tuple[str, str]]:
    name, text = "", ""
    for line in block.splitlines():
        if line.startswith("#,"):
            yield "flags", line
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        if match[1]:
            if name:
                yield name, text
            name, text = match[1], ""
        text += ast.literal_eval(match[2])
    if name:
        yield name, text


def places(text: str) -> set[str]:
    """The values that a text names: `%(name)s` in templates, `{name}` in Python."""
    return {first or second for first, second in _PLACE.findall(text)}
