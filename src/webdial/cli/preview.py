"""`webdial preview`: what a dial string, or a user's settings, would make of a number.

Sends nothing. For a dial string alone it needs no database.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import click
import orjson

from webdial.cli.errors import EXIT_FAULT, explain
from webdial.cli.numbers import (
    TRIED,
    number_content,
    steps_text,
    tell_tried,
    tried_settings,
    with_tried,
)
from webdial.dialstring import Declared, HttpRequest, Plan, Values, parse_dial_string
from webdial.errors import InvalidValueError, SourceError, WebdialError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import MECHANISM, SettingDefinition
from webdial.exchange.mechanism import STANDARD_DIALLING, read_mechanism
from webdial.exchange.named_hosts import check_plan_of
from webdial.exchange.numbering import NUMBER_SETTINGS
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.exchange.ringing import RingingTold
from webdial.numbers import NumberPath, clean_number


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent. `path` is that of the number, where settings for numbers were looked at."""

    plan: Plan
    path: NumberPath | None = None
    setting_source: str = ""
    caller: str = ""
    ringing: RingingTold | None = None


@click.command()
@click.argument("number")
@click.option("--setting", metavar="DIALSTRING", help="The dial string to try.")
@click.option("--user", "staff_id", metavar="STAFFID", help="A user, by whose settings to go.")
@click.option("--extension", default="", metavar="EXT", help="The caller's extension, put for ^.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A value for {NAME}.")
@click.option(
    "--secret", "secrets", multiple=True, metavar="NAME=VALUE", help="A value for {NAME}, masked."
)
@click.option(
    "--with", "tried", multiple=True, metavar="NAME=VALUE",
    help="A general setting for numbers, as if it were set.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(
    *,
    number: str,
    setting: str | None,
    staff_id: str | None,
    extension: str,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    tried: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show the request or link that DIALSTRING makes of NUMBER, and send nothing.

    With --user: the one that the user's own settings make of it, and which they are. A fault of the
    dial string or the number is shown with its place; the exit status is then 2.
    """
    if setting is None and staff_id is None:
        raise click.UsageError("Name a dial string with --setting, or a user with --user.")
    try:
        settings = tried_settings(tried, NUMBER_SETTINGS)
        if staff_id is not None:
            _refuse_beside_user(extension, fields, secrets)
            settings |= {} if setting is None else {MECHANISM: setting}
            shown = _for_user(number, staff_id, settings)
        else:
            named = named_values(fields), named_values(secrets)
            shown = _of_string(number, setting or "", extension, *named, settings)
    except WebdialError as error:
        print_error(error, as_json=as_json)
        raise SystemExit(EXIT_FAULT) from error
    click.echo(_json(number, shown) if as_json else _text(shown))


def _refuse_beside_user(extension: str, fields: tuple[str, ...], secrets: tuple[str, ...]) -> None:
    if extension or fields or secrets:
        raise InvalidValueError(
            "With --user, the extension and all values are the user's.",
            hint="Leave out --extension, --field and --secret.",
        )


def _for_user(number: str, staff_id: str, tried: dict[SettingDefinition, str]) -> Preview:
    """By the user's settings, as the exchange would place it; needs the database."""
    from webdial.cli.user_preview import prepared_for_user  # noqa: PLC0415

    prepared, ringing = prepared_for_user(number, staff_id, tried)
    path, caller = prepared.path, prepared.caller
    if path is not None:
        path = replace(path, steps=tell_tried(path.steps, tried))
    branch = f"branch {caller.branch_name}" if caller.branch_name else "no branch"
    extension = f"extension {caller.extension}" if caller.extension else "no extension"
    who = f"{caller.name}, StaffID {caller.staff_id}, {branch}, {extension}"
    source = TRIED if MECHANISM in tried else prepared.setting_source
    return Preview(prepared.plan, path, source, who, ringing)


def _of_string(
    number: str,
    setting: str,
    extension: str,
    fields: dict[str, str],
    secrets: dict[str, str],
    tried: dict[SettingDefinition, str],
) -> Preview:
    mechanism = read_mechanism(setting)
    if mechanism.is_function:
        raise InvalidValueError(
            "FUNCTION is no dial string: the database function makes one.",
            hint="Try the function with: webdial function try NUMBER --user STAFFID",
        )
    declared = {name: Declared(name) for name in fields}
    declared |= {name: Declared(name, is_secret=True) for name in secrets}
    string = parse_dial_string(setting.strip() or STANDARD_DIALLING, names=declared)
    given = {**fields, **secrets}
    cleaned = clean_number(number)
    if not tried:
        plan = string.plan(Values(cleaned.dialled, extension.strip() or None, given))
        check_plan_of(string, plan, Configuration(0, {}, {}, {}, {}), given)
        return Preview(plan)
    caller = Caller(0, "", "", "", extension.strip() or None, None, "")
    configuration = with_tried(Configuration(0, {}, {}, {}, {}), None, tried)
    resolver = Resolver(configuration, caller, cleaned, show_nothing)
    path = resolver.path_to_string(string)
    values = resolver.for_string(string, path)
    plan = string.plan(replace(values, more={**values.more, **given}))
    check_plan_of(string, plan, configuration, given)
    return Preview(plan, replace(path, steps=tell_tried(path.steps, tried)))


def _json(number: str, shown: Preview) -> bytes:
    content = plan_content(shown.plan)
    if shown.path is not None:
        content["number"] = number_content(number, shown.path, shown.path.steps)
    if shown.setting_source:
        content["setting_source"] = shown.setting_source
    if shown.ringing is not None:
        told = {name: value for name, value in asdict(shown.ringing).items() if value != ""}
        content["ringing"] = told
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def _text(shown: Preview) -> str:
    parts = [shown.caller] if shown.caller else []
    if shown.path is not None:
        parts.append(steps_text(shown.path.steps))
    if shown.setting_source:
        parts.append(f"{MECHANISM.name}: {shown.setting_source}")
    if shown.ringing is not None:
        parts.append(_ringing_text(shown.ringing))
    return "\n\n".join([*parts, plan_text(shown.plan)])


def _ringing_text(told: RingingTold) -> str:
    lines = [told.sentence if told.is_let_through else f"Blocked: {told.sentence}"]
    lines += [told.hint] if told.hint else []
    lines += [f"{told.setting}: {told.where}"] if told.setting else []
    return "\n".join([*lines, *told.limits])


def named_values(options: tuple[str, ...]) -> dict[str, str]:
    """`--field NAME=VALUE` as a dictionary. Raises InvalidValueError for another form."""
    named: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not name.strip():
            raise InvalidValueError(f"“{option}” is not of the form NAME=VALUE.")
        named[name.strip().lower()] = value
    return named


def plan_content(plan: Plan) -> dict[str, Any]:
    """A plan as JSON content, secrets masked."""
    return shown_content(plan.masked())


def shown_content(shown: Plan) -> dict[str, Any]:
    """The same of a plan that is masked already."""
    if not isinstance(shown, HttpRequest):
        return {"kind": "link", "url": shown.url}
    return {
        "kind": "http",
        "method": shown.method,
        "url": shown.url,
        "headers": dict(shown.headers),
        "body": shown.body,
    }


def plan_text(plan: Plan) -> str:
    """A plan as it would go over the wire, secrets masked."""
    return shown_text(plan.masked())


def shown_text(shown: Plan) -> str:
    """The same of a plan that is masked already."""
    if not isinstance(shown, HttpRequest):
        return f"Link for the user's own machine:\n  {shown.url}"
    lines = [f"{shown.method} {shown.url}", *(f"{name}: {value}" for name, value in shown.headers)]
    if shown.digest is not None:
        lines.append(
            f"Authorization: Digest, as the phone system's challenge asks, for {shown.digest.user}"
        )
    if shown.body is not None:
        lines += ["", shown.body]
    return "\n".join(lines)


def print_error(error: WebdialError, *, as_json: bool) -> None:
    """The error on standard error, or as JSON content on standard output."""
    if not as_json:
        click.echo(explain(error), err=True)
        return
    content: dict[str, Any] = {"code": error.error_code, "message": error.message}
    if error.hint:
        content["hint"] = error.hint
    if isinstance(error, SourceError):
        content |= {"start": error.first.start, "end": error.first.end}
        others = [
            {"code": fault.code, "message": fault.message, "start": fault.start, "end": fault.end}
            for fault in error.faults[1:]
        ]
        if others:
            content["others"] = others
    else:
        content |= {"start": 0, "end": 0}
    click.echo(orjson.dumps({"error": content}, option=orjson.OPT_INDENT_2))
