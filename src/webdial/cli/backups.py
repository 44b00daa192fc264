"""`webdial backup` and `webdial restore`: everything in one file, and back."""

import base64
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from webdial.cli.database import open_database
from webdial.cli.databases import TableLines
from webdial.cli.errors import tells_errors
from webdial.environment import Environment
from webdial.errors import InvalidValueError

if TYPE_CHECKING:
    from webdial.site.domain.backup.manifest import Manifest
    from webdial.site.domain.backup.restoring import OpenedBackup

_GIVEN_IN: Final = {
    "secret.key": "WEBDIAL_SECRET_KEY",
    "credential.key": "WEBDIAL_CREDENTIAL_KEYS",
}
"""The variable that may hold a key instead of its file."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--without-keys", is_flag=True,
    help="Leave the keys out. Keep them at another place: without them no secret in the backup can be read.",
)  # fmt: skip
@tells_errors
def backup(file: Path, *, without_keys: bool) -> None:
    """Write everything to FILE, a .tar.gz, while the server runs.

    It holds the database as it is at one moment, and the keys that are kept in the data folder.
    Only its owner can read it.
    """
    _refuse_where_nothing_is(Environment.of(os.environ))
    open_database()
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.domain.backup.making import make_backup  # noqa: PLC0415

    keys = {} if without_keys else _kept_keys(settings.ENVIRONMENT)
    manifest = make_backup(settings.DATABASE, file.absolute(), keys=keys)
    click.echo(f"{file}: {_told(manifest)}")
    given = [name for name in _GIVEN_IN.values() if settings.ENVIRONMENT.text(name)]
    if given:
        click.echo(f"Not in it, since you give it yourself: {', '.join(given)}.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--force", is_flag=True,
    help="Also where there is something already. Files are put aside; the rows of a PostgreSQL database are replaced.",
)  # fmt: skip
@tells_errors
def restore(file: Path, *, force: bool) -> None:
    """Bring back what `webdial backup` wrote, into an empty data folder and an empty database.

    The database is the one that WEBDIAL_DATABASE_URL names, whichever kind was backed up. FILE is
    looked through before anything is changed. No server may run meanwhile.
    """
    os.umask(0o077)
    environment = Environment.of(os.environ)
    from webdial.site.databases import SqliteDatabase, chosen_database  # noqa: PLC0415
    from webdial.site.domain.backup.restoring import (  # noqa: PLC0415
        opened_backup,
        restore_backup,
    )

    database = chosen_database(environment)
    on_its_disk = database.file.parent if isinstance(database, SqliteDatabase) else environment.data
    with opened_backup(file, beside=on_its_disk) as opened:
        _set_up_with_keys_of(opened)
        aside = restore_backup(
            opened, database, environment.data, is_forced=force, told=TableLines()
        )
    click.echo(f"Restored: {_told(opened.manifest)}")
    for each in aside:
        click.echo(f"Put aside: {each}")
    _tell_missing_keys(opened.manifest, environment)


def _refuse_where_nothing_is(environment: Environment) -> None:
    """A backup of a database that it has just made itself would be taken for one of the server's."""
    from webdial.site.databases import SqliteDatabase, chosen_database  # noqa: PLC0415

    database = chosen_database(environment)
    if isinstance(database, SqliteDatabase) and not database.file.exists():
        raise InvalidValueError(
            f"There is no database {database.file}, so there is nothing to back up.",
            field="file",
            hint="WEBDIAL_DATA names the server's data folder.",
        )


def _kept_keys(environment: Environment) -> dict[str, str]:
    """The keys that stand in the data folder and are in use."""
    files = {name: environment.data / name for name in _GIVEN_IN}
    return {
        name: file.read_text(encoding="ascii").strip()
        for name, file in files.items()
        if file.exists() and not environment.text(_GIVEN_IN[name])
    }


def _set_up_with_keys_of(backup: "OpenedBackup") -> None:
    """Django wants a key for itself; so that it makes no file for one, it is given the backup's."""
    from webdial.runtime import set_up_django  # noqa: PLC0415

    for name, variable in _GIVEN_IN.items():
        passing = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
        os.environ.setdefault(variable, backup.key(name) or passing)
    set_up_django()


def _told(manifest: "Manifest") -> str:
    rows, keys = (
        sum(manifest.counts.values()),
        [each for each in _GIVEN_IN if each in manifest.files],
    )
    with_keys = f"with {' and '.join(keys)}" if keys else "without keys"
    return f"{rows:,} rows in {len(manifest.counts)} tables, {with_keys}, as of {manifest.made_at}"


def _tell_missing_keys(manifest: "Manifest", environment: Environment) -> None:
    missing = [
        name
        for name, variable in _GIVEN_IN.items()
        if name not in manifest.files
        and not (environment.data / name).exists()
        and not environment.text(variable)
    ]
    if missing:
        click.echo(
            f"The backup has no {' and no '.join(missing)}. Put yours into {environment.data}."
        )
