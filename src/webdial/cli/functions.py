"""`webdial function`: the database function that makes the dial string."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import explain, tells_errors
from webdial.cli.preview import plan_text
from webdial.cli.standard_input import read_all
from webdial.errors import InvalidValueError, SourceError, WebdialError

if TYPE_CHECKING:
    from webdial.site.domain.functions import FunctionTrial
    from webdial.watcom import CallResult, Value


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
            # A line a failure, whatever line breaks a name or a message holds.
            click.echo(" ".join(f"{outcome.case.name}: {outcome.failure}".split()))
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


def _refusal_text(error: WebdialError) -> str:
    """Why there is nothing to send; where the result has faults, each at its place."""
    fault = error.__cause__
    if not isinstance(fault, SourceError):
        return explain(error)
    return f"What the database function returned is no dial string.\n{explain(fault)}"


def _shown(value: "Value") -> str:
    """A value for a terminal, which what cannot be seen could command."""
    if value is None:
        return "NULL"
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(value)
    )


def _used(result: "CallResult") -> str:
    counts = (
        _counted(result.statements, "statement", "statements"),
        _counted(result.queries, "query", "queries"),
        _counted(result.rows_read, "row read", "rows read"),
    )
    return f"{', '.join(counts)}, {result.elapsed_s * 1000:.2f} ms"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _trial_text(trial: "FunctionTrial") -> str:
    result = trial.result
    lines = [f"Returned: {_shown(result.value)}", ""]
    lines += [f"  {name} = {_shown(value)}" for name, value in result.variables.items()]
    lines += ["", _used(result), ""]
    if trial.plan is not None:
        lines.append(plan_text(trial.plan))
    elif trial.plan_error is not None:
        lines.append(_refusal_text(trial.plan_error))
    return "\n".join(lines)
