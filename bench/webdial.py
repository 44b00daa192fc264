"""Webdial as the bench knows it: its commands, its server and its calls, all in this one place.

A fresh data folder is set up with four callers, through the same commands an administrator would
type. One, of Manchester, calls by the dial string of that branch, a GET; one, of Bristol, by one that
posts a form; one, of Leeds, through a phone system that takes JSON after a log-in; one, of London, by
FUNCTION, which is set for all branches. The same
process serves all: two processes of one program were seen to differ by a tenth of a millisecond a call
for no reason of theirs, which would spoil the comparison.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from pathlib import Path

from bench import BenchError, calls, filling, sample, standin
from bench.servers import HOST, ROOT, Command

CALL_PATH = "/api/v1/calls"
READY_PATH = "/sign-in"
"""The first page a person sees; it needs the database, templates and sessions."""

FUNCTION_STAFF_ID = "B2"
EXTENSION = "201"

_MECHANISM = "Use Web Phone Dialling Mechanism"
_SYSTEM = "JSON"
_SYSTEM_FILE = ROOT / "bench" / "json_system.toml"
_LONGEST_COMMANDS_S = 120.0

Variables = Mapping[str, str]
"""Environment variables of Webdial besides its data folder."""

NO_VARIABLES: Variables = {}


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """One token for each caller."""

    dial_string: str
    posted: str
    phone_system: str
    function: str


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


def set_up(data: Path, *, authority: str) -> Tokens:
    """Fill the fresh folder `data` so that both callers' calls go to the stand-in at `authority`.

    Raises BenchError, with what the command said, when one of them fails.
    """
    function = data / "function.sql"
    function.write_text(sample.source(authority), encoding="utf-8")
    host, _, port = authority.partition(":")
    *_, dial_string, posted, by_system, by_function = _run(
        data,
        ["branch", "add", "MAN", "--name", "Manchester"],
        ["branch", "add", "LON", "--name", "London"],
        ["branch", "add", "LDS", "--name", "Leeds"],
        ["branch", "add", "BRS", "--name", "Bristol"],
        ["user", "add", "string", *_user("B1", "MAN")],
        ["user", "add", "posted", *_user("B4", "BRS")],
        ["user", "add", "system", *_user("B3", "LDS")],
        ["user", "add", "function", *_user(FUNCTION_STAFF_ID, "LON")],
        ["setting", "set", _MECHANISM, "FUNCTION"],
        ["setting", "set", _MECHANISM, dial_string_to(authority), "--branch", "MAN"],
        ["setting", "set", _MECHANISM, _posted(authority), "--branch", "BRS"],
        ["system", "set-up", _SYSTEM, "--file", str(_SYSTEM_FILE), "--field", f"host={host}",
         "--field", f"port={port}", "--field", "client_id=bench", "--secret", "client_secret=s3cret"],
        ["setting", "set", _MECHANISM, _SYSTEM, "--branch", "LDS"],
        ["setting", "set", "--own", *_phone_system(), "--branch", "LON"],
        ["setting", "set", "Allowed Hosts", host],
        # Calls are counted as they are as delivered, up to a limit that no round reaches.
        ["setting", "set", "Calls per Minute for a User", "9999999"],
        ["setting", "set", "Calls per Day for a User", "9999999"],
        ["function", "set", str(function)],
        ["token", "create", "string"],
        ["token", "create", "posted"],
        ["token", "create", "system"],
        ["token", "create", "function"],
    )  # fmt: skip
    return Tokens(dial_string.strip(), posted.strip(), by_system.strip(), by_function.strip())


def set_up_waiting(data: Path, *, quick: str, slow: str) -> tuple[str, str]:
    """Fill the fresh folder with a caller of each of two phone systems, at `quick` and at `slow`.

    Their tokens. Raises BenchError as `set_up` does.
    """
    *_, of_quick, of_slow = _run(
        data,
        ["branch", "add", "MAN", "--name", "Manchester"],
        ["branch", "add", "LDS", "--name", "Leeds"],
        ["user", "add", "quick", *_user("B1", "MAN")],
        ["user", "add", "slow", *_user("B2", "LDS")],
        ["setting", "set", _MECHANISM, dial_string_to(quick), "--branch", "MAN"],
        ["setting", "set", _MECHANISM, dial_string_to(slow), "--branch", "LDS"],
        ["setting", "set", "Allowed Hosts", quick.partition(":")[0]],
        ["setting", "set", "Calls per Minute for a User", ""],
        ["setting", "set", "Calls per Day for a User", ""],
        ["token", "create", "quick"],
        ["token", "create", "slow"],
    )
    return of_quick.strip(), of_slow.strip()


def set_up_company(
    data: Path, size: filling.Size, *, authority: str, variables: Variables = NO_VARIABLES
) -> list[str]:
    """Fill the fresh folder, or the database that `variables` name, with a company of this size.

    The tokens of its callers, who dial at the stand-in. Raises BenchError as `set_up` does.
    """
    _run(
        data,
        ["setting", "set", "Allowed Hosts", authority.partition(":")[0]],
        ["setting", "set", "Calls per Minute for a User", "9999999"],
        ["setting", "set", "Calls per Day for a User", "9999999"],
        variables=variables,
    )
    asked = asdict(replace(size, dial_string=dial_string_to(authority)))
    _run_module("bench.filling", json.dumps(asked), data=data, variables=variables)
    return [filling.caller_token(index) for index in range(size.callers)]


def dial_string_to(authority: str) -> str:
    """A GET at the stand-in."""
    return f"{standin.dial_url(authority)}?from=^&to=#"


def _posted(authority: str) -> str:
    return f"{{POST}}{standin.dial_url(authority)}<&>from=^<&>to=#"


def _phone_system() -> tuple[str, str]:
    return sample.PHONE_SYSTEM_SETTING, sample.PHONE_SYSTEM


def _user(staff_id: str, branch: str) -> list[str]:
    named = ["--staff-id", staff_id, "--name", f"Bench {staff_id}"]
    return [*named, "--branch", branch, "--extension", EXTENSION]


def _run(data: Path, *commands: list[str], variables: Variables = NO_VARIABLES) -> list[str]:
    """What each of the commands printed."""
    asked = json.dumps(commands)
    said = _run_module("bench.commands", asked, data=data, variables=variables)
    printed: list[str] = json.loads(said)
    return printed


def evaluate_sample(data: Path, *, authority: str, evaluations: int) -> sample.Evaluation:
    """The sample function's own time, over the data that `set_up` filled in.

    Raises BenchError when it gives anything but a call to the stand-in at `authority`.
    """
    options = ("--authority", authority, "--evaluations", str(evaluations))
    measured: dict[str, float] = json.loads(_run_module("bench.evaluation", *options, data=data))
    return sample.Evaluation(**measured)


def _run_module(
    module: str, *arguments: str, data: Path, variables: Variables = NO_VARIABLES
) -> str:
    """What `module` prints, run as a program over the folder `data`.

    Raises BenchError, with what it said, when it fails.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment(data, variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST_COMMANDS_S,
            check=True,
        )
    except subprocess.CalledProcessError as failed:
        said = (failed.stderr or failed.stdout).strip()
        raise BenchError(f"{module} ended with code {failed.returncode}: {said}") from failed
    except subprocess.TimeoutExpired as late:
        raise BenchError(f"{module} took longer than {_LONGEST_COMMANDS_S:.0f} s") from late
    return done.stdout


def environment(data: Path, variables: Variables = NO_VARIABLES) -> dict[str, str]:
    """This process's environment with no setting of Webdial in it but the data folder and `variables`."""
    foreign = ("WEBDIAL_", "DJANGO_")
    others = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**others, "WEBDIAL_DATA": str(data), **variables}


def serve_command(
    program: tuple[str, ...],
    data: Path,
    *options: str,
    port: int,
    variables: Variables = NO_VARIABLES,
) -> Command:
    """How the server is started on the folder that was filled."""
    return Command(
        name="Webdial",
        argv=(*program, "serve", "--host", HOST, "--port", str(port), *options),
        port=port,
        ready_path=READY_PATH,
        environment=environment(data, variables),
    )


def call_requests(command: Command, token: str) -> Iterator[bytes]:
    """Calls placed by the user of `token`, each to another number; 201 is the answer."""
    return calls.posts(command.authority, CALL_PATH, token=token)


def calls_in_turn(command: Command, tokens: Sequence[str]) -> Iterator[bytes]:
    """Calls placed by one user after the other, each to another number of theirs."""
    users = cycle([call_requests(command, token) for token in tokens])
    return (next(user) for user in users)
