"""`webdial user`: users, also before there is anybody who can sign in."""

from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.cli.standard_input import read_line

if TYPE_CHECKING:
    from webdial.site.models import User


@click.group()
def user() -> None:
    """Users: members of staff who sign in and call."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The user's name.")
@click.option("--staff-id", help="StaffID of the source system; the sign-in name if left out.")
@click.option("--branch", "agency_id", help="AgencyID of the user's branch.")
@click.option("--extension", default="", help="The user's extension, put for ^ in a dial string.")
@click.option("--mail", default="", help="The user's mail address; they may sign in by it as well.")
@click.option("--administrator", is_flag=True, help="The same as --role administrator.")
@click.option(
    "--role",
    type=click.Choice(["caller", "branch_manager", "function_author", "auditor", "administrator"]),
    default="caller",
    help="What the user may do besides dialling. Default: caller.",
)
@click.option("--rings-abroad", is_flag=True, help="The user may ring numbers abroad.")
@click.option("--rings-premium", is_flag=True, help="The user may ring premium-rate numbers.")
@click.option("--rings-in-quiet-hours", is_flag=True, help="The user may ring at any time.")
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
    mail: str,
    administrator: bool,
    role: str,
    rings_abroad: bool,
    rings_premium: bool,
    rings_in_quiet_hours: bool,
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
            email=mail,
            role=Role.ADMINISTRATOR if administrator else role,
            may_ring_abroad=rings_abroad,
            may_ring_premium=rings_premium,
            may_ring_in_quiet_hours=rings_in_quiet_hours,
        ),
        password=password,
    )
    click.echo(f"Added {row.name}, who signs in as {row.login}.")
    if not password:
        click.echo(f"No password is set; set one with: webdial user password {row.login}")


_ON_OR_OFF = click.Choice(["on", "off"])


@user.command("rights")
@click.argument("login")
@click.option("--abroad", type=_ON_OR_OFF, help="Whether the user may ring numbers abroad.")
@click.option("--premium", type=_ON_OR_OFF, help="Whether the user may ring premium-rate numbers.")
@click.option("--quiet-hours", type=_ON_OR_OFF, help="Whether the user may ring in quiet hours.")
@tells_errors
def rights(login: str, abroad: str | None, premium: str | None, quiet_hours: str | None) -> None:
    """Show what the user LOGIN may ring, after changing it as the options say."""
    open_database()
    from webdial.site.domain.ring_rights import RING_RIGHTS  # noqa: PLC0415
    from webdial.site.domain.users import set_ring_rights, user_by_login  # noqa: PLC0415

    row = user_by_login(login)
    given = zip(RING_RIGHTS, (abroad, premium, quiet_hours), strict=True)
    changes = {name: value == "on" for name, value in given if value is not None}
    if changes:
        set_ring_rights(row, changes)
    for name, word in _RIGHT_WORDS.items():
        click.echo(f"{word}\t{'on' if getattr(row, name) else 'off'}")


_RIGHT_WORDS = {
    "may_ring_abroad": "abroad",
    "may_ring_premium": "premium",
    "may_ring_in_quiet_hours": "quiet-hours",
}


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


@user.command("link")
@click.argument("login")
@click.option("--address", default="", help="Address by which people reach the site.")
@tells_errors
def link(login: str, address: str) -> None:
    """Print a link by which the user LOGIN sets a password: it works once, and for 24 hours."""
    open_database()
    from webdial.site.domain.users import user_by_login  # noqa: PLC0415

    click.echo(_link(user_by_login(login), address))


@user.command("unlock")
@click.argument("login")
@click.option("--password", "asks_password", is_flag=True, help="Ask for a new password.")
@click.option("--password-stdin", is_flag=True, help="Read a new password from standard input.")
@click.option("--link", "prints_link", is_flag=True, help="Print a link that sets a password.")
@click.option("--address", default="", help="Address by which people reach the site.")
@click.option(
    "--remove-second-factor", is_flag=True, help="Take app, passkeys and recovery codes away."
)
@tells_errors
def unlock(
    *,
    login: str,
    asks_password: bool,
    password_stdin: bool,
    prints_link: bool,
    address: str,
    remove_second_factor: bool,
) -> None:
    """Let the user LOGIN in again: at once after failed attempts, and as the options say.

    For when the provider is down, a second factor is lost, or nobody else may administer.
    """
    new = _password(asks=asks_password, stdin=password_stdin)
    open_database()
    from webdial.site.domain.lock_outs import lift_lock_out  # noqa: PLC0415
    from webdial.site.domain.second_factors import remove_second_factors  # noqa: PLC0415
    from webdial.site.domain.users import set_password, user_by_login  # noqa: PLC0415

    row = user_by_login(login)
    if asks_password or password_stdin:
        set_password(row, new)
        click.echo(f"The password of {row.name} is set.")
    if remove_second_factor:
        removed = remove_second_factors(row)
        click.echo("The second factor was removed." if removed else "There is no second factor.")
    lift_lock_out(row)
    click.echo(f"{row.name} may try to sign in at once.")
    if not row.is_active:
        click.echo("This user is deactivated, though: an administrator can change that.")
    if prints_link:
        click.echo(_link(row, address))


@user.command("list")
@tells_errors
def list_all() -> None:
    """List users: sign-in name, StaffID, name, branch, extension, role, what they may ring."""
    open_database()
    from webdial.site.domain.users import list_users  # noqa: PLC0415

    for row in list_users():
        branch = row.branch.agency_id if row.branch else ""
        state = row.role if row.is_active else "deactivated"
        may = ", ".join(word for name, word in _RIGHT_WORDS.items() if getattr(row, name))
        click.echo(
            f"{row.login}\t{row.staff_id}\t{row.name}\t{branch}\t{row.extension}\t{state}\t{may}"
        )


def _link(user: "User", address: str) -> str:
    from django.conf import settings  # noqa: PLC0415

    from webdial.site.domain.password_links import made_link_path  # noqa: PLC0415

    base = address or settings.SITE_ADDRESS or "http://127.0.0.1:8000"
    return base.rstrip("/") + made_link_path(user)


def _password(*, asks: bool, stdin: bool) -> str:
    if stdin:
        return read_line()
    if asks:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return ""
