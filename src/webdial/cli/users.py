"""`webdial user`: users, also before there is anybody who can sign in."""

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.cli.standard_input import read_line


@click.group()
def user() -> None:
    """Users: members of staff who sign in and call."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The user's name.")
@click.option("--staff-id", help="StaffID of the source system; the sign-in name if left out.")
@click.option("--branch", "agency_id", help="AgencyID of the user's branch.")
@click.option("--extension", default="", help="The user's extension, put for ^ in a dial string.")
@click.option("--administrator", is_flag=True, help="May use Maintenance.")
@click.option("--password", "asks_password", is_flag=True, help="Ask for a password.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@tells_errors
def add(
    *,
    login: str,
    name: str,
    staff_id: str | None,
    agency_id: str | None,
    extension: str,
    administrator: bool,
    asks_password: bool,
    password_stdin: bool,
) -> None:
    """Add a user who signs in as LOGIN. Without a password the user can only use tokens."""
    password = _password(asks=asks_password, stdin=password_stdin)
    open_database()
    from webdial.site.domain.branches import branch_by_agency_id  # noqa: PLC0415
    from webdial.site.domain.users import UserDetails, save_user  # noqa: PLC0415
    from webdial.site.models import Role  # noqa: PLC0415

    row = save_user(
        UserDetails(
            login=login,
            staff_id=staff_id or login,
            name=name,
            branch=branch_by_agency_id(agency_id) if agency_id else None,
            extension=extension,
            role=Role.ADMINISTRATOR if administrator else Role.CALLER,
        ),
        password=password,
    )
    click.echo(f"Added {row.name}, who signs in as {row.login}.")
    if not password:
        click.echo(f"No password is set; set one with: webdial user password {row.login}")


@user.command("password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@tells_errors
def password(login: str, password_stdin: bool) -> None:
    """Set the password of the user LOGIN."""
    new = _password(asks=not password_stdin, stdin=password_stdin)
    open_database()
    from webdial.site.domain.users import set_password, user_by_login  # noqa: PLC0415

    row = user_by_login(login)
    set_password(row, new)
    click.echo(f"The password of {row.name} is set.")


@user.command("list")
@tells_errors
def list_all() -> None:
    """List users: sign-in name, StaffID, name, branch, extension, role."""
    open_database()
    from webdial.site.domain.users import list_users  # noqa: PLC0415

    for row in list_users():
        branch = row.branch.agency_id if row.branch else ""
        state = row.role if row.is_active else "deactivated"
        click.echo(f"{row.login}\t{row.staff_id}\t{row.name}\t{branch}\t{row.extension}\t{state}")


def _password(*, asks: bool, stdin: bool) -> str:
    if stdin:
        return read_line()
    if asks:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return ""
