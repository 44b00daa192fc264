"""`webdial tapi`: the telephony of Windows."""

import click


@click.group()
def tapi() -> None:
    """The telephony of Windows (TAPI)."""


@tapi.command("lines")
def lines() -> None:
    """List the telephone lines of this machine, which must run Windows."""
    from webdial.desktop.command import main  # noqa: PLC0415

    raise SystemExit(main(["tapi", "lines"]))
