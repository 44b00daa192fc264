"""`webdial desktop`: the helper on a user's own machine, and the files that it is handed out as."""

from collections.abc import Sequence
from pathlib import Path

import click

from webdial.cli.errors import tells_errors


@click.group()
def desktop() -> None:
    """The helper on a user's own machine: dials what is clicked there, starts calls that begin there."""


@desktop.command("build")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--site", default="", help="The server's address, to be put inside.")
@tells_errors
def build(folder: Path, site: str) -> None:
    """Write the helper as one file, and an installer for each system, into FOLDER."""
    from webdial.desktop.builder import INSTALLERS, NAME, installer  # noqa: PLC0415
    from webdial.desktop.builder import build as made  # noqa: PLC0415
    from webdial.desktop.errors import HelperError  # noqa: PLC0415
    from webdial.desktop.site import checked_address  # noqa: PLC0415

    try:
        address = checked_address(site) if site else ""
    except HelperError as error:
        raise click.UsageError(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(made(address))
    for name in INSTALLERS:
        (folder / name).write_bytes(installer(name, address))
    click.echo(f"{NAME}, {', '.join(INSTALLERS)} are in {folder}")


@desktop.command("pair")
@click.argument("address")
@click.argument("code")
@click.option("--name", help="What the computer is called on the site. Default: its own name.")
def pair(address: str, code: str, name: str | None) -> None:
    """Pair this machine with the server at ADDRESS by the CODE that My account | Computers shows."""
    _run(["pair", address, code, *(["--name", name] if name else [])])


@desktop.command("run")
def run() -> None:
    """Hold the connection to the server, and start the calls that begin on this machine."""
    _run(["run"])


@desktop.command("open")
@click.argument("link", required=False)
@click.option("--selection", is_flag=True, help="Dial what is selected on the screen.")
def open_link(link: str | None, *, selection: bool) -> None:
    """Dial LINK, such as tel:+442079460123: what the system runs when a link is clicked."""
    if selection and link is not None:
        raise click.UsageError("Give a link or --selection, not both.")
    _run(["open", *(["--selection"] if selection else []), *(["--", link] if link else [])])


@desktop.command("register")
def register() -> None:
    """Open tel:, callto: and sip: links on this machine from now on, and start with the session."""
    _run(["register"])


@desktop.command("unregister")
def unregister() -> None:
    """Take both away again; links are opened as they were before."""
    _run(["unregister"])


@desktop.command("status")
def status() -> None:
    """Tell what is set up on this machine, whether the server knows it, and whether the helper is connected."""
    _run(["status"])


def _run(arguments: Sequence[str]) -> None:
    from webdial.desktop.command import main  # noqa: PLC0415

    raise SystemExit(main(arguments))
