"""The program as it is run: a data folder, commands, a server that can be killed."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.forked import ForkedProcess, run_forked, wants_own_python
from tests.prepared import prepare_folder

MECHANISM = "Use Web Phone Dialling Mechanism"
COMMAND_S = 300.0
"""For a command: they take a second, and a machine that is busy with other tests has taken a minute."""

_SEVERAL = """
import json, sys
from webdial.cli import main
for arguments in json.loads(sys.argv[1]):
    main(arguments, standalone_mode=False)
"""


@dataclass(slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: Any


@dataclass
class Installation:
    """A data folder (and a database when `database_url` names one) with the commands over it."""

    folder: Path
    database_url: str = ""
    token: str = ""
    extra_environment: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith("WEBDIAL")
        }
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        named = {"WEBDIAL_DATA": str(self.folder), "WEBDIAL_DATABASE_URL": self.database_url}
        return {**clean, **named, **self.extra_environment}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One `webdial` command, whatever its exit status."""
        return run_forked(
            ["-m", "webdial", *arguments], self.environment, stdin=stdin, timeout_s=COMMAND_S
        )

    def run_all(self, *commands: list[str]) -> str:
        """Several commands in one process, which is much quicker; what they print."""
        done = run_forked(
            ["-c", _SEVERAL, json.dumps(commands)], self.environment, timeout_s=COMMAND_S
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def execute(self, code: str) -> None:
        """Python over this installation's database, for what no command does."""
        opening = "from webdial.cli.database import open_database; open_database()\n"
        done = run_forked(["-c", opening + code], self.environment, timeout_s=COMMAND_S)
        assert done.returncode == 0, done.stderr

    def prepare(self, *, with_own_keys: bool = False) -> None:
        """The branch London, Carl with the extension 1001, and his token.

        Tests place more calls in a minute than people do, so there is no limit. It may be a copy of one
        that was prepared before, with the same keys and token, unless it is to have its own.
        """
        if with_own_keys:
            self.token = self._make()
            return
        self.token = prepare_folder(
            self.folder, self.database_url, self.extra_environment, self._make
        )

    def _make(self) -> str:
        printed = self.run_all(
            ["branch", "add", "LON", "--name", "London"],
            ["user", "add", "carl", "--staff-id", "CO", "--name", "Carl Osei", "--branch", "LON",
             "--extension", "1001"],
            ["setting", "set", "Calls per Minute for a User", ""],
            ["setting", "set", "Calls per Day for a User", ""],
            ["token", "create", "carl"],
        )  # fmt: skip
        return printed.splitlines()[-1]

    def dial_by(self, dial_string: str) -> None:
        """Set the dial string for all branches."""
        self.run_all(["setting", "set", MECHANISM, dial_string])

    @contextmanager
    def serving(self, *options: str, host: str = "127.0.0.1", port: int = 0) -> "Iterator[Server]":
        server = Server(self, *options, host=host, port=port)
        try:
            yield server
        finally:
            server.stop()


class Server:
    """`webdial serve` as a process of its own, on a free port of loopback."""

    def __init__(
        self, installation: Installation, *options: str, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._token = installation.token
        self.process = _started(
            installation,
            ["-m", "webdial", "serve", "--host", host, "--port", str(port), *options],
        )
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r'http://[^\s"]+', line):
                self.address = found[0]
                break
        else:
            raise AssertionError(f"the server did not start: {said}")
        self.rest: list[str] = []
        """What it says from then on. It is taken from it all the time: a full pipe stops whoever logs."""
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def _read_on(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            self.rest.extend(line.rstrip("\n") for line in said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.terminate()
        self._wait()

    def kill(self) -> None:
        """As a power cut would: no word, no clean-up."""
        self.process.send_signal(signal.SIGKILL)
        self._wait()

    def _wait(self) -> None:
        self.process.wait(timeout=30)
        self._reader.join(30)

    def place_call(self, number: str, **headers: str) -> Reply:
        return self.ask("/api/v1/calls", body=json.dumps({"number": number}).encode(), **headers)

    def ask(
        self, path: str, *, body: bytes | None = None, method: str | None = None, **headers: str
    ) -> Reply:
        """One API request with Carl's token. Connection errors are raised as they come."""
        request = urllib.request.Request(self.address + path, data=body, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return _reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as answer:
            return _reply(answer.code, dict(answer.headers), answer.read())


def _started(
    installation: Installation, command: list[str]
) -> "subprocess.Popen[str] | ForkedProcess":
    """Forked, which takes a quarter of the time, unless it wants a Python of its own; workers are copies of theirs."""
    environment = installation.environment
    if not wants_own_python(environment) and "--workers" not in command:
        return ForkedProcess(command, environment)
    return subprocess.Popen(
        [sys.executable, *command], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def until(reply: Callable[[], Reply], *, status: int, within_s: float = 20) -> Reply:
    """Ask again until the answer has this status: what another process changed takes a second."""
    deadline = time.monotonic() + within_s
    while (found := reply()).status != status and time.monotonic() < deadline:
        pass
    return found


def _reply(status: int, headers: dict[str, str], body: bytes) -> Reply:
    lowered = {name.lower(): value for name, value in headers.items()}
    is_json = "json" in lowered.get("content-type", "")
    return Reply(status, lowered, json.loads(body) if is_json else body.decode())
