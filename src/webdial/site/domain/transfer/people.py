"""People as a table. Several may have the same name and company: they are told apart by their order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from webdial.language import translatable, translate
from webdial.site.domain.directory import refresh_lines
from webdial.site.domain.fields import kept_lines, kept_text
from webdial.site.domain.people import MAX_NOTES
from webdial.site.domain.transfer.bulk import (
    BATCH,
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
    Key,
    Record,
    Subject,
    record_with_phones,
)
from webdial.site.models import ChangeSubject, Company, Person

_MOST: Final = {"name": 120, "company": 160}


class People(Subject):
    name = "people"
    title = translatable("People")
    change_subject = ChangeSubject.PERSON
    has_numbers = True
    may_repeat = True
    columns = (
        Column(
            "name",
            "Name",
            "Of the person. With the company it finds whom the row is about.",
            "Agatha Penrose",
            is_key=True,
            is_required=True,
        ),
        Column(
            "company",
            "Company",
            "One that is not known yet is added. Without this column, people without a company are meant.",
            "Penrose & Vale Solicitors",
        ),
        Column("notes", "Notes", "A text of any number of lines.", "Prefers to be rung after ten."),
    )
    defaults: ClassVar[Mapping[str, str]] = {"name": "", "company": "", "notes": ""}

    def kept(self) -> list[Item]:
        phones = phones_by_owner("person")
        rows = Person.objects.values_list("id", "name", "company__name", "notes")
        return [
            Item(
                {"name": name, "company": company or "", "notes": notes},
                phones.get(row_id, ()),
                row_id,
            )
            for row_id, name, company, notes in rows
        ]

    def checker(self) -> CheckValue:
        companies = {name.casefold(): name for name in _company_ids()}

        def check(field: str, given: str) -> str:
            if field == "notes":
                return kept_lines(given, field=field, label=translate("Notes"), most=MAX_NOTES)
            label, is_required = self.column_of(field).heading, field == "name"
            text = kept_text(
                given, field=field, label=label, most=_MOST[field], required=is_required
            )
            # A company is spelt as it is kept, or as the file spells it first.
            return companies.setdefault(text.casefold(), text) if field == "company" else text

        return check

    def key_of(self, values: Mapping[str, str]) -> Key:
        return values.get("name", "").casefold(), values.get("company", "").casefold()

    def title_of(self, values: Mapping[str, str]) -> str:
        return ", ".join(filter(None, (values["name"], values["company"])))

    def add(self, items: Sequence[Item]) -> Sequence[int]:
        companies = _companies(items)
        ids: list[int] = []
        for batch in batches(items):
            rows = Person.objects.bulk_create(Person(**_fields(each, companies)) for each in batch)
            add_phones("person", [(r.pk, i.phones) for r, i in zip(rows, batch, strict=True)])
            ids += [row.pk for row in rows]
        _refresh_lines(ids)
        return ids

    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        companies = _companies([new for _, new in changes])
        names = ("name", "company_id", "notes")
        rows = [(old.row_id, _fields(new, companies)) for old, new in changes]
        update_rows(Person, names, [(row_id, [row[n] for n in names]) for row_id, row in rows])
        replace_phones("person", changes)
        _refresh_lines([old.row_id for old, _ in changes])

    def recorder(self) -> Record:
        return record_with_phones


def _fields(item: Item, companies: Mapping[str, int]) -> dict[str, Any]:
    """By the names of the model's fields."""
    company = item.values["company"].casefold()
    return {
        "name": item.values["name"],
        "company_id": companies[company] if company else None,
        "notes": item.values["notes"],
    }


def _refresh_lines(ids: Iterable[int]) -> None:
    """Let the directory find them by what they have now."""
    for batch in batches(ids):
        refresh_lines(Person.objects.filter(pk__in=batch))


def _companies(items: Iterable[Item]) -> dict[str, int]:
    """Ids by the companies' names, without regard to case; those that are not known yet are made."""
    known = {name.casefold(): row_id for name, row_id in _company_ids().items()}
    wanted = {item.values["company"].casefold(): item.values["company"] for item in items}
    new = [Company(name=name) for key, name in wanted.items() if name and key not in known]
    Company.objects.bulk_create(new, batch_size=BATCH)
    return known | {company.name.casefold(): company.pk for company in new}


def _company_ids() -> dict[str, int]:
    """By name. Of two that differ in case alone the first comes last, and wins."""
    return dict(Company.objects.order_by("-name", "-id").values_list("name", "id"))
