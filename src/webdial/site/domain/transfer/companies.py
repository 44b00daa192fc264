"""Companies as a table: their notes and the numbers of their own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from webdial.language import translatable, translate
from webdial.site.domain.directory import refresh_lines
from webdial.site.domain.fields import kept_lines, kept_text
from webdial.site.domain.people import MAX_NOTES
from webdial.site.domain.transfer.bulk import (
    add_phones,
    batches,
    phones_by_owner,
    replace_phones,
    update_rows,
)
from webdial.site.domain.transfer.columns import Column
from webdial.site.domain.transfer.plan import Item
from webdial.site.domain.transfer.subject import (
    CheckValue,
    Record,
    Subject,
    record_with_phones,
)
from webdial.site.models import ChangeSubject, Company, Person

_LONGEST_NAME: Final = 160
_FIELDS: Final = ("name", "notes")


class Companies(Subject):
    name = "companies"
    title = translatable("Companies")
    change_subject = ChangeSubject.COMPANY
    has_numbers = True
    columns = (
        Column(
            "name",
            "Name",
            "Of the company. By it a row finds its company.",
            "Penrose & Vale Solicitors",
            is_key=True,
            is_required=True,
        ),
        Column("notes", "Notes", "A text of any number of lines.", "Closed on Wednesdays."),
    )
    defaults: ClassVar[Mapping[str, str]] = {"name": "", "notes": ""}

    def kept(self) -> list[Item]:
        phones = phones_by_owner("company")
        rows = Company.objects.order_by("name", "id").values_list("id", *_FIELDS)
        return [
            Item({"name": name, "notes": notes}, phones.get(row_id, ()), row_id)
            for row_id, name, notes in rows
        ]

    def checker(self) -> CheckValue:
        def check(field: str, given: str) -> str:
            if field == "notes":
                return kept_lines(given, field=field, label=translate("Notes"), most=MAX_NOTES)
            label = self.column_of(field).heading
            return kept_text(given, field=field, label=label, most=_LONGEST_NAME)

        return check

    def title_of(self, values: Mapping[str, str]) -> str:
        return values["name"]

    def add(self, items: Sequence[Item]) -> Sequence[int]:
        ids: list[int] = []
        for batch in batches(items):
            rows = Company.objects.bulk_create(Company(**item.values) for item in batch)
            add_phones("company", [(r.pk, i.phones) for r, i in zip(rows, batch, strict=True)])
            ids += [row.pk for row in rows]
        _refresh_lines(ids)
        return ids

    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        rows = [(old.row_id, [new.values[each] for each in _FIELDS]) for old, new in changes]
        update_rows(Company, _FIELDS, rows)
        replace_phones("company", changes)
        _refresh_lines([old.row_id for old, _ in changes])

    def recorder(self) -> Record:
        return record_with_phones


def _refresh_lines(ids: Sequence[int]) -> None:
    """Let the directory find them, and who works there, by what they have now."""
    for batch in batches(ids):
        refresh_lines(Company.objects.filter(pk__in=batch))
        refresh_lines(Person.objects.filter(company__in=batch))
