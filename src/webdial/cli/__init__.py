"""The `webdial` command. Each command loads what it needs when it runs, so that all start fast."""

import click

import webdial
from webdial.cli.branches import branch
from webdial.cli.calls import calls
from webdial.cli.check import check
from webdial.cli.configuration import config
from webdial.cli.credentials import credential
from webdial.cli.demo import demo
from webdial.cli.dial import dial
from webdial.cli.functions import function
from webdial.cli.numbers import number
from webdial.cli.personal_data import personal_data
from webdial.cli.preview import preview
from webdial.cli.serve import serve
from webdial.cli.settings import setting
from webdial.cli.systems import system
from webdial.cli.tokens import token
from webdial.cli.transfer import export_group, import_group
from webdial.cli.users import user


class Commands(click.Group):
    """The group of all commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse bytes that are no UTF-8: nothing can be done with them that keeps them."""
        if any("\ud800" <= character <= "\udfff" for each in args for character in each):
            raise click.UsageError("An argument is no text in UTF-8.", ctx)
        return super().parse_args(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(webdial.__version__, prog_name="webdial")
def main() -> None:
    """Click-to-dial for a whole business, through any phone system."""


for command in (
    serve,
    demo,
    dial,
    preview,
    user,
    token,
    branch,
    setting,
    number,
    function,
    system,
    credential,
    export_group,
    import_group,
    config,
    check,
    calls,
    personal_data,
):
    main.add_command(command)
