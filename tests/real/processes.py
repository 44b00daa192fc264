"""Child processes of the tests: a group of their own, a log that is read, an end by process id."""

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .events import EventLog, PartError

START_LIMIT_S = 15.0
"""For a part to be ready. All are up in under a second; a loaded CI machine is not."""
_END_LIMIT_S = 5.0
_LAST_WORDS_S = 1.0
"""For the log's last lines to be read after an exit; only who left the group keeps it open."""

_living: dict[int, "Child"] = {}


class Child:
    """A running program; its standard output and error are `lines`, together.

    A context manager that ends it. The process leads a group that does not outlive it. Its exit is
    collected last of all: until then its id cannot name anybody else's process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        on_line: Callable[[str], None] | None = None,
        on_end: Callable[[str], None] | None = None,
    ) -> None:
        """Start `command`, as `user` when given (root only).

        `on_line` is called with each line after `lines` has it, `on_end` with a sentence once the
        program has ended; both in threads of the child's.
        """
        self.name = name
        self.lines: EventLog[str] = EventLog(name)
        self._on_line = on_line
        self._on_end = on_end
        self._ended = threading.Event()
        self._status = 0
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        _living[self._process.pid] = self
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        self._reader.start()
        self._watcher = threading.Thread(target=self._note_end, name=name, daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def write_line(self, text: str) -> None:
        """Send a line to the standard input. Raises PartError when the program is gone."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{text}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise PartError(f"{self.name} takes no input: {error}\n{self.lines.tail()}") from error

    def wait_line(self, pattern: str, *, timeout_s: float = START_LIMIT_S) -> str:
        """Return the next line in which the regular expression `pattern` is found.

        Raises PartError, with the end of the log, when the program ended or the time passed.
        """
        found = re.compile(pattern).search
        return self.lines.wait(
            lambda line: found(line) is not None, wanted=f"line {pattern!r}", timeout_s=timeout_s
        )

    def wait_end(self, *, timeout_s: float) -> int:
        """Return the exit status once the program has ended by itself; -N when a signal N did it."""
        if not self._ended.wait(timeout_s):
            raise PartError(f"{self.name} still runs after {timeout_s} s\n{self.lines.tail()}")
        return self._status

    def end(self, first: signal.Signals = signal.SIGTERM) -> None:
        """Ask the program to end with the signal `first`; kill its group when it does not."""
        if self._process.pid not in _living:
            return
        if not self._ended.is_set():
            os.kill(self._process.pid, first)  # not send_signal: it would collect the exit
            self._ended.wait(_END_LIMIT_S)
            if not self._ended.is_set():
                self._kill_group()
        self._watcher.join(_END_LIMIT_S)
        self._reader.join(_END_LIMIT_S)
        self._process.wait(_END_LIMIT_S)
        del _living[self._process.pid]
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.rstrip("\n")
            self.lines.add(line)
            if self._on_line is not None:
                self._on_line(line)

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _note_end(self) -> None:
        """Learn the exit status, leave it to be collected, and end what the program left behind."""
        found = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        if found is not None:
            exited = found.si_code == os.CLD_EXITED
            self._status = found.si_status if exited else -found.si_status
        self._kill_group()
        self._reader.join(_LAST_WORDS_S)
        self._ended.set()
        reason = f"ended with status {self._status}"
        self.lines.close(reason)
        if self._on_end is not None:
            self._on_end(reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


def living_children() -> tuple[Child, ...]:
    """Return the children that have not been ended yet: their logs explain a failed test."""
    return tuple(_living.values())
