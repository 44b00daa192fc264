"""Imports a configuration file: section by section within one transaction, so that each sees what those
before it have made, and whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.transfer.acts import SUBJECTS
from webdial.site.domain.transfer.columns import Given, GivenNumber, GivenRow
from webdial.site.domain.transfer.plan import Plan, RowKind
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.domain.transfer.whole import secret_sections, system_sections
from webdial.site.domain.transfer.whole.document import Document
from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """What becomes of one section of the file; rows count its entries from 1."""

    title: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class ConfigurationPlan:
    """What a file would change. After a section with faults no other is looked at: its faults may be
    those of the first."""

    sections: tuple[SectionPlan, ...]

    @property
    def is_faulty(self) -> bool:
        return any(section.plan.is_faulty for section in self.sections)

    def count(self, kind: RowKind) -> int:
        return sum(section.plan.count(kind) for section in self.sections)


def import_document(
    document: Document, *, opened_with: PassphraseSeal | None = None, is_dry_run: bool = False
) -> ConfigurationPlan:
    """Import a document that `read_document` gave; nothing is kept in a dry run, or if anything is wrong.

    What has no entry in the file is left alone, and so is each key that an entry does not have. Without
    `opened_with` secrets of the file are passed over.
    """
    with configuration_change():
        plan = ConfigurationPlan(tuple(_carried_out(document, opened_with)))
        if is_dry_run or plan.is_faulty:
            transaction.set_rollback(True)
    return plan


def _carried_out(document: Document, opened_with: PassphraseSeal | None) -> Iterator[SectionPlan]:
    for title, name, run in _SECTIONS:
        if name in document:
            section = SectionPlan(title, run(document[name], opened_with))
            yield section
            if section.plan.is_faulty:
                return


_Run = Callable[[Any, PassphraseSeal | None], Plan]


def _table(subject_name: str) -> _Run:
    """A section that is one of the tables."""

    def run(entries: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
        del opened_with  # no secrets in tables
        subject = SUBJECTS[subject_name]
        fields = {column.field for column in subject.columns}
        rows = (_row(number, entry, fields) for number, entry in enumerate(entries, start=1))
        plan = plan_rows(subject, Given(tuple(rows)))
        if not plan.is_faulty:
            subject.keep(plan)
        return plan

    return run


def _row(number: int, entry: Table, fields: set[str]) -> GivenRow:
    values = {name: _as_text(value) for name, value in entry.items() if name in fields}
    numbers = entry.get("numbers")
    if numbers is None:
        return GivenRow(number, values)
    given = (GivenNumber(label, each, "numbers") for label, each in numbers)
    return GivenRow(number, values, tuple(given))


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


_SECTIONS: Final[tuple[tuple[str, str, _Run], ...]] = (
    ("Branches", "branches", _table("branches")),
    ("Phone systems", "phone_systems", system_sections.import_systems),
    ("Users", "users", _table("users")),
    ("Passwords of users", "users", secret_sections.import_passwords),
    ("Further phones", "users", system_sections.import_phones),
    ("Phone systems of users", "users", system_sections.import_personal_values),
    ("General settings", "settings", _table("settings")),
    ("Credentials", "credentials", secret_sections.import_credentials),
    ("Database function", "function", secret_sections.import_function),
    ("Companies", "companies", _table("companies")),
    ("People", "people", _table("people")),
)
"""In the order in which they need one another; with the keys of the document that they take."""
