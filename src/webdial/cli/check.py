"""`webdial check`: looks at everything that can be wrong in how Webdial is set up."""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from webdial.cli.errors import EXIT_STOPPED, tells_errors
from webdial.environment import Environment
from webdial.errors import WebdialError

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


@click.command()
@click.option("--strict", is_flag=True, help="Warnings fail as errors do.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list of all that was found.")
@tells_errors
def check(*, strict: bool, as_json: bool) -> None:
    """Look for what is wrong in how Webdial is set up: variables, database, settings, users.

    Nothing is changed and nothing is sent. The exit status is 1 when there is an error.
    """
    found = list(_findings())
    if as_json:
        click.echo(json.dumps([_content(each) for each in found], indent=2, ensure_ascii=False))
    else:
        _print(found)
    if any(each.is_serious() or strict for each in found):
        raise SystemExit(EXIT_STOPPED)


def _findings() -> "Iterator[CheckMessage]":
    from webdial.site.domain.checks import environment as before  # noqa: PLC0415
    from webdial.site.domain.checks import known  # noqa: PLC0415

    environment = Environment.of(os.environ)
    found = before.check_environment(environment)
    yield from found
    is_there = (folder := before.data_folder(environment)) is not None and folder.is_dir()
    if not is_there or any(each.is_serious() for each in found):
        return
    from webdial.runtime import set_up_django  # noqa: PLC0415

    try:
        set_up_django()
    except WebdialError as error:
        yield known.SETTINGS_UNUSABLE.found(error.message, hint=error.hint)
        return
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.domain.checks.running import check_installation  # noqa: PLC0415

    yield from check_installation(environment, settings.DATABASE)


def _content(found: "CheckMessage") -> dict[str, str]:
    level = "error" if found.is_serious() else "warning"
    return {"id": str(found.id), "level": level, "message": found.msg, "hint": found.hint or ""}


def _print(found: "list[CheckMessage]") -> None:
    for each in found:
        level = "error" if each.is_serious() else "warning"
        click.secho(f"{level} {each.id}", bold=True, nl=False)
        click.echo(f"  {each.msg}\n  {each.hint}")
    errors = sum(each.is_serious() for each in found)
    warnings = len(found) - errors
    if found:
        click.echo()
    click.echo(f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}.")


def _counted(count: int, word: str) -> str:
    return f"{count or 'No'} {word}{'' if count == 1 else 's'}"
