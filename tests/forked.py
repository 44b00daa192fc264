"""Commands of the program in processes that are forked from one which has its packages loaded.

A command's own work takes a tenth of a second; loading the packages takes a whole one, and the suite
runs many hundreds of commands. Everything that depends on the environment is loaded afresh by each.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.forked_packages"])


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


def _run(module_or_code: list[str], environment: dict[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    _redirect(Path(folder))
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
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - they stay open
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
