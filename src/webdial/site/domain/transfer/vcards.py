"""People out of vCard files: versions 2.1 (versit 1996), 3.0 (RFC 2426) and 4.0 (RFC 6350).

A reader of our own for the few properties that are wanted: FN, N, ORG, NOTE, and TEL with its labels. What
it does not know it passes over. It reads line by line, takes any bytes, and comes to an end on each of them.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from quopri import decodestring
from typing import Final
from urllib.parse import unquote

from webdial.language import grouped, translate
from webdial.site.domain.people import MAX_NOTES
from webdial.site.domain.transfer.columns import Given, GivenNumber, GivenRow
from webdial.site.domain.transfer.limits import MAX_CARD_LINES, MAX_ROWS
from webdial.site.domain.transfer.tables import unreadable

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_WANTED: Final = frozenset(
    {"FN", "N", "ORG", "NOTE", "TEL", "X-ABLABEL", "KIND", "X-ADDRESSBOOKSERVER-KIND"}
)

_CHARSETS: Final = ("utf-8", "iso8859", "cp125", "ascii", "shift_jis", "euc", "gb", "big5", "koi8")
"""How the names begin by which Python knows them; its other codecs are no charsets of cards."""

_PLACES: Final = {"home": "Home", "work": "Work"}
_DEVICES: Final = {
    "cell": "Mobile",
    "mobile": "Mobile",
    "iphone": "Mobile",
    "car": "Car",
    "main": "Main",
    "fax": "Fax",
    "pager": "Pager",
}
"""Types of a number that make its label; others, such as VOICE and PREF, say nothing to a caller."""

_APPLE_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_")
_MAX_LABEL: Final = 40


@dataclass(frozen=True, slots=True)
class _Property:
    """One line: `types` are its parameters without a name and those of TYPE, in small letters."""

    group: str
    name: str
    parameters: Mapping[str, str]
    types: tuple[str, ...]
    value: str


@dataclass(slots=True)
class _Card:
    number: int
    properties: list[_Property] = field(default_factory=list)

    def first(self, name: str) -> str:
        return next((each.value for each in self.properties if each.name == name), "")


def are_cards(content: bytes) -> bool:
    """Whether a file begins as vCards do."""
    start = content[:200]
    if start.startswith(_UTF_16):
        start = start.decode("utf-16", "replace").encode("utf-8", "replace")
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:11].upper() == b"BEGIN:VCARD"


def read_cards(content: bytes) -> Given:
    """A row of a person for every card. Raises InvalidValueError when there are too many, or none."""
    if content.startswith(_UTF_16):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    rows: list[GivenRow] = []
    groups = 0
    for card in _cards(_unfolded(content.removeprefix(codecs.BOM_UTF8))):
        if len(rows) == MAX_ROWS:
            raise unreadable(
                translate("The file has more than {MAX_ROWS} cards.", MAX_ROWS=grouped(MAX_ROWS)),
                hint=translate("Split it."),
            )
        if _is_group(card):
            groups += 1
        else:
            rows.append(_row(card))
    if not rows:
        raise unreadable(translate("The file has no card of a person."))
    notes = (
        (translate("Cards of groups were passed over: {groups}.", groups=groups),) if groups else ()
    )
    return Given(tuple(rows), notes)


def _unfolded(content: bytes) -> Iterator[bytes]:
    """Lines with what was folded put together (RFC 6350 section 3.2), as bytes: a fold may part a character.

    In 2.1 a line in quoted-printable that ends with = goes on in the next one.
    """
    parts: list[bytes] = []
    is_quoted = False
    for line in re.split(rb"\r\n|\n|\r", content):
        if is_quoted and parts[-1].endswith(b"="):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif parts and line[:1] in {b" ", b"\t"}:
            parts.append(line[1:])
        else:
            yield b"".join(parts)
            parts = [line]
            # Once for all lines that follow: the first may be as long as the file.
            is_quoted = b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
    yield b"".join(parts)


def _cards(lines: Iterable[bytes]) -> Iterator[_Card]:
    """Cards from BEGIN to END, or to the next BEGIN where END is missing.

    A card within AGENT (2.1) belongs to the one around it and is left out.
    """
    card: _Card | None = None
    inner, number, before = 0, 0, ""
    for found in filter(None, map(_property, lines)):
        mark = found.name if found.value.strip().upper() == "VCARD" else ""
        if mark == "BEGIN" and card is not None and before == "AGENT":
            inner += 1
        elif mark == "END" and inner:
            inner -= 1
        elif mark in {"BEGIN", "END"}:
            if card is not None:
                yield card
            number += mark == "BEGIN"
            card, inner = (_Card(number) if mark == "BEGIN" else None), 0
        elif card is not None and not inner and found.name in _WANTED:
            if len(card.properties) == MAX_CARD_LINES:
                raise unreadable(
                    translate(
                        "Card {number} has more than {most} lines.",
                        number=number,
                        most=grouped(MAX_CARD_LINES),
                    )
                )
            card.properties.append(found)
        before = found.name
    if card is not None:
        yield card


def _property(line: bytes) -> _Property | None:
    head, colon, value = _head_and_value(line)
    if not colon:
        return None
    name, *parameters = _parted(head, ";", minds_quotes=True)
    group, _, plain = name.rpartition(".")
    named: dict[str, str] = {}
    types: list[str] = []
    for parameter in parameters:
        key, equals, text = parameter.partition("=")
        key = key.strip().upper()
        if equals and key != "TYPE":
            named.setdefault(key, text.strip('" '))
        else:
            listed = (text if equals else key).replace('"', "")
            types += [each.strip().lower() for each in listed.split(",")]
    is_quoted = "QUOTED-PRINTABLE" in {named.get("ENCODING", "").upper(), *map(str.upper, types)}
    text = _text(value, named.get("CHARSET", ""), is_quoted=is_quoted)
    return _Property(group.strip().lower(), plain.strip().upper(), named, tuple(types), text)


def _head_and_value(line: bytes) -> tuple[str, bool, bytes]:
    """What stands before the first colon outside of quotation marks, and the value behind it."""
    is_quoted = False
    for place, byte in enumerate(line):
        if byte == ord('"'):
            is_quoted = not is_quoted
        elif byte == ord(":") and not is_quoted:
            return line[:place].decode("utf-8", "replace"), True, line[place + 1 :]
    return "", False, b""


def _parted(text: str, separator: str, *, minds_quotes: bool = False) -> list[str]:
    """Parted at the separator where no backslash stands before it, and no quotation marks around it."""
    parts: list[str] = []
    start = 0
    is_quoted = is_escaped = False
    for place, character in enumerate(text):
        if character == '"' and minds_quotes:
            is_quoted = not is_quoted
        if character == separator and not is_quoted and not is_escaped:
            parts.append(text[start:place])
            start = place + 1
        is_escaped = character == "\\" and not is_escaped
    return [*parts, text[start:]]


def _text(value: bytes, charset: str, *, is_quoted: bool) -> str:
    """The value in its charset; without one in UTF-8, else as Windows writes in western Europe."""
    if is_quoted:
        value = decodestring(value)
    for encoding in (_codec(charset), "utf-8"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("cp1252", "replace")


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return name if name.startswith(_CHARSETS) else "utf-8"


def _plain(text: str) -> str:
    """On one line, blanks made single."""
    return " ".join(_unescaped(text).split())


def _lines(text: str) -> str:
    """Line by line, without empty ones at either end."""
    return "\n".join(line.rstrip() for line in _unescaped(text).splitlines()).strip()


def _unescaped(text: str) -> str:
    """Without the backslashes of RFC 6350 section 3.4, and with blanks for what cannot be seen."""
    parts: list[str] = []
    is_escaped = False
    for character in text:
        if character == "\\" and not is_escaped:
            is_escaped = True
            continue
        is_seen = character.isprintable() or character in "\r\n"
        is_break = is_escaped and character in "nN"
        parts.append("\n" if is_break else character if is_seen else " ")
        is_escaped = False
    return "".join(parts)


def _components(text: str) -> list[str]:
    """Of a structured value such as N: parted by semicolons, lists within by commas."""
    return [" ".join(filter(None, map(_plain, _parted(each, ",")))) for each in _parted(text, ";")]


def _is_group(card: _Card) -> bool:
    kind = card.first("KIND") or card.first("X-ADDRESSBOOKSERVER-KIND")
    return kind.strip().lower() == "group"


def _row(card: _Card) -> GivenRow:
    values = {"name": _name(card), "company": _company(card)}
    told: tuple[str, ...] = ()
    if notes := _notes(card):  # a card without notes leaves those alone that are kept
        values["notes"] = notes
        if len(notes) > MAX_NOTES:  # who has a card cannot mend it as a table
            values["notes"] = f"{notes[: MAX_NOTES - 1].rstrip()}…"
            told = (translate("The notes were cut to {most} characters.", most=grouped(MAX_NOTES)),)
    return GivenRow(card.number, values, tuple(_numbers(card)), told)


def _name(card: _Card) -> str:
    """FN; else N with the given name first; else the company, for cards of companies."""
    family, given, middle, before, after = (*_components(card.first("N")), *[""] * 5)[:5]
    structured = " ".join(filter(None, (before, given, middle, family, after)))
    return _plain(card.first("FN")) or structured or _company(card)


def _company(card: _Card) -> str:
    """The organisation without its units (RFC 6350 section 6.6.4)."""
    return _plain(_parted(card.first("ORG"), ";")[0])


def _notes(card: _Card) -> str:
    found = (_lines(each.value) for each in card.properties if each.name == "NOTE")
    return "\n".join(filter(None, found))


def _numbers(card: _Card) -> Iterator[GivenNumber]:
    """Numbers in the card's order, preferred ones first."""
    labels = {
        each.group: _own_label(each.value) for each in card.properties if each.name == "X-ABLABEL"
    }
    found = [each for each in card.properties if each.name == "TEL"]
    for each in sorted(found, key=_rank):
        label = labels.get(each.group, "") if each.group else ""
        yield GivenNumber((label or _label(each.types))[:_MAX_LABEL], _number(each.value), "TEL")


def _rank(found: _Property) -> int:
    """PREF of 4.0 counts from 1 to 100; of 3.0 and 2.1 it is a type."""
    preference = found.parameters.get("PREF", "")
    if preference.isdecimal() and len(preference) < 4:
        return int(preference)
    return 0 if "pref" in found.types else 101


def _own_label(value: str) -> str:
    """A label of Apple's address book: those that it brings along stand within _$!< and >!$_."""
    plain = _plain(value)
    match = _APPLE_LABEL.fullmatch(plain)
    return match[1] if match else plain


def _label(types: Iterable[str]) -> str:
    """Such as Mobile, Work and Work fax."""
    listed = list(types)
    place = next((_PLACES[each] for each in listed if each in _PLACES), "")
    device = next((_DEVICES[each] for each in listed if each in _DEVICES), "")
    return f"{place} {device.lower()}" if place and device else place or device


def _number(value: str) -> str:
    """As written; of a tel: URI (RFC 3966) the number, and its extension in words."""
    plain = _plain(value)
    if not plain.lower().startswith("tel:"):
        return plain
    number, *parameters = plain[4:].split(";")
    extension = next((each[4:] for each in parameters if each.lower().startswith("ext=")), "")
    return _plain(unquote(f"{number} ext {extension}" if extension else number))
