"""From given rows to a plan: each is checked, finds what it changes, and is compared with it."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from webdial.errors import WebdialError
from webdial.language import translate
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer import dropped_digits
from webdial.site.domain.transfer.columns import Given
from webdial.site.domain.transfer.given_numbers import checked_number
from webdial.site.domain.transfer.plan import (
    CellFault,
    FieldChange,
    Item,
    Plan,
    RowKind,
    RowPlan,
)
from webdial.site.domain.transfer.subject import CheckValue, Draft, Key, Subject


def plan_rows(subject: Subject, given: Given) -> Plan:
    """What these rows would change. Reads, and changes nothing."""
    kept = subject.kept()
    check = subject.checker()
    drafts = [Draft(row, notes=[*row.notes]) for row in given.rows]
    for draft in drafts:
        _read(subject, check, draft)
    _pair(subject, drafts, kept)
    for draft in drafts:
        _merge(subject, draft)
    subject.judge(drafts, kept)
    found = {draft.old.row_id for draft in drafts if draft.old}
    return Plan(
        tuple(_planned(subject, draft) for draft in drafts),
        tuple(subject.title_of(item.values) for item in kept if item.row_id not in found),
        (*given.notes, *dropped_digits.note_on(drafts)),
        tuple(each.new for each in drafts if each.new and each.old is None),
        tuple((each.old, each.new) for each in drafts if each.new and each.old and _differ(each)),
        tuple(kept),
    )


def _read(subject: Subject, check: CheckValue, draft: Draft) -> None:
    for column in subject.columns:
        given = draft.row.values.get(column.field)
        if given is None or (column.keeps_when_empty and not given.strip()):
            continue
        try:
            dropped_digits.refuse_shortened(given)
            draft.values[column.field] = check(column.field, given)
        except WebdialError as error:
            draft.blame(column, error.message, hint=error.hint)
    if draft.row.numbers is not None:
        draft.phones = tuple(_phones(draft))


def _phones(draft: Draft) -> Iterable[LabelledNumber]:
    for given in draft.row.numbers or ():
        if given.number.strip():
            try:
                yield checked_number(given)
            except WebdialError as error:
                draft.faults.append(
                    CellFault(given.heading, given.number, error.message, error.hint)
                )


def _pair(subject: Subject, drafts: Sequence[Draft], kept: Sequence[Item]) -> None:
    """Let every row find what it changes, by the key."""
    by_key: dict[Key, list[Item]] = defaultdict(list)
    for item in kept:
        by_key[subject.key_of(item.values)].append(item)
    key_headings = {column.heading for column in subject.columns if column.is_key}
    rows: dict[Key, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if not any(fault.heading in key_headings for fault in draft.faults):
            rows[subject.key_of(draft.values)].append(draft)
    for key, same in rows.items():
        _tell_repeated(subject, same)
        if key in by_key and subject.may_repeat:
            _match(same, by_key[key])
        elif key in by_key:
            for draft in same:
                draft.old = by_key[key][0]
    if not subject.may_repeat:
        dropped_digits.blame_keys(subject, rows, by_key)


def _match(drafts: Sequence[Draft], items: Sequence[Item]) -> None:
    """Those with the same numbers first, then by their order."""
    by_phones: Mapping[tuple[LabelledNumber, ...], deque[Item]] = defaultdict(deque)
    for item in items:
        by_phones[item.phones].append(item)
    for draft in drafts:
        if draft.phones is not None and by_phones[draft.phones]:
            draft.old = by_phones[draft.phones].popleft()
    taken = {draft.old.row_id for draft in drafts if draft.old}
    waiting = [draft for draft in drafts if draft.old is None]
    left = (item for item in items if item.row_id not in taken)
    for draft, item in zip(waiting, left, strict=False):
        draft.old = item


def _tell_repeated(subject: Subject, same: Sequence[Draft]) -> None:
    first = same[0].row.number
    column = next(column for column in subject.columns if column.is_key)
    for draft in same[1:]:
        if subject.may_repeat:
            draft.notes.append(
                translate(
                    "Row {first} has the same name and company: this row is somebody else.",
                    first=first,
                )
            )
        else:
            draft.blame(
                column,
                translate(
                    "Row {first} is about the same {heading}.", first=first, heading=column.heading
                ),
            )


def _merge(subject: Subject, draft: Draft) -> None:
    """What the row makes of what it found, or of nothing."""
    before = draft.old.values if draft.old else subject.defaults
    values = {**before, **draft.values}
    for column in subject.columns:
        is_told = any(fault.heading == column.heading for fault in draft.faults)
        if column.is_required and not values[column.field] and not is_told:
            draft.blame(column, translate("{heading} is missing.", heading=column.heading))
    phones = draft.old.phones if draft.old else ()
    if draft.phones is not None:
        dropped_digits.blame_phones(draft, phones)
        phones = draft.phones
    draft.new = Item(values, phones, draft.old.row_id if draft.old else 0)


def _planned(subject: Subject, draft: Draft) -> RowPlan:
    assert draft.new is not None
    changes = () if draft.faults else tuple(_changes(subject, draft.old, draft.new))
    if draft.faults:
        kind = RowKind.WRONG
    elif draft.old is None:
        kind = RowKind.NEW
    else:
        kind = RowKind.CHANGED if changes else RowKind.UNCHANGED
    title = subject.title_of(draft.new.values) or "–"
    return RowPlan(draft.row.number, title, kind, changes, tuple(draft.faults), tuple(draft.notes))


def _differ(draft: Draft) -> bool:
    assert draft.old is not None
    assert draft.new is not None
    return (draft.old.values, draft.old.phones) != (draft.new.values, draft.new.phones)


def _changes(subject: Subject, old: Item | None, new: Item) -> Iterable[FieldChange]:
    for column in subject.columns:
        before = old.values[column.field] if old else ""
        after = new.values[column.field]
        if before != after:
            yield FieldChange(column.heading, before, after)
    before_phones = old.phones if old else ()
    if before_phones != new.phones:
        yield FieldChange(
            translate("Numbers"), shown_phones(before_phones), shown_phones(new.phones)
        )


def shown_phones(phones: Iterable[LabelledNumber]) -> str:
    return ", ".join(f"{phone.label}: {phone.number}".removeprefix(": ") for phone in phones)
