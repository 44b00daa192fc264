"""`webdial setting`: general settings, for all branches or for one."""

from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors

if TYPE_CHECKING:
    from webdial.site.models import Branch

_branch = click.option(
    "--branch", "agency_id", help="AgencyID of a branch; without it all branches."
)


@click.group()
def setting() -> None:
    """General settings, for all branches or for one."""


@setting.command("get")
@click.argument("name")
@_branch
@tells_errors
def get(name: str, agency_id: str | None) -> None:
    """Print the value of NAME that is in force; where it comes from goes to standard error."""
    open_database()
    from webdial.site.domain.general_settings import known_setting  # noqa: PLC0415

    view = known_setting(name, branch=_branch_of(agency_id))
    click.echo(view.effective.value)
    click.echo(f"({view.effective.explanation})", err=True)


@setting.command("set")
@click.argument("name")
@click.argument("value")
@_branch
@click.option("--own", is_flag=True, help="NAME is a setting of your own, for your functions.")
@tells_errors
def set_value(*, name: str, value: str, agency_id: str | None, own: bool) -> None:
    """Keep VALUE for the setting NAME; running servers take it up within a second."""
    open_database()
    from webdial.site.domain.general_settings import (  # noqa: PLC0415
        known_setting,
        override_setting,
    )

    row = _branch_of(agency_id)
    if not own:
        known_setting(name)
    override_setting(name, value, branch=row)
    click.echo(f"Set {name} for {row.name if row else 'all branches'}.")


@setting.command("clear")
@click.argument("name")
@_branch
@tells_errors
def clear(name: str, agency_id: str | None) -> None:
    """Keep no value of NAME there any more; the next wider one is then in force."""
    open_database()
    from webdial.site.domain.general_settings import (  # noqa: PLC0415
        clear_setting,
        known_setting,
    )

    row = _branch_of(agency_id)
    known_setting(name)
    clear_setting(name, branch=row)
    click.echo(f"Cleared {name} for {row.name if row else 'all branches'}.")


@setting.command("list")
@_branch
@tells_errors
def list_all(agency_id: str | None) -> None:
    """List settings: name, value in force, where it comes from."""
    open_database()
    from webdial.site.domain.general_settings import find_settings  # noqa: PLC0415

    for view in find_settings(branch=_branch_of(agency_id)):
        click.echo(f"{view.name}\t{view.effective.value}\t{view.effective.explanation}")


def _branch_of(agency_id: str | None) -> "Branch | None":
    from webdial.site.domain.branches import branch_by_agency_id  # noqa: PLC0415

    return branch_by_agency_id(agency_id) if agency_id else None
