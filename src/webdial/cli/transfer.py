"""`webdial export` and `webdial import`: users, branches, companies, people and settings as files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from webdial.cli.database import open_database
from webdial.cli.errors import EXIT_FAULT, tells_errors
from webdial.cli.plan_text import plan_lines

if TYPE_CHECKING:
    from webdial.site.domain.transfer.plan import Plan

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_FILE_THAT_IS: Final = click.Path(exists=True, dir_okay=False, path_type=Path)

_WORDS: Final = {
    "branches": "AgencyID and name",
    "users": "sign-in name, StaffID, name, branch, extension, role, numbers",
    "companies": "name, notes, numbers",
    "people": "name, company, notes, numbers",
    "settings": "name, branch, value",
}
"""What each subject has, for the help."""


@click.group("export")
def export_group() -> None:
    """Write users, branches, companies, people or settings to a table: CSV or Excel."""


@click.group("import")
def import_group() -> None:
    """Read users, branches, companies, people or settings from a table: all rows of it or none."""


def _export_command(name: str) -> click.Command:
    @click.command(name, help=f"Write {name} to FILE, .csv or .xlsx: {_WORDS[name]}.")
    @click.argument("file", type=_FILE)
    @tells_errors
    def command(file: Path) -> None:
        from webdial.site.domain.transfer.files import kind_of  # noqa: PLC0415

        kind = kind_of(file.name)
        open_database()
        from webdial.site.domain.transfer.acts import SUBJECTS, export_table  # noqa: PLC0415

        file.write_bytes(export_table(SUBJECTS[name], kind))
        click.echo(f"{SUBJECTS[name].title} are written to {file}.")

    return command


def _import_command(name: str) -> click.Command:
    kinds = (
        "CSV, Excel (xlsx, xls), ods or vCard"
        if name == "people"
        else "CSV, Excel (xlsx, xls) or ods"
    )
    text = (
        f"Read {name} from FILE: {kinds}.\n\nEvery row is told that is new, changed or wrong, and so "
        "is what would be left alone. If one is wrong nothing is kept, and the exit status is 2."
    )

    @click.command(name, help=text)
    @click.argument("file", type=_FILE_THAT_IS)
    @click.option("--dry-run", is_flag=True, help="Tell what would change, and keep nothing.")
    @click.option(
        "--encoding",
        default="",
        help="Of a CSV file: utf-8, cp1252 or utf-16. Else it is found out.",
    )
    @tells_errors
    def command(file: Path, dry_run: bool, encoding: str) -> None:
        open_database()
        plan = _plan_of(name, file, encoding, is_dry_run=dry_run)
        for line in plan_lines(plan, is_kept=not dry_run and not plan.is_faulty):
            click.echo(line)
        if plan.is_faulty:
            raise SystemExit(EXIT_FAULT)

    return command


def _plan_of(name: str, file: Path, encoding: str, *, is_dry_run: bool) -> "Plan":
    """The plan that was carried out, or that was not: in a dry run, or with wrong rows."""
    from webdial.site.domain.acting import noting  # noqa: PLC0415
    from webdial.site.domain.transfer.acts import (  # noqa: PLC0415
        SUBJECTS,
        ImportFaultyError,
        carry_out,
        read_file,
    )
    from webdial.site.domain.transfer.files import check_size  # noqa: PLC0415
    from webdial.site.domain.transfer.planning import plan_rows  # noqa: PLC0415

    subject = SUBJECTS[name]
    check_size(file.stat().st_size)
    given = read_file(subject, file.read_bytes(), encoding=encoding)
    if is_dry_run:
        return plan_rows(subject, given)
    try:
        with noting(f"import of {file.name}"):
            return carry_out(subject, given)
    except ImportFaultyError as error:
        return error.plan


_Make = Callable[[str], click.Command]

for _group, _make in ((export_group, _export_command), (import_group, _import_command)):
    for _name in _WORDS:
        _group.add_command(_make(_name))
