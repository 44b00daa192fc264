"""`webdial preview`: what a dial string would make of a number. Needs no database, sends nothing."""

from typing import Any

import click
import orjson

from webdial.cli.errors import EXIT_FAULT, explain
from webdial.dialstring import HttpRequest, Plan, Values
from webdial.errors import InvalidValueError, SourceError, WebdialError
from webdial.exchange.mechanism import read_mechanism
from webdial.numbers import clean_number


@click.command()
@click.argument("number")
@click.option("--setting", required=True, metavar="DIALSTRING", help="The dial string to try.")
@click.option("--extension", default="", metavar="EXT", help="The caller's extension, put for ^.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(number: str, setting: str, extension: str, as_json: bool) -> None:
    """Show the request or link that DIALSTRING makes of NUMBER, and send nothing.

    A fault of the dial string or the number is shown with its place; the exit status is then 2.
    """
    try:
        plan = _planned(number, setting, extension)
    except WebdialError as error:
        _print_error(error, as_json=as_json)
        raise SystemExit(EXIT_FAULT) from error
    if as_json:
        click.echo(orjson.dumps(plan_content(plan), option=orjson.OPT_INDENT_2))
    else:
        click.echo(plan_text(plan))


def _planned(number: str, setting: str, extension: str) -> Plan:
    mechanism = read_mechanism(setting)
    if mechanism.fault is not None:
        raise mechanism.fault
    if mechanism.string is None:
        raise InvalidValueError(
            "FUNCTION is no dial string: the database function makes one.",
            hint="Try the function with: webdial function try NUMBER --user STAFFID",
        )
    values = Values(clean_number(number).dialled, extension.strip() or None)
    return mechanism.string.plan(values)


def plan_content(plan: Plan) -> dict[str, Any]:
    """A plan as JSON content, secrets masked."""
    if not isinstance(plan, HttpRequest):
        return {"kind": "link", "url": plan.url}
    shown = plan.masked()
    return {
        "kind": "http",
        "method": shown.method,
        "url": shown.url,
        "headers": dict(shown.headers),
        "body": shown.body,
    }


def plan_text(plan: Plan) -> str:
    """A plan as it would go over the wire, secrets masked."""
    if not isinstance(plan, HttpRequest):
        return f"Link for the user's own machine:\n  {plan.url}"
    shown = plan.masked()
    lines = [f"{shown.method} {shown.url}", *(f"{name}: {value}" for name, value in shown.headers)]
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
