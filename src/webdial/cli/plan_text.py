"""What an import changes, as lines for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from webdial.site.domain.transfer.plan import Plan, RowPlan

MOST_LEFT_ALONE: Final = 10
"""Names told of what has no row in the file."""

_MOST_SHOWN: Final = 80
"""Characters of a value in a line."""


def plan_lines(plan: "Plan", *, is_kept: bool, place: str = "Row") -> Iterator[str]:
    """The notes, a line for each row that is not unchanged and for each of its fields, then the sum."""
    for note in plan.notes:
        yield f"Note: {note}"
    for row in plan.rows:
        yield from _row_lines(row, place)
    yield counts(plan)
    if plan.left_alone:
        names = ", ".join(plan.left_alone[:MOST_LEFT_ALONE])
        more = ", …" if len(plan.left_alone) > MOST_LEFT_ALONE else ""
        yield f"Left alone, since the file has no row for them: {len(plan.left_alone)} ({names}{more})"
    if not is_kept:
        yield "Nothing was kept."


def counts(plan: "Plan") -> str:
    kinds = ("new", "changed", "unchanged", "wrong")
    return ", ".join(f"{sum(row.kind == kind for row in plan.rows)} {kind}" for kind in kinds)


def _row_lines(row: "RowPlan", place: str) -> Iterator[str]:
    if row.kind != "unchanged" or row.notes:
        yield f"{place} {row.number}: {row.kind}: {row.title}"
    for change in row.changes:
        if row.kind == "new":
            yield f"  {change.label}: {_short(change.after)}"
        else:
            yield f"  {change.label}: {_short(change.before)} -> {_short(change.after)}"
    for fault in row.faults:
        where = f"{fault.heading}: " if fault.heading else ""
        given = f"{_short(fault.value)}: " if fault.value else ""
        yield f"  {where}{given}{fault.message}"
        if fault.hint:
            yield from (f"    {line}" for line in fault.hint.splitlines())
    for note in row.notes:
        yield f"  Note: {note}"


def _short(value: str) -> str:
    """On one line, and no longer than a line takes."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    if not shown:
        return "(empty)"
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[: _MOST_SHOWN - 1]}…"
