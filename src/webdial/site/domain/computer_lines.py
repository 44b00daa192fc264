"""The telephone lines of a user's own machine, as its helper told them, and which one is dialled on."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from webdial.exchange.computers import LineChoice
from webdial.language import translate
from webdial.site.models import Computer


@dataclass(frozen=True, slots=True)
class TelephoneLine:
    """`id` is the line's own on that machine for good."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen for a machine; `value` is a line's id or one of LineChoice."""

    value: str
    label: str
    is_chosen: bool


def lines_text(lines: Iterable[TelephoneLine]) -> str:
    """As they are kept in a machine's row; empty for none."""
    told = [[line.id, line.name] for line in lines]
    return orjson.dumps(told).decode() if told else ""


def lines_of(row: Computer) -> list[TelephoneLine]:
    return [TelephoneLine(*each) for each in orjson.loads(row.lines or "[]")]


def line_choices(row: Computer) -> list[Choice]:
    """Empty for a machine that never told of a line. A chosen line that has gone is shown as such."""
    lines = lines_of(row)
    if not lines and not row.line:
        return []
    known = {
        LineChoice.ONLY.value: _only(lines),
        **{line.id: line.name for line in lines},
        LineChoice.PROGRAM.value: translate("The program for calls there"),
        LineChoice.LINK.value: translate("None: open tel: links"),
    }
    if row.line not in known:
        known[row.line] = translate("A line that is not there any more")
    return [Choice(value, label, value == row.line) for value, label in known.items()]


def _only(lines: list[TelephoneLine]) -> str:
    if len(lines) == 1:
        return translate("The only line ({name})", name=lines[0].name)
    return translate("Windows decides")
