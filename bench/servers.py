"""Server processes: started on a core of their own, waited for, weighed and stopped.

A server is ready when its `ready_path` answers 200. Its output goes to a file, so that a server
that dies on the way can be quoted.
"""

import contextlib
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import BenchError

ROOT = Path(__file__).resolve().parent.parent
"""Where the processes start: `bench` is importable there, and a relative PYTHONPATH holds."""

_LONGEST_START_S = 60.0
_LONGEST_STOP_S = 15.0
_LOOK_AGAIN_S = 0.005
"""Between two looks at a server that starts; the start is measured to this grain."""

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Cores:
    """Where to run what; None leaves it to the system."""

    server: int | None
    harness: int | None

    @property
    def are_apart(self) -> bool:
        return self.server is not None and self.server != self.harness


def choose_cores() -> Cores:
    """The first core this process may use for the server under test, the second for the rest.

    With one core both share it; where a process cannot be pinned (macOS, Windows), none is.
    """
    if not hasattr(os, "sched_setaffinity"):
        return Cores(server=None, harness=None)
    first, *others = sorted(os.sched_getaffinity(0))
    return Cores(server=first, harness=others[0] if others else first)


Pin = int | Collection[int] | None
"""A core, several, or whichever the system chooses."""


@contextlib.contextmanager
def pinned(cores: Pin) -> Iterator[None]:
    """Keep this thread, and every process it starts meanwhile, on these cores."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores} if isinstance(cores, int) else set(cores))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a server; without an `environment` it gets this process's own."""

    name: str
    argv: tuple[str, ...]
    port: int
    ready_path: str
    environment: Mapping[str, str] | None = None

    @property
    def authority(self) -> str:
        return f"{HOST}:{self.port}"


class Server:
    """A server process that answers. `running` makes it and ends it."""

    def __init__(self, command: Command, process: psutil.Popen, ready_after_s: float) -> None:
        self.command = command
        self.ready_after_s = ready_after_s
        self._process = process

    def memory_bytes(self) -> int:
        """Resident memory now, of the process and its children together."""
        return sum(process.memory_info().rss for process in self._tree())

    def cpu_s(self) -> float:
        """Processor seconds used so far, of the process and its children together."""
        times = [process.cpu_times() for process in self._tree()]
        return sum(time.user + time.system for time in times)

    def _tree(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]


@contextlib.contextmanager
def running(command: Command, *, core: Pin, log: Path) -> Iterator[Server]:
    """Start `command` on `core`, wait until it answers, stop it in the end.

    Raises BenchError, with the end of the server's output, when it dies or does not answer in time.
    """
    with log.open("wb") as output, pinned(core):
        started_at = time.perf_counter()
        process = psutil.Popen(
            command.argv,
            cwd=ROOT,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(command, process, log)
        yield Server(command, process, time.perf_counter() - started_at)
    finally:
        _stop(process)


def _wait_until_ready(command: Command, process: psutil.Popen, log: Path) -> None:
    gives_up_at = time.monotonic() + _LONGEST_START_S
    while process.poll() is None:
        status = _status(command)
        if status == 200:
            return
        if status is not None:
            raise BenchError(f"{command.name} answers {command.ready_path} with {status}")
        if time.monotonic() > gives_up_at:
            reason = f"takes no connections after {_LONGEST_START_S:.0f} s"
            raise BenchError(f"{command.name} {reason}\n{_end_of(log)}")
        time.sleep(_LOOK_AGAIN_S)
    raise BenchError(f"{command.name} ended with code {process.returncode}\n{_end_of(log)}")


def _status(command: Command) -> int | None:
    """What the server answers at its ready path; None while nothing answers."""
    connection = http.client.HTTPConnection(HOST, command.port, timeout=_LONGEST_START_S)
    try:
        connection.request("GET", command.ready_path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    else:
        return answer.status
    finally:
        connection.close()


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-15:])


def _stop(process: psutil.Popen) -> None:
    """Ask the process to end; what is left of it and of its children after that is ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        children = process.children(recursive=True)
        process.terminate()
        _, left = psutil.wait_procs([process], timeout=_LONGEST_STOP_S)
        for survivor in (*left, *children):
            with contextlib.suppress(psutil.NoSuchProcess):
                survivor.kill()
        psutil.wait_procs(children, timeout=_LONGEST_STOP_S)
    process.wait()
