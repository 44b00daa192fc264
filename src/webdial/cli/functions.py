"""`webdial function`: the database function that makes the dial string."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import explain, tells_errors
from webdial.cli.preview import plan_text
from webdial.cli.standard_input import read_all
from webdial.errors import InvalidValueError

if TYPE_CHECKING:
    from webdial.site.domain.functions import FunctionTrial


@click.group()
def function() -> None:
    """The database function Generate Web Dial URL."""


@function.command("show")
@tells_errors
def show() -> None:
    """Print the source of the function in force."""
    open_database()
    from webdial.site.domain.functions import source_in_force  # noqa: PLC0415

    click.echo(source_in_force())


@function.command("set")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--note", default="", help="What has changed, for the list of versions.")
@tells_errors
def set_source(file: Path, note: str) -> None:
    """Put the source in FILE in force. A faulty one is refused and the old one stays."""
    source = _text_of(file)
    open_database()
    from webdial.site.domain.functions import save_function  # noqa: PLC0415

    version = save_function(source, author=None, note=note)
    click.echo(
        f"Version {version.pk} is in force." if version else "That source is in force already."
    )


@function.command("try")
@click.argument("number")
@click.option("--user", "staff_id", required=True, help="StaffID of the user who would call.")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Try this source instead of the one in force.",
)  # fmt: skip
@tells_errors
def try_source(number: str, staff_id: str, file: Path | None) -> None:
    """Call the function for NUMBER and show what it returns and would send; nothing is sent."""
    open_database()
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.domain.configuration import load_configuration  # noqa: PLC0415
    from webdial.site.domain.functions import source_in_force, try_function  # noqa: PLC0415
    from webdial.site.domain.users import user_by_staff_id  # noqa: PLC0415
    from webdial.site.function_runner import DatabaseFunction  # noqa: PLC0415

    runner = DatabaseFunction(settings.DATABASE)
    try:
        trial = try_function(
            _text_of(file) if file else source_in_force(),
            number,
            user_id=user_by_staff_id(staff_id).pk,
            function=runner,
            configuration=load_configuration(),
        )
    finally:
        runner.close()
    click.echo(_trial_text(trial))
    if trial.plan_error is not None:
        raise SystemExit(1)


@function.command("conform")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@tells_errors
def conform(file: Path) -> None:
    """Run the cases in FILE: a line for each that fails, then how many passed and failed."""
    from webdial.watcom.conformance import run_cases  # noqa: PLC0415

    passed = failed = 0
    for outcome in run_cases(_text_of(file)):
        if outcome.passed:
            passed += 1
        else:
            failed += 1
            click.echo(f"{outcome.case.name}: {outcome.failure}")
    click.echo(f"{passed} passed, {failed} failed")
    if failed:
        raise SystemExit(1)


def _text_of(file: Path) -> str:
    if str(file) == "-":
        return read_all()
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"{file} is no text in UTF-8.", field="file") from error


def _trial_text(trial: "FunctionTrial") -> str:
    result = trial.result
    lines = [f"Returned: {'NULL' if result.value is None else result.value}", ""]
    lines += [
        f"  {name} = {'NULL' if value is None else value}"
        for name, value in result.variables.items()
    ]
    used = f"{result.statements} statements, {result.queries} queries, {result.rows_read} rows read"
    lines += ["", f"{used}, {result.elapsed_s * 1000:.2f} ms", ""]
    if trial.plan is not None:
        lines.append(plan_text(trial.plan))
    elif trial.plan_error is not None:
        lines.append(explain(trial.plan_error))
    return "\n".join(lines)
