"""Webdial as the bench knows it: its commands, its server and its call, all in this one place.

A fresh data folder is set up with a branch, a user with an extension, a token and the setting that
dials the stand-in, through the same commands an administrator would type.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import BenchError, calls
from bench.servers import HOST, ROOT, Command

CALL_PATH = "/api/v1/calls"
READY_PATH = "/sign-in"
"""The first page a person sees; it needs the database, templates and sessions."""

_SETTING = "Use Web Phone Dialling Mechanism"
_LONGEST_COMMAND_S = 120.0


def find_program() -> tuple[str, ...] | None:
    """How Webdial is run with this Python: its `webdial` command, else the package; None for none.

    In a checkout the package alone is there, on `PYTHONPATH`.
    """
    command = shutil.which("webdial", path=str(Path(sys.executable).parent))
    if command:
        return (command,)
    if importlib.util.find_spec("webdial"):
        return (sys.executable, "-m", "webdial")
    return None


def set_up(program: tuple[str, ...], data: Path, *, dial_url: str) -> str:
    """Fill the fresh folder `data` so that calls go to `dial_url`; returns the caller's token.

    Raises BenchError, with what the command said, when one of them fails.
    """
    user = ("--staff-id", "B1", "--name", "Bench", "--branch", "LON", "--extension", "201")
    _run(program, data, "branch", "add", "LON", "--name", "London")
    _run(program, data, "user", "add", "bench", *user)
    _run(program, data, "setting", "set", _SETTING, f"{dial_url}?from=^&to=#")
    words = _run(program, data, "token", "create", "bench").split()
    if not words:
        raise BenchError("webdial token create printed no token")
    return words[-1]


def _run(program: tuple[str, ...], data: Path, *arguments: str) -> str:
    name = " ".join(("webdial", *arguments[:2]))
    try:
        done = subprocess.run(
            [*program, *arguments],
            cwd=ROOT,
            env=_environment(data),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST_COMMAND_S,
            check=True,
        )
    except subprocess.CalledProcessError as failed:
        said = (failed.stderr or failed.stdout).strip()
        raise BenchError(f"{name} ended with code {failed.returncode}: {said}") from failed
    except subprocess.TimeoutExpired as late:
        raise BenchError(f"{name} took longer than {_LONGEST_COMMAND_S:.0f} s") from late
    return done.stdout


def _environment(data: Path) -> dict[str, str]:
    """This process's environment with no setting of Webdial in it but the data folder."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("WEBDIAL_")}
    return {**others, "WEBDIAL_DATA": str(data)}


def serve_command(program: tuple[str, ...], data: Path, *, port: int) -> Command:
    """How the server is started on the folder that `set_up` filled."""
    return Command(
        name="Webdial",
        argv=(*program, "serve", "--host", HOST, "--port", str(port)),
        port=port,
        ready_path=READY_PATH,
        environment=_environment(data),
    )


def call_requests(command: Command, token: str) -> Iterator[bytes]:
    """Calls placed by the user of `token`, each to another number; 201 is the answer."""
    return calls.posts(command.authority, CALL_PATH, token=token)
