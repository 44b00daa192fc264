"""`webdial serve`: the server."""

import contextlib
import signal
import socket

import click

from webdial.cli.errors import tells_errors
from webdial.errors import WebdialError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@tells_errors
def serve(host: str, port: int) -> None:
    """Serve the site and the API until told to stop (Ctrl+C or SIGTERM).

    The database is made on first start and brought to this version on every start.
    """
    from webdial.cli.database import open_database  # noqa: PLC0415

    listening = listen(host, port)
    open_database()
    from webdial.asgi import application  # noqa: PLC0415
    from webdial.site.models import User  # noqa: PLC0415

    click.echo(f"Webdial is served at {address_of(listening)}")
    if not User.objects.exists():
        click.echo("Nobody can sign in yet. Add the first administrator with:")
        click.echo("  webdial user add LOGIN --name NAME --administrator --password")
    run_server(application, listening)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at `host` and `port`. Raises WebdialError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise WebdialError(
            f"Cannot listen at {host}, port {port}: {error.strerror}.",
            hint="Choose another port with --port.",
            code="port_taken",
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(application: object, listening: socket.socket) -> None:
    """Serve until a signal comes; connections in use get time to finish."""
    import uvicorn  # noqa: PLC0415

    from webdial.runtime import SHUTDOWN_S  # noqa: PLC0415

    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(SHUTDOWN_S),
    )
    # uvicorn raises the signal that ended it once more when all is done. Either one then only ends
    # this function, so that whoever called it can put away its own things.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
