"""`webdial number`: what the settings make of a number, step by step. Nothing is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import click
import orjson

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.errors import InvalidValueError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import (
    MECHANISM,
    SettingDefinition,
    definition_of,
    is_function,
    key_of,
)
from webdial.exchange.mechanism import mechanism_of
from webdial.exchange.numbering import NUMBER_SETTINGS, path_in_force
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.numbers import NumberPath, NumberStep, clean_number

TRIED = "tried here"


@click.group()
def number() -> None:
    """Numbers: what the settings make of them."""


@number.command("explain")
@click.argument("typed", metavar="NUMBER")
@click.option("--user", "staff_id", help="StaffID of the user who would dial.")
@click.option("--branch", "agency_id", help="AgencyID of a branch; without both all branches.")
@click.option(
    "--setting", "tried", multiple=True, metavar="NAME=VALUE",
    help="A general setting to try, in place of the one in force.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@tells_errors
def explain_number(
    *,
    typed: str,
    staff_id: str | None,
    agency_id: str | None,
    tried: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what would be dialled of NUMBER, step by step: each rule, and where its setting stands."""
    settings = tried_settings(tried, (*NUMBER_SETTINGS, MECHANISM))
    open_database()
    from webdial.site.domain.configuration import load_configuration  # noqa: PLC0415

    configuration = load_configuration()
    caller = _caller(configuration, staff_id, agency_id)
    path = _path(typed, caller, with_tried(configuration, caller.branch_id, settings))
    steps = tell_tried(path.steps, settings)
    if as_json:
        content = number_content(typed, path, steps)
        click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    else:
        click.echo(f"{steps_text(steps)}\n\nDialled: {path.dialled}")


def _caller(configuration: Configuration, staff_id: str | None, agency_id: str | None) -> Caller:
    from webdial.site.domain.branches import branch_by_agency_id  # noqa: PLC0415
    from webdial.site.domain.users import user_by_staff_id  # noqa: PLC0415

    if staff_id is not None:
        return configuration.caller(user_by_staff_id(staff_id).pk)
    branch = branch_by_agency_id(agency_id) if agency_id else None
    return Caller(0, "", "", "", None, branch.pk if branch else None, branch.name if branch else "")


def _path(typed: str, caller: Caller, configuration: Configuration) -> NumberPath:
    """To the phone system or dial string in force; a database function is given the plain number."""
    cleaned = clean_number(typed)
    value = configuration.effective(MECHANISM, caller.branch_id).value
    if is_function(value):
        return path_in_force(configuration, caller.branch_id, cleaned)
    resolver = Resolver(configuration, caller, cleaned, show_nothing)
    string, setup = mechanism_of(value, configuration.setups)
    if setup is not None:
        return resolver.path_to_system(setup)
    assert string is not None
    return resolver.path_to_string(string)


def tried_settings(
    options: Iterable[str], among: Sequence[SettingDefinition]
) -> dict[SettingDefinition, str]:
    """`NAME=VALUE` as settings and values. Raises WebdialError for a name or value that is none."""
    found: dict[SettingDefinition, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        definition = definition_of(name)
        if not equals or definition is None or definition not in among:
            names = ", ".join(each.name for each in among)
            raise InvalidValueError(
                f"“{option}” is not of the form NAME=VALUE.", hint=f"A name is one of: {names}."
            )
        definition.check(value)
        found[definition] = value.strip()
    return found


def with_tried(
    configuration: Configuration, branch_id: int | None, tried: dict[SettingDefinition, str]
) -> Configuration:
    """The picture as if these values were set where they count most."""
    values = {(key_of(each.name), branch_id): value for each, value in tried.items()}
    return replace(configuration, values={**configuration.values, **values})


def tell_tried(
    steps: Iterable[NumberStep], tried: dict[SettingDefinition, str]
) -> tuple[NumberStep, ...]:
    names = {each.name for each in tried}
    return tuple(replace(each, where=TRIED) if each.setting in names else each for each in steps)


def steps_text(steps: Sequence[NumberStep]) -> str:
    """A line for each step: the number after it, what the step is, which setting made it."""
    rows = [(steps[0].before, "As typed")] if steps else []
    rows += [(step.after, _told(step)) for step in steps]
    width = max((len(text) for text, _ in rows), default=0)
    return "\n".join(f"{text:<{width}}  {told}" for text, told in rows)


def _told(step: NumberStep) -> str:
    why = f": {step.why[:1].lower()}{step.why[1:]}" if step.why else ""
    setting = f" ({step.setting}: {step.where})" if step.setting else ""
    return f"{step.kind.value}{why}{setting}"


def number_content(typed: str, path: NumberPath, steps: Sequence[NumberStep]) -> dict[str, Any]:
    """The path as JSON content."""
    return {
        "typed": typed,
        "number": path.number,
        "dialled": path.dialled,
        "steps": [
            {
                "step": step.kind.name.lower(),
                "before": step.before,
                "after": step.after,
                "why": step.why,
                "setting": step.setting,
                "where": step.where,
            }
            for step in steps
        ],
    }
