"""The real command line, asked without running anything."""

from collections.abc import Iterator

import click

from webdial.cli import main


def commands() -> Iterator[tuple[str, click.Context]]:
    """Every command and group by its whole name, with a context that knows its place."""
    yield from _below("webdial", main, None)


def _below(
    name: str, command: click.Command, parent: click.Context | None
) -> Iterator[tuple[str, click.Context]]:
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
    yield name, context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from _below(f"{name} {each}", found, context)


def parse(arguments: list[str]) -> None:
    """Read the words after `webdial`; raises click.UsageError when they are no command of ours."""
    context = click.Context(main, info_name="webdial")
    words = list(arguments)
    while isinstance(context.command, click.Group):
        if not words:
            raise click.UsageError("A command is missing.", context)
        name = words.pop(0)
        command = context.command.get_command(context, name)
        if command is None:
            raise click.UsageError(f"There is no command {name}.", context)
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=name, parent=context)
        else:
            command.make_context(name, words, parent=context).close()
            return
