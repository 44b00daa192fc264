"""`webdial serve`: the server."""

import contextlib
import errno
import ipaddress
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

    _print_address(listening)
    if not User.objects.exists():
        click.echo("Nobody can sign in yet. Add the first administrator with:")
        click.echo("  webdial user add LOGIN --name NAME --administrator --password")
    run_server(application, listening)


def _print_address(listening: socket.socket) -> None:
    """Say where the site is reached, and let it answer to that address."""
    from django.conf import settings  # noqa: PLC0415

    host, port = listening.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        click.echo(f"Webdial is served at port {port} of every address of this machine.")
        click.echo(f"It answers to {', '.join(settings.ALLOWED_HOSTS)}: see WEBDIAL_HOSTS.")
        return
    settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
    click.echo(f"Webdial is served at {address_of(listening)}")


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at `host` and `port`. Raises WebdialError when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, UnicodeError) as error:
        listening.close()
        raise _cannot_listen(host, port, error) from error
    return listening


def _cannot_listen(host: str, port: int, error: OSError | UnicodeError) -> WebdialError:
    # A name that cannot be a host name is a UnicodeError, since it is encoded before it is asked for.
    reason = error.strerror if isinstance(error, OSError) else "there is no such host name"
    message = f"Cannot listen at {host}, port {port}: {reason}."
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return WebdialError(message, hint="Choose another port with --port.", code="port_taken")
    if number in {errno.EACCES, errno.EPERM}:
        hint = "Choose a port from 1024 up with --port; lower ones need special rights."
    else:
        hint = "Name an address of this machine with --host."
    return WebdialError(message, hint=hint, code="cannot_listen")


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
        ws="none",  # there is none to serve, and a request for one would tell to install a library
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
