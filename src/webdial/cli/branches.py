"""`webdial branch`: the branches of the business."""

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors


@click.group()
def branch() -> None:
    """Branches of the business."""


@branch.command("add")
@click.argument("agency_id")
@click.option("--name", required=True, help="The branch's name.")
@tells_errors
def add(agency_id: str, name: str) -> None:
    """Add a branch; AGENCY_ID is the AgencyID of the source system."""
    open_database()
    from webdial.site.domain.branches import save_branch  # noqa: PLC0415

    row = save_branch(agency_id=agency_id, name=name)
    click.echo(f"Added the branch {row.name} ({row.agency_id}).")


@branch.command("list")
@tells_errors
def list_all() -> None:
    """List branches: AgencyID, name, users."""
    open_database()
    from webdial.site.domain.branches import list_branches  # noqa: PLC0415

    for row in list_branches():
        click.echo(f"{row.agency_id}\t{row.name}\t{row.users.count()}")
