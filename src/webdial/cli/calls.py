"""`webdial calls`: the call log, looked at, exported, shortened."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.errors import InvalidValueError

if TYPE_CHECKING:
    from webdial.site.domain.call_filters import CallFilter
    from webdial.site.models import Call

_OPTIONS: Final = (
    ("--user", "Calls of this user: StaffID, sign-in name, or enough of the name."),
    ("--branch", "Calls of this branch: AgencyID, or enough of the name."),
    ("--number", "Calls to numbers with these digits in them."),
    ("--outcome", "An outcome, or went_through, went_wrong, may_have_rung, not_dialled."),
    ("--system", "Calls through the phone system of this name."),
    ("--channel", "By which door they came: page, api, cli or computer."),
    ("--period", "today, yesterday, 7d, 30d, 90d or 365d."),
    ("--from", "The first day (UTC), such as 2026-11-25."),
    ("--to", "The last day (UTC)."),
)


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which calls; the command gets what was typed as `typed`."""

    def wrapped(**given: Any) -> None:
        names = [option.removeprefix("--") for option, _ in _OPTIONS]
        typed = {name: given.pop(f"wanted_{name}") or "" for name in names}
        command(typed=typed, **given)

    wrapped.__doc__ = command.__doc__
    for option, told in reversed(_OPTIONS):
        wrapped = click.option(option, f"wanted_{option.removeprefix('--')}", help=told)(wrapped)
    wrapped.__click_params__ += getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return wrapped


@click.group()
def calls() -> None:
    """The call log."""


@calls.command("list")
@filtered
@click.option("--most", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each call.")
@tells_errors
def list_calls(*, typed: dict[str, str], most: int, as_json: bool) -> None:
    """List calls, newest first: time, StaffID, number, outcome, phone system."""
    wanted = _opened(typed)
    import orjson  # noqa: PLC0415

    from webdial.site.domain.call_pages import page_of_calls  # noqa: PLC0415
    from webdial.site.domain.call_records import record_of  # noqa: PLC0415
    from webdial.site.domain.calls import EVERYTHING  # noqa: PLC0415

    before, left = None, most
    while left:
        page = page_of_calls(EVERYTHING, wanted, before=before, size=min(left, 500))
        for row in page.rows:
            click.echo(orjson.dumps(record_of(row)).decode() if as_json else _line(row))
        left -= len(page.rows)
        if not page.has_older:
            return
        before = page.rows[-1].pk


@calls.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@filtered
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")
@tells_errors
def export(*, file: Path, typed: dict[str, str], as_json: bool) -> None:
    """Write calls to FILE, newest first: Excel when it ends in .xlsx, else CSV."""
    wanted = _opened(typed)
    from webdial.site.domain.call_pages import calls_in_batches  # noqa: PLC0415
    from webdial.site.domain.call_records import (  # noqa: PLC0415
        csv_parts,
        json_lines,
        write_excel,
    )
    from webdial.site.domain.calls import EVERYTHING  # noqa: PLC0415

    batches = calls_in_batches(EVERYTHING, wanted)
    if file.suffix.lower() == ".xlsx" and not as_json:
        write_excel(batches, file)
    else:
        with file.open("wb") as out:
            out.writelines(json_lines(batches) if as_json else csv_parts(batches))
    click.echo(f"Written: {file}")


@calls.command("prune")
@click.option("--dry-run", is_flag=True, help="Only tell how many calls would be removed.")
@tells_errors
def prune(*, dry_run: bool) -> None:
    """Remove calls that are older than the general setting Keep Calls For.

    A running server does so by itself, every hour.
    """
    open_database()
    from django.utils import timezone  # noqa: PLC0415

    from webdial.site.domain.call_retention import old_calls, remove_old_calls  # noqa: PLC0415

    now = timezone.now()
    removal = old_calls(now) if dry_run else remove_old_calls(now, actor="the command line")
    if removal.placed_before is None:
        click.echo("Calls are kept for ever: Keep Calls For is empty.")
        return
    done = "would be removed" if dry_run else "removed"
    noun = "call" if removal.count == 1 else "calls"
    click.echo(
        f"{removal.count:,} {noun} from before {removal.placed_before:%Y-%m-%d %H:%M} {done}."
    )


def _opened(typed: dict[str, str]) -> "CallFilter":
    open_database()
    from webdial.site.domain.call_filters import read_filter  # noqa: PLC0415

    try:
        return read_filter(typed)
    except InvalidValueError as error:
        raise InvalidValueError(
            f"--{error.field}: {error.message}", field=error.field, hint=error.hint
        ) from error


def _line(row: "Call") -> str:
    who = row.user.staff_id if row.user else ""
    number = row.typed.strip() or "erased"
    moment = row.placed_at.strftime("%Y-%m-%d %H:%M:%S")
    return f"{moment}\t{who}\t{number}\t{row.outcome}\t{row.phone_system}".rstrip()
