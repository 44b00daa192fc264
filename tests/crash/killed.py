"""Servers that are there to be killed."""

import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import psutil

from tests.server import Installation

_END_S: Final = 300.0


class Servers:
    """Starts `webdial serve` on an installation, forked by tests.crash.template. A context manager."""

    def __init__(self, installation: Installation) -> None:
        self._log = Path(installation.folder) / "server.log"
        self._template = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.template", str(self._log)],
            env=installation.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,  # Ctrl+C is for the test, which ends them in order
        )  # fmt: skip

    def start(self, port: int, *options: str) -> "KilledServer":
        assert self._template.stdin is not None and self._template.stdout is not None
        self._template.stdin.write(json.dumps(["serve", "--port", str(port), *options]) + "\n")
        self._template.stdin.flush()
        return KilledServer(int(self._template.stdout.readline()))

    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-3_000:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._template.stdin is not None and self._template.stdout is not None
        self._template.stdin.close()
        self._template.wait(_END_S)
        self._template.stdout.close()


class KilledServer:
    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def is_alive(self) -> bool:
        return self._process.is_running()

    def workers(self) -> list[psutil.Process]:
        """Empty when it serves by itself."""
        return self._process.children()

    def kill(self) -> None:
        """As a power cut would: no word, no clean-up."""
        self._process.kill()
        self._process.wait(_END_S)

    def stop(self) -> None:
        """As its administrator would."""
        with suppress(psutil.NoSuchProcess):
            workers = self.workers()
            self._process.terminate()
            psutil.wait_procs([self._process, *workers], timeout=_END_S)


def free_port() -> int:
    """A port of loopback that the servers take one after the other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
