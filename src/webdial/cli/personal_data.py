"""`webdial personal-data`: what the call log holds of one person, exported or erased."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors

if TYPE_CHECKING:
    from webdial.site.domain.personal_data import Subject

_ACTOR = "the command line"


@click.group("personal-data")
def personal_data() -> None:
    """Personal data of a user or of a number, on demand (GDPR, articles 15 and 17)."""


@personal_data.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--user", "staff_id", help="StaffID of a user.")
@click.option("--number", help="A telephone number, as people write it.")
@tells_errors
def export(*, file: Path, staff_id: str | None, number: str | None) -> None:
    """Write all that is held of a user, or of whoever has a number, to FILE as JSON."""
    subject = _subject(staff_id, number)
    from webdial.site.domain.personal_data import export_personal_data  # noqa: PLC0415

    with file.open("wb") as out:
        out.writelines(export_personal_data(subject, actor=_ACTOR))
    click.echo(f"Written: {file}")


@personal_data.command("erase")
@click.option("--user", "staff_id", help="StaffID of a user.")
@click.option("--number", help="A telephone number, as people write it.")
@click.option(
    "--user-link", type=click.Choice(["keep", "cut"]),
    help="Whether the calls still tell who placed them. Cut for a user, kept for a number if left out.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only tell what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@tells_errors
def erase(
    *,
    staff_id: str | None,
    number: str | None,
    user_link: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Empty what names a user, or whoever has a number, in the call log. It cannot be undone.

    That a call was placed, when, and its outcome stay.
    """
    subject = _subject(staff_id, number)
    from webdial.site.domain.personal_data import (  # noqa: PLC0415
        erase_personal_data,
        find_personal_data,
    )

    found = find_personal_data(subject)
    for dialled, count in found.numbers:
        click.echo(f"{dialled}\t{count}")
    click.echo(f"Calls found: {len(found.calls):,}")
    for owner in found.owners:
        click.echo(f"The directory has this number of {owner}; delete it there.")
    for machine in found.machines:
        click.echo(f"{machine}\tpaired; erased if the user is deactivated")
    if found.erases_account:
        click.echo(
            "The user is deactivated: mail address, numbers, phones, favourites, ways to sign in and history go too."
        )
    if dry_run:
        return
    if not yes:
        click.confirm("Erase what names people in these calls?", abort=True)
    cuts_user = subject.user is not None if user_link is None else user_link == "cut"
    count = erase_personal_data(subject, cuts_user=cuts_user, actor=_ACTOR)
    click.echo(f"Calls erased: {count:,}")


def _subject(staff_id: str | None, number: str | None) -> "Subject":
    if (staff_id is None) == (number is None):
        raise click.UsageError("Name either --user or --number.")
    open_database()
    from webdial.site.domain.personal_data import Subject, subject_of_number  # noqa: PLC0415
    from webdial.site.domain.users import user_by_staff_id  # noqa: PLC0415

    if number is not None:
        return subject_of_number(number)
    return Subject(user=user_by_staff_id(staff_id or ""))
