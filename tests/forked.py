"""Commands of the program in processes that are forked from one which has its packages loaded.

A command's own work takes a tenth of a second; loading the packages takes a whole one, and the suite
runs many hundreds of commands. Everything that depends on the environment is loaded afresh by each.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.forked_packages"])


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name.startswith(("LD_", "PYTHON"))
    }


_given_at_start = _read_at_start(os.environ)


def wants_own_python(environment: Mapping[str, str]) -> bool:
    """Whether `environment` has variables that a process reads as it starts, and not when it is forked."""
    return _read_at_start(environment) != _given_at_start


def run_forked(
    module_or_code: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: str = "",
    timeout_s: float,
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run([python, *module_or_code])` with `-m MODULE ...` or `-c CODE ...`."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "stdin").write_text(stdin)
        child = _context.Process(
            target=_run, args=(list(module_or_code), dict(environment), str(folder))
        )
        child.start()
        child.join(timeout_s)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise subprocess.TimeoutExpired(list(module_or_code), timeout_s)
        said = [(folder / name).read_text() for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(list(module_or_code), child.exitcode, *said)


class ForkedProcess:
    """As `subprocess.Popen([python, *module_or_code])`, with what it prints and complains of in `stdout`."""

    def __init__(self, module_or_code: Sequence[str], environment: Mapping[str, str]) -> None:
        self.args = list(module_or_code)
        reader, writer = _context.Pipe(duplex=False)
        with reader, writer:
            # It is ended with whoever started it, should a test not have done so.
            self._child = _context.Process(
                target=_run_on, args=(self.args, dict(environment), writer), daemon=True
            )
            self._child.start()
            self.stdout = os.fdopen(os.dup(reader.fileno()))
        assert self._child.pid is not None
        self.pid = self._child.pid

    @property
    def returncode(self) -> int | None:
        return self._child.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._child.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            if self.returncode is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(module_or_code: list[str], environment: dict[str, str], folder: str) -> None:
    _redirect(Path(folder))
    _become(module_or_code, environment)


def _run_on(module_or_code: list[str], environment: dict[str, str], output: Connection) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, opened in enumerate((nothing, output.fileno(), output.fileno())):
        os.dup2(opened, number)
    os.close(nothing)
    output.close()
    _open_standard_files()
    _become(module_or_code, environment)


def _become(module_or_code: list[str], environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    kind, what, *arguments = module_or_code
    if kind == "-m":
        sys.argv = [what, *arguments]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *arguments]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


def _redirect(folder: Path) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        opened = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    _open_standard_files()


def _open_standard_files() -> None:
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - they stay open
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
