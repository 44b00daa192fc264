"""Charts, drawn on the server: numbers become places in an SVG, and templates write it.

No script and no style attribute, so the content security policy holds. Colours are classes of
call-log.css. Every chart stands beside a table with the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from webdial.language import grouped, translatable, translate, translate_count
from webdial.site.domain.call_figures import Step, Tally

WIDTH: Final = 720
NARROW: Final = 340
"""For a phone, where the wide one would be cut or too small to read. In pixels, as all here."""

HEIGHT: Final = 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 10, 28
_MOST_LABELS: Final = 10
_LETTER, _BETWEEN_LABELS = 7, 10
"""A letter of a label is at most so wide, whatever the language; so much is left free between two."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour, day or month: all calls, and at its foot those that went wrong."""

    x: float
    width: float
    y: float
    height: float
    failed_y: float
    failed_height: float
    told: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or label of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeChart:
    """Bars over time with both axes. `told` says in a sentence what it shows."""

    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    told: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    bottom: int = HEIGHT - _BOTTOM

    @property
    def right(self) -> int:
        return self.width - _RIGHT

    @property
    def size(self) -> str:
        return "narrow" if self.width == NARROW else "wide"


def time_charts(tallies: Sequence[Tally], step: Step) -> tuple[TimeChart, TimeChart]:
    """One for a wide page and one for a narrow one; each page shows the one that fits."""
    return time_chart(tallies, step), time_chart(tallies, step, width=NARROW)


def time_chart(tallies: Sequence[Tally], step: Step, *, width: int = WIDTH) -> TimeChart:
    """Bars of calls by hour, day or month."""
    top = ceiling(max((each.calls for each in tallies), default=0))
    room = width - _LEFT - _RIGHT
    slot = room / max(len(tallies), 1)
    wide = max(min(slot * 0.72, 40.0), 1.0)
    bars = []
    for index, each in enumerate(tallies):
        x = _LEFT + slot * index + (slot - wide) / 2
        height, failed = _high(each.calls, top), _high(each.failed, top)
        foot = HEIGHT - _BOTTOM
        told = translate(
            "{name}: {calls} calls, {failed} went wrong",
            name=each.name,
            calls=grouped(each.calls),
            failed=grouped(each.failed),
        )
        bars.append(
            Bar(
                _cut(x),
                _cut(wide),
                _cut(foot - height),
                _cut(height),
                _cut(foot - failed),
                _cut(failed),
                told,
            )
        )
    lines = [
        Mark(_cut(HEIGHT - _BOTTOM - _high(value, top)), grouped(value))
        for value in sorted({0, top // 2, top})
    ]
    labels = _labels([each.name for each in tallies], slot, width)
    return TimeChart(tuple(bars), tuple(lines), labels, _told(tallies, step), width)


def _labels(names: Sequence[str], slot: float, width: int) -> tuple[Mark, ...]:
    """As many as there is room for, none of them beyond an end of the chart."""
    texts = [short_name(each) for each in names]
    widest = max((len(each) for each in texts), default=0) * _LETTER + _BETWEEN_LABELS
    most = min(_MOST_LABELS, int((width - _LEFT - _RIGHT) // widest))
    every = -(-len(texts) // most) or 1
    return tuple(
        Mark(_cut(min(_LEFT + slot * (index + 0.5), width - len(text) * _LETTER / 2)), text)
        for index, text in enumerate(texts)
        if index % every == 0
    )


def ceiling(most: int) -> int:
    """The top of an axis: the next of 2, 4, 10, 20, 40, 100 and so on, halved into whole numbers."""
    top = 2
    while top < most:
        top = top * 5 // 2 if str(top).startswith("4") else top * 2
    return top


def short_name(name: str) -> str:
    """2026-11-25 14 as 14:00, 2026-11-25 as 25 Nov, 2026-11 as Nov 26."""
    if len(name) == 13:
        return f"{name[11:]}:00"
    month = translate(_MONTHS[int(name[5:7]) - 1])
    day = int(name[8:10] or 1)
    if len(name) == 10:
        return translate("{day} {month}", day=day, month=month)
    return f"{month} {name[2:4]}"


_MONTHS: Final = (
    translatable("Jan"),
    translatable("Feb"),
    translatable("Mar"),
    translatable("Apr"),
    translatable("May"),
    translatable("Jun"),
    translatable("Jul"),
    translatable("Aug"),
    translatable("Sep"),
    translatable("Oct"),
    translatable("Nov"),
    translatable("Dec"),
)


def _high(value: int, top: int) -> float:
    return (HEIGHT - _TOP - _BOTTOM) * value / top


def _cut(value: float) -> float:
    return round(value, 1)


def _told(tallies: Sequence[Tally], step: Step) -> str:
    total = sum(each.calls for each in tallies)
    if not total:
        return translate("There were no calls.")
    best = max(tallies, key=lambda each: each.calls)
    return translate(
        "{calls} in {steps}; most of them, {most}, in {name}.",
        calls=_calls(total),
        steps=step.several(len(tallies)),
        most=grouped(best.calls),
        name=best.name,
    )


def _calls(count: int) -> str:
    return translate_count("{number} call", "{number} calls", count, number=grouped(count))
