"""`webdial config`: the whole configuration as one file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from webdial.cli.database import open_database
from webdial.cli.errors import EXIT_FAULT, tells_errors
from webdial.cli.plan_text import plan_lines
from webdial.cli.standard_input import read_line
from webdial.cli.system_files import read_text_of

if TYPE_CHECKING:
    from webdial.site.domain.transfer.whole.acts import ConfigurationPlan
    from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal

_HEAD: Final = """\
# The configuration of a Webdial, written by `webdial config export`.
# `webdial config import FILE --dry-run` tells what it would change elsewhere.

"""


@click.group("config")
def config() -> None:
    """The whole configuration as one file in TOML: to keep, to compare, to move to another database."""


@config.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--with-secrets",
    is_flag=True,
    help="Put secrets and passwords' hashes in, sealed under a passphrase that is asked for, or read "
    "from the first line of standard input.",
)
@click.option("--people", is_flag=True, help="Put the people and companies to ring in as well.")
@tells_errors
def export(file: Path, with_secrets: bool, people: bool) -> None:
    """Write branches, users, settings, phone systems and the database function to FILE.

    Without --with-secrets it holds no secret, and no password. Calls, API tokens and sign-ins at phone
    systems are never in it.
    """
    open_database()
    from webdial.site.domain.transfer.whole.export import export_document  # noqa: PLC0415
    from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal  # noqa: PLC0415
    from webdial.site.domain.transfer.whole.toml_text import toml_text  # noqa: PLC0415

    seal = PassphraseSeal.new(_passphrase(is_new=True)) if with_secrets else None
    document = export_document(seal_with=seal, people=people)
    file.write_text(_HEAD + toml_text(document), encoding="utf-8")
    secrets = "with its secrets, sealed" if with_secrets else "without secrets"
    click.echo(f"The configuration is written to {file}, {secrets}.")


@config.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Tell what would change, and keep nothing.")
@click.option("--without-secrets", is_flag=True, help="Pass the file's sealed secrets over.")
@tells_errors
def import_(file: Path, dry_run: bool, without_secrets: bool) -> None:
    """Read a configuration from FILE: all of it or nothing.

    What the file does not name is left alone, so that reading it twice changes nothing more. The
    passphrase of sealed secrets is asked for, or read from the first line of standard input. If
    anything is wrong nothing is kept, and the exit status is 2.
    """
    from webdial.site.domain.transfer.whole.document import read_document  # noqa: PLC0415

    document = read_document(read_text_of(str(file)))
    opened_with = None if without_secrets else _seal_of(document)
    open_database()
    from webdial.site.domain.acting import noting  # noqa: PLC0415
    from webdial.site.domain.transfer.whole.acts import import_document  # noqa: PLC0415

    with noting(f"import of {file.name}"):
        plan = import_document(document, opened_with=opened_with, is_dry_run=dry_run)
    _show(plan, is_kept=not dry_run and not plan.is_faulty)
    if plan.is_faulty:
        raise SystemExit(EXIT_FAULT)


def _seal_of(document: dict[str, Any]) -> "PassphraseSeal | None":
    if "sealed" not in document:
        return None
    from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal  # noqa: PLC0415

    sealed = document["sealed"]
    passphrase = _passphrase(is_new=False)
    return PassphraseSeal.of_file(passphrase, salt=sealed["salt"], proof=sealed["proof"])


def _passphrase(*, is_new: bool) -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new))
    return read_line()


def _show(plan: "ConfigurationPlan", *, is_kept: bool) -> None:
    for section in plan.sections:
        if section.plan.rows:
            click.echo(section.title)
            for line in plan_lines(section.plan, is_kept=True, place="Entry"):
                click.echo(f"  {line}")
    if not is_kept:
        click.echo("Nothing was kept.")
