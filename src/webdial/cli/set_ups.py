"""`webdial system set-up|set-ups|remove`: the phone systems that settings can name."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors
from webdial.cli.system_files import read_text_of
from webdial.cli.trial_values import certificate_of, given_fields, given_secrets
from webdial.phonesystems import catalogue_ids

if TYPE_CHECKING:
    from webdial.site.domain.phone_systems import SetupDetails
    from webdial.site.models import PhoneSystemSetup


@click.command("set-up")
@click.argument("name")
@click.option("--file", help="An id of the catalogue, or a file of your own; - is standard input.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field's value for the site."
)
@click.option(
    "--secret", "secrets", multiple=True, metavar="NAME[=VALUE]",
    help="A secret of the site. Without a value it is asked for, or read from standard input.",
)  # fmt: skip
@click.option(
    "--secret-file", "files", multiple=True, metavar="NAME=PATH", help="A secret from a file."
)
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify certificates against the authorities in this PEM file.",
)  # fmt: skip
@click.option("--fingerprint", default="", help="Take this certificate alone, by its SHA-256.")
@click.option(
    "--starts-from", type=click.Choice(["file", "server", "computer"]),
    help="Where requests leave from: as the file says, this server, or the user's own computer.",
)  # fmt: skip
@click.option(
    "--calls",
    "most_in_flight",
    metavar="NUMBER",
    help="How many calls it may have in progress; empty: by the general setting.",
)
@click.option("--on/--off", "is_active", default=None, help="Switch it on or off.")
@tells_errors
def set_up(
    name: str,
    file: str | None,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    files: tuple[str, ...],
    ca_file: Path | None,
    fingerprint: str,
    starts_from: str | None,
    most_in_flight: str | None,
    is_active: bool | None,
) -> None:
    """Set up a phone system under NAME, or change the one that has this name.

    A general setting, and a database function, name it then. What is not given stays as it was.
    """
    given = {**given_fields(fields), **given_secrets(secrets, files)}
    certificate = certificate_of(ca_file, fingerprint)
    open_database()
    from django.db import transaction  # noqa: PLC0415

    from webdial.phonesystems import Owner  # noqa: PLC0415
    from webdial.site.domain.fields import row_named  # noqa: PLC0415
    from webdial.site.domain.phone_systems import (  # noqa: PLC0415
        SetupDetails,
        fill_in,
        list_setups,
        missing_of_site,
        save_setup,
        system_of,
    )

    row = row_named(name, list_setups())
    details = _details_of(row) if row else SetupDetails(name=name.strip())
    catalogue_id, source = _file_of(file, details)
    with transaction.atomic():
        row = save_setup(
            SetupDetails(
                name=details.name,
                catalogue_id=catalogue_id,
                source=source,
                certificate=certificate.mode.value if certificate.text else details.certificate,
                certificate_text=certificate.text or details.certificate_text,
                is_active=details.is_active if is_active is None else is_active,
                starts_from=_starts_from(starts_from, details),
                most_in_flight=(
                    details.most_in_flight if most_in_flight is None else most_in_flight
                ),
            ),
            setup=row,
        )
        fill_in(row, given, owners={Owner.SITE})
    system = system_of(row)
    missing = [] if system is None else [each.label for each in missing_of_site(row, system)]
    click.echo(f"{row.name} is set up." if row.is_active else f"{row.name} is switched off.")
    if missing:
        click.echo(f"Not filled in yet: {', '.join(missing)}.")


@click.command("set-ups")
@tells_errors
def set_ups() -> None:
    """List the phone systems that are set up: name, file, whether on, what is missing or amiss."""
    open_database()
    from webdial.site.domain.pauses import pause_text  # noqa: PLC0415
    from webdial.site.domain.phone_systems import (  # noqa: PLC0415
        fault_of,
        list_setups,
        missing_of_site,
        system_of,
    )

    for row in list_setups():
        system = system_of(row)
        missing = () if system is None else missing_of_site(row, system)
        state = "on" if row.is_active else "off"
        left = f"missing: {', '.join(each.name for each in missing)}" if missing else ""
        paused = pause_text(row)
        columns = (row.name, row.catalogue_id or "own file", state, fault_of(row) or left or paused)
        click.echo("\t".join(columns).rstrip())


@click.command("remove")
@click.argument("name")
@tells_errors
def remove(name: str) -> None:
    """Remove the phone system NAME with all that is filled in for it; refused while it is in use."""
    open_database()
    from webdial.site.domain.phone_systems import delete_setup, setup_by_name  # noqa: PLC0415

    row = setup_by_name(name)
    delete_setup(row)
    click.echo(f"{row.name} is removed.")


def _details_of(row: "PhoneSystemSetup") -> "SetupDetails":
    from webdial.site.domain.phone_systems import SetupDetails  # noqa: PLC0415

    return SetupDetails(
        row.name, row.catalogue_id, row.source, row.certificate, row.certificate_text,
        row.is_active, row.starts_from, str(row.most_in_flight or ""),
    )  # fmt: skip


def _starts_from(given: str | None, details: "SetupDetails") -> str:
    if given is None:
        return details.starts_from
    return "" if given == "file" else given


def _file_of(file: str | None, details: "SetupDetails") -> tuple[str, str]:
    """The catalogue's id, or the text of a file of one's own."""
    if file is None:
        if not details.catalogue_id and not details.source:
            raise click.UsageError(
                "A new phone system wants --file: an id of the catalogue, or a file."
            )
        return details.catalogue_id, details.source
    return (file, "") if file in catalogue_ids() else ("", read_text_of(file))
