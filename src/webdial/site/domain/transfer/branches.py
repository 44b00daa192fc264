"""Branches as a table."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from webdial.language import translatable
from webdial.site.domain.fields import kept_text
from webdial.site.domain.transfer.bulk import BATCH, update_rows
from webdial.site.domain.transfer.columns import Column
from webdial.site.domain.transfer.plan import Item
from webdial.site.domain.transfer.subject import CheckValue, Record, Recorded, Subject
from webdial.site.models import Branch, ChangeSubject

_MOST: Final = {"agency_id": 40, "name": 120}


class Branches(Subject):
    name = "branches"
    title = translatable("Branches")
    change_subject = ChangeSubject.BRANCH
    columns = (
        Column(
            "agency_id",
            "AgencyID",
            "The branch's name in the source system. By it a row finds its branch.",
            "LON",
            is_key=True,
            is_required=True,
        ),
        Column("name", "Name", "As people call the branch.", "London", is_required=True),
    )
    defaults: ClassVar[Mapping[str, str]] = {"agency_id": "", "name": ""}

    def kept(self) -> list[Item]:
        rows = Branch.objects.values_list("id", "agency_id", "name")
        return [
            Item({"agency_id": agency_id, "name": name}, row_id=row_id)
            for row_id, agency_id, name in rows
        ]

    def checker(self) -> CheckValue:
        def check(field: str, given: str) -> str:
            label = self.column_of(field).heading
            return kept_text(given, field=field, label=label, most=_MOST[field])

        return check

    def title_of(self, values: Mapping[str, str]) -> str:
        return values["name"] or values["agency_id"]

    def add(self, items: Sequence[Item]) -> Sequence[int]:
        new = [Branch(**item.values) for item in items]
        return [row.pk for row in Branch.objects.bulk_create(new, batch_size=BATCH)]

    def recorder(self) -> Record:
        return lambda item, row_id: Recorded(row_id, item.values["name"], dict(item.values))

    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        fields = ("agency_id", "name")
        rows = [(old.row_id, [new.values[each] for each in fields]) for old, new in changes]
        update_rows(Branch, fields, rows)
