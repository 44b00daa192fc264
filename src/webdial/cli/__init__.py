"""The `webdial` command. Each command is imported when it is asked for, so that all start fast."""

from importlib import import_module
from typing import Final

import click

import webdial

COMMANDS: Final = {
    "serve": "serve:serve",
    "demo": "demo:demo",
    "dial": "dial:dial",
    "desktop": "desktop:desktop",
    "preview": "preview:preview",
    "user": "users:user",
    "token": "tokens:token",
    "branch": "branches:branch",
    "setting": "settings:setting",
    "number": "numbers:number",
    "function": "functions:function",
    "system": "systems:system",
    "tapi": "tapi:tapi",
    "credential": "credentials:credential",
    "export": "transfer:export_group",
    "import": "transfer:import_group",
    "config": "configuration:config",
    "check": "check:check",
    "database": "databases:database",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "calls": "calls:calls",
    "personal-data": "personal_data:personal_data",
    "audit": "audit:audit",
}
"""Where each command stands, by its name: module and object."""


class Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(f"webdial.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse bytes that are no UTF-8: nothing can be done with them that keeps them."""
        if any("\ud800" <= character <= "\udfff" for each in args for character in each):
            raise click.UsageError("An argument is no text in UTF-8.", ctx)
        return super().parse_args(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(webdial.__version__, prog_name="webdial")
def main() -> None:
    """Click-to-dial for a whole business, through any phone system."""
