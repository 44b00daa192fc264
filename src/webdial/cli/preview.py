"""`webdial preview`: what a dial string would make of a number. Needs no database, sends nothing."""

from typing import Any

import click
import orjson

from webdial.cli.errors import EXIT_FAULT, explain
from webdial.dialstring import Declared, HttpRequest, Plan, Values, parse_dial_string
from webdial.errors import InvalidValueError, SourceError, WebdialError
from webdial.exchange.mechanism import STANDARD_DIALLING, read_mechanism
from webdial.numbers import clean_number


@click.command()
@click.argument("number")
@click.option("--setting", required=True, metavar="DIALSTRING", help="The dial string to try.")
@click.option("--extension", default="", metavar="EXT", help="The caller's extension, put for ^.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A value for {NAME}.")
@click.option(
    "--secret", "secrets", multiple=True, metavar="NAME=VALUE", help="A value for {NAME}, masked."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(
    number: str,
    setting: str,
    extension: str,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show the request or link that DIALSTRING makes of NUMBER, and send nothing.

    A fault of the dial string or the number is shown with its place; the exit status is then 2.
    """
    try:
        plan = _planned(number, setting, extension, named_values(fields), named_values(secrets))
    except WebdialError as error:
        _print_error(error, as_json=as_json)
        raise SystemExit(EXIT_FAULT) from error
    if as_json:
        click.echo(orjson.dumps(plan_content(plan), option=orjson.OPT_INDENT_2))
    else:
        click.echo(plan_text(plan))


def _planned(
    number: str, setting: str, extension: str, fields: dict[str, str], secrets: dict[str, str]
) -> Plan:
    mechanism = read_mechanism(setting)
    if mechanism.is_function:
        raise InvalidValueError(
            "FUNCTION is no dial string: the database function makes one.",
            hint="Try the function with: webdial function try NUMBER --user STAFFID",
        )
    declared = {name: Declared(name) for name in fields}
    declared |= {name: Declared(name, is_secret=True) for name in secrets}
    string = parse_dial_string(setting.strip() or STANDARD_DIALLING, names=declared)
    values = Values(clean_number(number).dialled, extension.strip() or None, {**fields, **secrets})
    return string.plan(values)


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
    shown = plan.masked()
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
    shown = plan.masked()
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


def _print_error(error: WebdialError, *, as_json: bool) -> None:
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
