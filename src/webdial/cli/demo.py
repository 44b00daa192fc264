"""`webdial demo`: the site with made-up people, and pretend phones that ring."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from webdial.cli.errors import tells_errors
from webdial.cli.serve import address_of, listen
from webdial.errors import WebdialError

if TYPE_CHECKING:
    import socket

    from starlette.applications import Starlette

LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--phones-port", default=8001, show_default=True, type=click.IntRange(0, 65_535),
    help="Port of the pretend phone system.",
)  # fmt: skip
@tells_errors
def demo(port: int, phones_port: int) -> None:
    """Show Webdial with made-up people and a pretend phone system; nothing is kept afterwards.

    Only this machine can reach it.
    """
    site, phones = _listen_near(port), _listen_near(phones_port)
    with tempfile.TemporaryDirectory(prefix="webdial-demo-", ignore_cleanup_errors=True) as folder:
        os.environ["WEBDIAL_DATA"] = folder
        for name in ("WEBDIAL_DATABASE_URL", "WEBDIAL_HOSTS", "WEBDIAL_HTTPS"):
            os.environ.pop(name, None)
        from webdial.cli.database import open_database  # noqa: PLC0415

        open_database()
        from webdial.asgi import application  # noqa: PLC0415
        from webdial.cli.demo_data import fill_demo, simulated_phones  # noqa: PLC0415
        from webdial.cli.server import run_server  # noqa: PLC0415
        from webdial.simulator import create_simulator  # noqa: PLC0415

        people = fill_demo(address_of(phones))
        simulator = create_simulator(simulated_phones(address_of(site)))
        with _serving_phones(simulator, phones):
            _print_welcome(address_of(site), address_of(phones), people)
            run_server(application, site)
    click.echo("The demo has ended; nothing of it is kept.")


def _listen_near(port: int) -> "socket.socket":
    """A socket on `port`, or on any free one when that is taken."""
    try:
        return listen(LOOPBACK, port)
    except WebdialError:
        return listen(LOOPBACK, 0)


@contextmanager
def _serving_phones(simulator: "Starlette", listening: "socket.socket") -> Iterator[None]:
    """The pretend phone system in a thread of its own, as another host would be."""
    import uvicorn  # noqa: PLC0415

    config = uvicorn.Config(
        simulator,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        simulator.state.simulator.stop()  # an open page's live feed would else hold the end up
        server.should_exit = True
        thread.join(timeout=5)


def _print_welcome(site: str, phones: str, people: list[tuple[str, str, str]]) -> None:
    click.echo()
    click.secho("  Webdial's demo is running. Only this machine can reach it.", bold=True)
    click.echo()
    click.echo(f"  1. Open the pretend phones:  {phones}/")
    click.echo(f"  2. Open Webdial:             {site}/")
    click.echo("  3. Sign in as one of:")
    click.echo()
    for login, password, who in people:
        click.echo(f"       {login:<8} {password:<16} {who}")
    click.echo()
    click.echo("  4. Click Dial beside a number and watch the phones ring.")
    click.echo()
    click.echo("  Ctrl+C ends the demo.")
    click.echo()
