"""One entry of a section that is no table: compared with what is kept, and kept by the acts that pages use."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from webdial.errors import SourceError, WebdialError
from webdial.site.domain.transfer.plan import CellFault, FieldChange, Plan, RowKind, RowPlan

HIDDEN: Final = "(a secret)"
"""What is shown of a secret that changes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`changes` are what keeping it changes; `keep` does it, and raises WebdialError if it cannot."""

    title: str
    changes: tuple[FieldChange, ...]
    is_new: bool
    keep: Callable[[], object]


def plan_entries(entries: Iterable[Callable[[], Entry]]) -> Plan:
    """Carry entries out one by one; what each did, or why it could not."""
    return Plan(tuple(_row(number, make) for number, make in enumerate(entries, start=1)))


def _row(number: int, make: Callable[[], Entry]) -> RowPlan:
    title = "–"
    try:
        entry = make()
        title = entry.title
        if entry.changes or entry.is_new:
            entry.keep()
    except WebdialError as error:
        return RowPlan(number, title, RowKind.WRONG, faults=(_fault(error),))
    if entry.is_new:
        return RowPlan(number, title, RowKind.NEW, entry.changes)
    kind = RowKind.CHANGED if entry.changes else RowKind.UNCHANGED
    return RowPlan(number, title, kind, entry.changes)


def _fault(error: WebdialError) -> CellFault:
    hint = error.explain() if isinstance(error, SourceError) else error.hint
    return CellFault(getattr(error, "field", ""), "", error.message, hint)


def differences(
    before: Mapping[str, str], after: Mapping[str, str], *, labels: Mapping[str, str] | None = None
) -> tuple[FieldChange, ...]:
    """For every key of `after`; what is not in it stays as it is."""
    shown = labels or {}
    return tuple(
        FieldChange(shown.get(name, name), before.get(name, ""), value)
        for name, value in after.items()
        if before.get(name, "") != value
    )


def hidden_differences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[FieldChange, ...]:
    """As `differences`, of secrets."""
    return tuple(
        FieldChange(name, HIDDEN if name in before else "", HIDDEN)
        for name, value in after.items()
        if before.get(name) != value
    )
