"""`webdial system`: the phone systems that are known, and trying the file of one: without a database."""

from typing import Any

import click
import orjson

from webdial.cli.errors import tells_errors
from webdial.cli.set_ups import remove, set_up, set_ups
from webdial.cli.system_files import read_text_of, system_of
from webdial.cli.system_text import (
    checked_content,
    checked_text,
    system_content,
    system_row,
    system_text,
)
from webdial.cli.system_trial import try_system
from webdial.errors import NotFoundError
from webdial.phonesystems import PhoneSystem, catalogue


@click.group()
def system() -> None:
    """Phone systems: those that are known, and the files that describe them."""


@system.command("list")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@tells_errors
def list_all(words: tuple[str, ...], as_json: bool) -> None:
    """List the phone systems of the catalogue: id, title, kind, where its facts come from, where
    its requests start.

    With WORDS, those that have all of them in id, title, vendor or description.
    """
    found = [each for each in catalogue().values() if _has(each, words)]
    if not found:
        raise NotFoundError(
            f"No phone system of the catalogue has all of: {' '.join(words)}",
            hint="Fewer words find more. The file of another one can be written by yourself.",
        )
    if as_json:
        _print_json([system_row(each) for each in found])
        return
    for each in found:
        row = (each.id, each.title, each.kind.value, each.confidence.value, each.sent_from.value)
        click.echo("\t".join(row))


@system.command("show")
@click.argument("name")
@click.option("--source", "as_source", is_flag=True, help="Print the file itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@tells_errors
def show(name: str, as_source: bool, as_json: bool) -> None:
    """Show what NAME wants and does; NAME is an id of the catalogue or a file."""
    found, source = system_of(name)
    if as_source:
        click.echo(source, nl=not source.endswith("\n"))
    elif as_json:
        _print_json(system_content(found))
    else:
        click.echo(system_text(found))


@system.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@tells_errors
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Tell every fault of each FILE with its place, and what will surprise; - is standard input.

    The exit status is 1 when a file has a fault.
    """
    contents = []
    for file in files:
        text = read_text_of(file)
        content = checked_content(file, text)
        contents.append(content)
        if not as_json:
            click.echo(checked_text(content, text))
    if as_json:
        _print_json(contents)
    if any(content["faults"] for content in contents):
        raise SystemExit(1)


for command in (try_system, set_up, set_ups, remove):
    system.add_command(command)


def _has(system: PhoneSystem, words: tuple[str, ...]) -> bool:
    text = f"{system.id} {system.title} {system.vendor} {system.about}".casefold()
    return all(word.casefold() in text for each in words for word in each.split())


def _print_json(content: Any) -> None:
    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2))
