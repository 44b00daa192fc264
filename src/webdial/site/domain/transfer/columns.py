"""Columns by their headings: what a table's cells mean, in any order and case.

Numbers stand in pairs of columns, `Label 1`, `Number 1`, `Label 2` and so on, as many as are needed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from webdial.language import translate
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.tables import Table, TableRow, unreadable

MOST_NUMBERS: Final = 50
"""Pairs of columns for numbers that are looked at."""

_PAIR: Final = re.compile(r"(label|number)(\d{0,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one field. `is_key` columns must be there: by them a row finds what it changes.

    Where `keeps_when_empty`, an empty cell leaves what there is; elsewhere it empties the field. `also` are headings
    that other programs' files have for it; they count where the column's own heading is not there.
    """

    field: str
    heading: str
    help: str
    example: str
    is_key: bool = False
    is_required: bool = False
    keeps_when_empty: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """A labelled number as given, with the heading of its column."""

    label: str
    number: str
    heading: str = ""
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class GivenRow:
    """What a row gives: values by field, of the columns that are there, and numbers if any column is."""

    number: int
    values: Mapping[str, str]
    numbers: tuple[GivenNumber, ...] | None = None
    notes: tuple[str, ...] = ()
    """What was assumed in reading it."""


@dataclass(frozen=True, slots=True)
class Given:
    """All rows of a file, and what was assumed in reading it."""

    rows: tuple[GivenRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Places:
    """Where in a row the fields stand, and the pairs: number of the pair, places of label and number."""

    fields: Mapping[str, int]
    pairs: tuple[tuple[int, int | None, int], ...]


def given_rows(table: Table, columns: Sequence[Column], *, has_numbers: bool) -> Given:
    """The rows of a table by these columns. Raises InvalidValueError when a column is missing or double."""
    found, unknown = _found(table.headings, columns, has_numbers=has_numbers)
    missing = [each.heading for each in columns if each.is_key and each.field not in found]
    if missing:
        there = ", ".join(heading for heading in table.headings if heading)[:300]
        raise unreadable(
            translate("There is no column {missing}.", missing=missing[0]),
            hint=translate("The first row must hold the headings. It holds: {there}.", there=there),
        )
    places = _places(found)
    notes = (
        [_told_unknown(unknown, headings_of(columns, numbers=int(has_numbers)))] if unknown else []
    )
    rows = tuple(_given(row, places) for row in table.rows)
    return Given(rows, (*table.notes, *notes))


def headings_of(columns: Iterable[Column], *, numbers: int) -> list[str]:
    pairs = [f"{word} {pair}" for pair in range(1, numbers + 1) for word in ("Label", "Number")]
    return [column.heading for column in columns] + pairs


def cells_of(
    values: Mapping[str, str], phones: Sequence[LabelledNumber], columns: Iterable[Column]
) -> list[str]:
    """A row in the order of `headings_of`; what is short of numbers ends early."""
    cells = [values[column.field] for column in columns]
    return cells + [cell for phone in phones for cell in (phone.label, phone.number)]


def _folded(heading: str) -> str:
    return "".join(character for character in heading.casefold() if character.isalnum())


_Found = dict[str | tuple[int, str], int]
"""Places by field, and by the number and the word of a pair."""


def _found(
    headings: Sequence[str], columns: Sequence[Column], *, has_numbers: bool
) -> tuple[_Found, list[str]]:
    """What the headings mean, and those that mean nothing."""
    own = {_folded(column.heading): column.field for column in columns}
    named = {own[each] for each in map(_folded, headings) if each in own}
    also = {
        _folded(each): column.field
        for column in columns
        if column.field not in named
        for each in column.also
    }
    found: _Found = {}
    unknown: list[str] = []
    for place, heading in enumerate(headings):
        folded = _folded(heading)
        name = own.get(folded) or (_pair_of(heading) if has_numbers else None)
        if name is None and (other := also.get(folded)) not in found:
            name = other  # of two other headings the first counts
        if name is None:
            unknown += [heading] if heading else []
        elif name in found:
            raise unreadable(
                translate("Two columns have the heading {heading}.", heading=f"{heading!r}")
            )
        else:
            found[name] = place
    return found, unknown


def _pair_of(heading: str) -> tuple[int, str] | None:
    match = _PAIR.fullmatch(_folded(heading))
    if match is None or not 1 <= int(match[2] or 1) <= MOST_NUMBERS:
        return None
    return int(match[2] or 1), match[1]


def _places(found: _Found) -> _Places:
    pairs: list[tuple[int, int | None, int]] = []
    for pair in sorted({name[0] for name in found if isinstance(name, tuple)}):
        if (pair, "number") not in found:
            raise unreadable(
                translate("There is a column Label {pair}, and none Number {pair}.", pair=pair)
            )
        pairs.append((pair, found.get((pair, "label")), found[pair, "number"]))
    fields = {name: place for name, place in found.items() if isinstance(name, str)}
    return _Places(fields, tuple(pairs))


def _told_unknown(unknown: Sequence[str], known: Sequence[str]) -> str:
    by_key = {each.casefold(): each for each in known}
    told = []
    for heading in unknown[:20]:
        near = get_close_matches(heading.casefold()[:80], by_key, n=1)
        told.append(
            translate("{heading} (did you mean {by_key}?)", heading=heading, by_key=by_key[near[0]])
            if near
            else heading
        )
    return translate(
        "Columns that are not known and were passed over: {told}.", told=", ".join(told)
    )


def _given(row: TableRow, places: _Places) -> GivenRow:
    cells = row.cells

    def cell(place: int | None) -> str:
        return cells[place] if place is not None and place < len(cells) else ""

    numbers = tuple(
        GivenNumber(cell(label), cell(number), f"Number {pair}", number in row.numeric)
        for pair, label, number in places.pairs
    )
    values = {field: cell(place) for field, place in places.fields.items()}
    return GivenRow(row.number, values, numbers if places.pairs else None)
