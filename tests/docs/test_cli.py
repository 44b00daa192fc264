"""docs/reference/cli.md describes every command and option, and no other."""

import itertools
import json
import shlex

import click
import pytest
from click.testing import CliRunner

from tests.docs.command_line import commands
from tests.docs.manual import Page, page, unquoted
from webdial.cli import main
from webdial.phonesystems.remarks import REMARKS

PAGE = page("docs/reference/cli.md")
COMMANDS = dict(commands())


def options_of(section: Page) -> dict[str, str]:
    """Meaning by option."""
    return {
        unquoted(row[0]): row[1]
        for rows in section.tables
        if rows[0] == ["option", "meaning"]
        for row in rows[1:]
    }


def options_of_command(context: click.Context) -> dict[str, click.Option]:
    parameters = context.command.params
    return {max(each.opts, key=len): each for each in parameters if isinstance(each, click.Option)}


def examples() -> list[tuple[str, str]]:
    """A command that prints JSON, and the JSON that stands below it."""
    fences = PAGE.fences
    return [
        (command.text.strip(), shown.text)
        for command, shown in itertools.pairwise(fences)
        if (command.info, shown.info) == ("sh", "json")
    ]


def test_every_command_has_a_section_and_no_other_has() -> None:
    assert set(PAGE.sections(2)) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_usage_is_that_of_the_command(name: str) -> None:
    context = COMMANDS[name]
    usage = " ".join(context.command.get_usage(context).split()).removeprefix("Usage: ")
    assert PAGE.sections(2)[name].fences[0].text.strip() == usage


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_those_of_the_command(name: str) -> None:
    described = options_of(PAGE.sections(2)[name])
    options = options_of_command(COMMANDS[name])
    assert set(described) == set(options)
    for option, parameter in options.items():
        assert parameter.required == ("Required." in described[option])
        if isinstance(parameter.default, int | str) and parameter.default and not parameter.is_flag:
            assert f"Default: `{parameter.default}`" in described[option]


@pytest.mark.parametrize(("command", "shown"), examples())
def test_json_is_what_is_printed(command: str, shown: str) -> None:
    printed = CliRunner().invoke(main, shlex.split(command)[1:]).stdout
    assert json.loads(printed) == json.loads(shown)


def test_request_link_fault_and_steps_are_shown() -> None:
    assert len(examples()) == 4


def test_warnings_of_files_are_told() -> None:
    rows = PAGE.sections(2)["webdial system check"].table("warning", "when")
    assert [unquoted(row[0]) for row in rows] == list(REMARKS)
