"""Many rows in few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal, TypeVar

from django.db import connection, models

from webdial.site.domain.phones import LabelledNumber, digits_of
from webdial.site.domain.transfer.plan import Item
from webdial.site.models import Favourite, Phone

BATCH: Final = 500
"""Rows of one statement: both databases have a limit on its parameters."""

Each = TypeVar("Each")
PhoneOwner = Literal["person", "company", "user"]


def batches(rows: Iterable[Each]) -> Iterator[list[Each]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def update_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[tuple[int, Sequence[object]]]
) -> None:
    """Set the fields of each row, by its id: one statement for all of them, prepared once."""
    quote = connection.ops.quote_name
    meta = model._meta  # noqa: SLF001 - Django's public API, for all its name
    kept: list[Any] = [meta.get_field(name) for name in fields]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in kept)
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608
    values = [
        [
            *(f.get_db_prep_save(value, connection) for f, value in zip(kept, new, strict=True)),
            row_id,
        ]
        for row_id, new in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def phones_by_owner(owner: PhoneOwner) -> dict[int, tuple[LabelledNumber, ...]]:
    found: dict[int, list[LabelledNumber]] = defaultdict(list)
    rows = Phone.objects.filter(**{f"{owner}__isnull": False}).order_by("id")
    for owner_id, label, number in rows.values_list(f"{owner}_id", "label", "number"):
        found[owner_id].append(LabelledNumber(label, number))
    return {owner_id: tuple(phones) for owner_id, phones in found.items()}


def replace_phones(owner: PhoneOwner, changes: Iterable[tuple[Item, Item]]) -> None:
    """Give the owners whose numbers have changed their new ones, in this order.

    Whoever had a number at hand that is gone has it no longer.
    """
    changed = {old.row_id: new.phones for old, new in changes if old.phones != new.phones}
    for ids in batches(changed):
        Phone.objects.filter(**{f"{owner}_id__in": ids}).delete()
        _forget_favourites(owner, {owner_id: changed[owner_id] for owner_id in ids})
    add_phones(owner, changed.items())


def add_phones(owner: PhoneOwner, owned: Iterable[tuple[int, Sequence[LabelledNumber]]]) -> None:
    rows = (
        Phone(
            label=phone.label,
            number=phone.number,
            digits=digits_of(phone.number),
            **{f"{owner}_id": owner_id},
        )
        for owner_id, phones in owned
        for phone in phones
    )
    for batch in batches(rows):
        Phone.objects.bulk_create(batch)


def _forget_favourites(owner: PhoneOwner, owned: Mapping[int, Sequence[LabelledNumber]]) -> None:
    """A colleague's extension is a favourite without a number, and stays."""
    column = "colleague_id" if owner == "user" else f"{owner}_id"
    kept = Favourite.objects.filter(**{f"{column}__in": list(owned)}).exclude(number="")
    gone = [
        row_id
        for row_id, owner_id, number in kept.values_list("id", column, "number")
        if number not in {phone.number for phone in owned[owner_id]}
    ]
    Favourite.objects.filter(pk__in=gone).delete()
