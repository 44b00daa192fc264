"""Export, preview and import of one subject: the acts that pages and commands share."""

from typing import Final

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.site.domain.configuration import configuration_change, current_revision
from webdial.site.domain.transfer.branches import Branches
from webdial.site.domain.transfer.columns import Given, cells_of, given_rows, headings_of
from webdial.site.domain.transfer.companies import Companies
from webdial.site.domain.transfer.files import FileKind, check_size, read_table, write_table
from webdial.site.domain.transfer.people import People
from webdial.site.domain.transfer.plan import Plan
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.domain.transfer.settings import Settings
from webdial.site.domain.transfer.subject import Subject
from webdial.site.domain.transfer.tables import unreadable
from webdial.site.domain.transfer.users import Users
from webdial.site.domain.transfer.vcards import are_cards, read_cards

SUBJECTS: Final[dict[str, Subject]] = {
    each.name: each for each in (Branches(), Users(), Companies(), People(), Settings())
}
"""In the order in which they are imported: users and settings name branches, people name companies."""

_EXAMPLE_PHONES: Final = ("Work", "020 7946 0123", "Mobile", "+44 7700 900223")


class ImportFaultyError(InvalidValueError):
    """Rows of the file are wrong, so nothing of it was kept; `plan` tells which."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            translate("Nothing was imported: some rows of the file are wrong."),
            hint=translate("Mend them in the file, and import it again."),
        )
        self.plan = plan


class ImportOutdatedError(InvalidValueError):
    """What is kept has changed since the preview."""

    def __init__(self) -> None:
        super().__init__(
            translate("Nothing was imported: what is kept has changed since you looked."),
            hint=translate("Below stands what the file would change now."),
        )


def export_table(subject: Subject, kind: FileKind) -> bytes:
    """Everything that is kept, as a file."""
    kept = subject.kept()
    numbers = max((len(item.phones) for item in kept), default=0)
    headings = headings_of(subject.columns, numbers=max(numbers, int(subject.has_numbers)))
    rows = (cells_of(item.values, item.phones, subject.columns) for item in kept)
    return write_table(kind, subject.title, headings, rows)


def template_table(subject: Subject, kind: FileKind) -> bytes:
    """The headings, and a row to show what belongs below them."""
    phones = _EXAMPLE_PHONES if subject.has_numbers else ()
    headings = headings_of(subject.columns, numbers=len(phones) // 2)
    row = [*(column.example for column in subject.columns), *phones]
    return write_table(kind, subject.title, headings, [row])


def read_file(subject: Subject, content: bytes, *, encoding: str = "") -> Given:
    """The rows that a file gives: of a table or, for people, of vCards. Raises InvalidValueError."""
    check_size(len(content))
    if are_cards(content):
        if not isinstance(subject, People):
            raise unreadable(
                translate("This is a vCard file. It holds people."),
                hint=translate("Choose People."),
            )
        return read_cards(content)
    table = read_table(content, encoding=encoding)
    return given_rows(table, subject.columns, has_numbers=subject.has_numbers)


def carry_out(subject: Subject, given: Given, *, seen: str | None = None) -> Plan:
    """Import the rows, all of them or none, in one transaction; the plan that was carried out.

    With `seen`, the digest of a plan, only if it would be carried out as it was seen. Raises
    ImportFaultyError, ImportOutdatedError.
    """
    revision = current_revision()
    plan = plan_rows(subject, given)
    _refuse(plan, seen)
    # Whoever writes keeps calls from being written down, so planning is done before.
    with configuration_change():
        if current_revision() != revision + 1 or tuple(subject.kept()) != plan.kept:
            plan = plan_rows(subject, given)
            _refuse(plan, seen)
        subject.keep(plan)
    return plan


def _refuse(plan: Plan, seen: str | None) -> None:
    if plan.is_faulty:
        raise ImportFaultyError(plan)
    if seen is not None and plan.digest != seen:
        raise ImportOutdatedError
