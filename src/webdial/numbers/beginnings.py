"""The small language in which settings name numbers by how they begin: `+53, 0871, 8...`.

An entry is how a number begins, as people write it; with dots behind it has that many digits more and
no others, as in Internal Numbers. Entries are parted by commas or stand on lines of their own. Lines that
begin with -- are remarks.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.errors import Fault, SourceError
from webdial.language import grouped, translate

MAX_ENTRIES: Final = 500
"""More would be felt on the way of each call."""

_ENTRY: Final = re.compile(r"(\+?[0-9][0-9 ()\-]{0,23}|[*#][0-9*#]{0,15})([.…]*)", re.ASCII)
_GROUPING: Final = re.compile(r"[ ()\-]")


@dataclass(frozen=True, slots=True)
class Beginning:
    """`text` as it was written; `more` is the count of digits that follow, None is any."""

    text: str
    begins: str
    more: int | None = None

    def fits(self, written: str) -> bool:
        return written.startswith(self.begins) and (
            self.more is None or len(written) == len(self.begins) + self.more
        )


def first_fitting(beginnings: Iterable[Beginning], written: Iterable[str]) -> Beginning | None:
    """The first of the beginnings that fits one of the ways in which a number is written."""
    ways = tuple(written)
    return next((each for each in beginnings if any(each.fits(way) for way in ways)), None)


@lru_cache(maxsize=1024)
def read_beginnings(value: str) -> tuple[Beginning, ...]:
    """Raises SourceError, with every entry that is none."""
    found: list[Beginning] = []
    faults: list[Fault] = []
    for start, word in entries(value):
        entry = beginning_of(word)
        if entry is None:
            faults.append(_fault(start, word))
        else:
            found.append(entry)
    if len(found) > MAX_ENTRIES:
        message = translate(
            "These are {found} entries; {MAX_ENTRIES} can be kept.",
            found=grouped(len(found)),
            MAX_ENTRIES=MAX_ENTRIES,
        )
        faults.append(Fault("numbers_named", message, 0, len(value)))
    if faults:
        raise SourceError(value, faults)
    return tuple(found)


def beginning_of(word: str) -> Beginning | None:
    match = _ENTRY.fullmatch(word)
    if match is None:
        return None
    begins = _GROUPING.sub("", match[1])
    dots = match[2].replace("…", "...")
    return Beginning(word, begins, len(dots) or None)


def entries(value: str) -> Iterator[tuple[int, str]]:
    """Each entry with its place, without blanks around it and without remarks."""
    place = 0
    for line in value.split("\n"):
        if not line.strip().startswith("--"):
            at = place
            for part in line.split(","):
                if word := part.strip():
                    yield at + len(part) - len(part.lstrip()), word
                at += len(part) + 1
        place += len(line) + 1


def _fault(start: int, word: str) -> Fault:
    message = translate(
        "Numbers are named by how they begin, such as +53, 0871, or 8... for 8 and three digits."
    )
    return Fault("numbers_named", message, start, start + len(word))
