"""A user's own machine in the tests: the helper as it is handed out, or its requests one by one."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.forked import run_forked
from tests.server import Installation, Reply, Server
from webdial.desktop.builder import build

_CODE = """
from webdial.cli.database import open_database; open_database()
from webdial.site.domain.computers import make_code
from webdial.site.models import User
print(make_code(User.objects.get(login={login!r})))
"""


def make_code(installation: Installation, login: str = "carl") -> str:
    """As My account | Computers shows it."""
    code = _CODE.format(login=login)
    done = run_forked(["-c", code], installation.environment, timeout_s=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Machine:
    """A paired machine that asks by hand, so that a test decides when it goes away."""

    server: Server
    token: str
    waits: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def paired(cls, server: Server, installation: Installation, login: str = "carl") -> Self:
        reply = pair(server, make_code(installation, login))
        assert reply.status == 201, reply.content
        return cls(server, reply.content["token"])

    def ask(self, path: str, content: object = None, *, at: Server | None = None) -> Reply:
        body = None if content is None else json.dumps(content).encode()
        bearer = f"Bearer {self.token}"
        return (at or self.server).ask(f"/api/v1/desktop{path}", body=body, Authorization=bearer)

    def begin(self, *can: str, at: Server | None = None) -> Self:
        assert self.ask("/begin", {"can": can or ["http", "link"]}, at=at).status == 204
        return self

    def next(self, *, at: Server | None = None) -> str | None:
        """The id of what there is to do; waits for it."""
        reply = self.ask("/actions", at=at)
        assert reply.status == 200, reply.content
        action: str | None = reply.content["action"]
        return action

    def claim(self, action: str, *, at: Server | None = None) -> Reply:
        return self.ask(f"/actions/{action}/claim", {}, at=at)

    def report(self, action: str, outcome: str, *, at: Server | None = None, **more: Any) -> Reply:
        return self.ask(f"/actions/{action}/report", {"outcome": outcome, **more}, at=at)


def pair(server: Server, code: str) -> Reply:
    body = json.dumps({"code": code, "name": "Desk", "platform": "Linux"}).encode()
    return server.ask("/api/v1/desktop/pair", body=body)


class Calling:
    """A call through the API, under way in a thread of its own."""

    def __init__(self, server: Server, number: str) -> None:
        self._replies: list[Reply] = []
        self._thread = threading.Thread(
            target=lambda: self._replies.append(server.place_call(number))
        )
        self._thread.start()

    def reply(self) -> Any:
        """What the API answered, once it has."""
        self._thread.join(60)
        assert self._replies, "the call was not answered"
        return self._replies[0].content


class Helper:
    """The one file, run by a plain Python with a home of its own; `installed` are its files."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.file = home / "webdial-desktop.pyz"
        self.file.write_bytes(build())
        given = os.environ if environment is None else environment
        self.environment = {
            **{name: value for name, value in given.items() if not name.startswith("PYTHON")},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
        }
        self._running: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # -I and -S: nothing but the standard library is found.
        command = [sys.executable, "-I", "-S", str(self.file), *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def pair(self, address: str, code: str) -> None:
        done = self.run("pair", address, code)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it is connected."""
        self._running = subprocess.Popen(
            [sys.executable, "-I", "-S", str(self.file), "run"],
            env=self.environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.wait_said("connected")

    def wait_said(self, words: str) -> str:
        """Wait until its log has a line with these words."""
        assert self._running is not None
        assert self._running.stderr is not None
        for line in self._running.stderr:
            if words in line:
                return line
        raise AssertionError(f"the helper ended without saying {words!r}")

    def kill(self) -> None:
        """As a power cut would."""
        if self._running is None:
            return
        self._running.send_signal(signal.SIGKILL)
        self._running.wait(30)
        assert self._running.stderr is not None
        self._running.stderr.close()
        self._running = None

    def wait_ended(self) -> int:
        assert self._running is not None
        status = self._running.wait(30)
        assert self._running.stderr is not None
        self._running.stderr.close()
        self._running = None
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
