"""`webdial serve`: the server."""

import contextlib
import errno
import ipaddress
import logging
import os
import signal
import socket

import click

from webdial.cli.errors import tells_errors
from webdial.environment import LOG_FORMATS
from webdial.errors import WebdialError

log = logging.getLogger("webdial.serve")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--log-format", type=click.Choice(LOG_FORMATS),
    help="How the log is written. Without it WEBDIAL_LOG_FORMAT says so.",
)  # fmt: skip
@tells_errors
def serve(host: str, port: int, log_format: str | None) -> None:
    """Serve the site and the API until told to stop (Ctrl+C or SIGTERM).

    The database is made on first start and brought to this version on every start.
    """
    from webdial.cli.database import open_database  # noqa: PLC0415

    if log_format is not None:
        os.environ["WEBDIAL_LOG_FORMAT"] = log_format
    listening = listen(host, port)
    open_database()
    from webdial.asgi import application  # noqa: PLC0415

    first_start = _first_start()
    _print_address(listening)
    _say(*first_start)
    run_server(application, listening)


def _print_address(listening: socket.socket) -> None:
    """Say where the site is reached, and let it answer to that address."""
    from django.conf import settings  # noqa: PLC0415

    host, port = listening.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        _say(
            f"Webdial is served at port {port} of every address of this machine.",
            f"It answers to {', '.join(settings.ALLOWED_HOSTS)}: see WEBDIAL_HOSTS.",
        )
        return
    settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
    _say(f"Webdial is served at {address_of(listening)}")


def _first_start() -> list[str]:
    """How the first administrator is made, with the code that the page asks for; no lines when there is one."""
    from django.conf import settings  # noqa: PLC0415

    from webdial.site.domain.first_start import (  # noqa: PLC0415
        code_file,
        first_start_code,
        forget_code,
    )
    from webdial.site.domain.users import has_administrator  # noqa: PLC0415

    if has_administrator():
        forget_code()
        return []
    code = first_start_code()
    is_read_by_programs = settings.ENVIRONMENT.log_format == "json"
    return [
        "There is no administrator yet. Open /first-start there, with this code:",
        f"  {f'in {code_file()}' if is_read_by_programs else code}",
        "or run: webdial user add LOGIN --name NAME --administrator --password",
    ]


def _say(*lines: str) -> None:
    """For people on standard output; as one line of the log where programs read it."""
    from django.conf import settings  # noqa: PLC0415

    if settings.ENVIRONMENT.log_format == "json":
        if lines:
            log.info(" ".join(line.strip() for line in lines))
        return
    for line in lines:
        click.echo(line)


def _code_of_first_start() -> str:
    """What the page asks for which makes the first administrator; empty when there is one."""
    from webdial.site.domain.first_start import first_start_code, forget_code  # noqa: PLC0415
    from webdial.site.domain.users import has_administrator  # noqa: PLC0415

    if not has_administrator():
        return first_start_code()
    forget_code()
    return ""


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
        log_config=None,  # its lines look as all others do
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
