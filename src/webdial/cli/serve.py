"""`webdial serve`: the server."""

import errno
import ipaddress
import logging
import os
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from webdial.cli.errors import tells_errors
from webdial.environment import LOG_FORMATS, LONGEST_DRAIN_S, Environment
from webdial.errors import NotAllowedError, WebdialError

log = logging.getLogger("webdial.serve")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--log-format", type=click.Choice(LOG_FORMATS),
    help="How the log is written. Without it WEBDIAL_LOG_FORMAT says so.",
)  # fmt: skip
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64),
    help="Processes that serve side by side. More than one wants PostgreSQL.",
)  # fmt: skip
@click.option(
    "--drain", type=click.FloatRange(0, LONGEST_DRAIN_S), metavar="SECONDS",
    help="How long to go on serving after being told to end, while /readyz says no. Without it WEBDIAL_DRAIN says so.",
)  # fmt: skip
@tells_errors
def serve(host: str, port: int, log_format: str | None, workers: int, drain: float | None) -> None:
    """Serve the site and the API until told to stop (Ctrl+C or SIGTERM).

    The database is made on first start and brought to this version on every start.
    """
    from webdial.cli.database import open_database  # noqa: PLC0415

    if log_format is not None:
        os.environ["WEBDIAL_LOG_FORMAT"] = log_format
    if drain is not None:
        os.environ["WEBDIAL_DRAIN"] = str(drain)
    _refuse_workers(workers)
    listening = listen(host, port)
    open_database()
    if workers == 1:
        import webdial.asgi  # noqa: F401, PLC0415 - before the address is told: it takes a second
    first_start = _first_start()
    _print_address(listening)
    _say(*first_start)
    if workers == 1:
        _run_alone(listening)
    else:
        _run_workers(listening, workers)


def _refuse_workers(count: int) -> None:
    """Raises NotAllowedError for several on SQLite or Windows."""
    if count == 1:
        return
    from webdial.site.databases import SqliteDatabase, chosen_database  # noqa: PLC0415

    if isinstance(chosen_database(Environment.of(os.environ)), SqliteDatabase):
        raise NotAllowedError(
            "Several workers want PostgreSQL.",
            hint="SQLite lets one process write at a time, so a second one would wait for the first. "
            "See `webdial database move`.",
        )
    if sys.platform == "win32":
        raise NotAllowedError("Several workers cannot be had on Windows.")


def _run_alone(listening: socket.socket) -> None:
    from webdial.asgi import application  # noqa: PLC0415 - wants a database
    from webdial.cli.server import run_server  # noqa: PLC0415

    run_server(application, listening, drain_s=_drain_s())


def _run_workers(listening: socket.socket, count: int) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from webdial.cli.workers import Plan, run_workers  # noqa: PLC0415

    connections.close_all()  # this process reads no more
    with TemporaryDirectory(prefix="webdial-figures-") as folder:
        figures = Path(folder) if settings.ENVIRONMENT.metrics_token else None
        run_workers(Plan(listening, count, _drain_s(), figures))


def _drain_s() -> float:
    from django.conf import settings  # noqa: PLC0415

    return float(settings.ENVIRONMENT.drain_s)


def _print_address(listening: socket.socket) -> None:
    """Say where the site is reached, and let it answer to that address."""
    from django.conf import settings  # noqa: PLC0415

    if answer_to(listening):
        _say(f"Webdial is served at {address_of(listening)}")
        return
    _say(
        f"Webdial is served at port {listening.getsockname()[1]} of every address of this machine.",
        f"It answers to {', '.join(settings.ALLOWED_HOSTS)}: see WEBDIAL_HOSTS.",
    )


def answer_to(listening: socket.socket) -> bool:
    """Let the site answer to the address that it listens at; False when that is every address."""
    from django.conf import settings  # noqa: PLC0415

    host = listening.getsockname()[0]
    if ipaddress.ip_address(host).is_unspecified:
        return False
    settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
    return True


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
