"""What is done with the running container, from its first start to its restored backup. Runs in a network of its own.

Each line that it prints is a name, a tab and what was found; EXPECTED has what should be.
"""

import http.client
import json
import os
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tests.container import how_to
from tests.running.nodes import wait_until
from tests.running.proxies import NAME
from tests.running.test_reverse_proxy import Visitor
from tests.server import MECHANISM

NEWER: Final = "99.0.0"
EXPECTED: Final = {
    "ready": "yes",
    "gateway": "10.88.0.1",
    "user": "10001",
    "CapEff": "0000000000000000",
    "CapBnd": "0000000000000000",
    "NoNewPrivs": "1",
    "root can write": "no",
    "first administrator, without https": "403",
    "first administrator, by https": "302",
    "second administrator": "0",
    "checked": "0",
    "health": "0",
    "called": "sent",
    "called while it was told to end": "sent",
    "ended": "0",
    "ready after the end": "yes",
    "ready after a kill": "yes",
    "ready after the upgrade": "yes",
    "version after the upgrade": NEWER,
    "calls after the upgrade": "all",
    "called after the upgrade": "sent",
    "ready after the restoring": "yes",
    "calls after the restoring": "all",
    "called after the restoring": "sent",
    "record": "All stands as it was written.",
}

_HOST: Final = "127.0.0.1"
_PORT: Final = 8000
_PASSWORD: Final = "plum tractor seven"
_SLOW: Final = "0199"
START_S: Final = 120.0


class _PhoneSystem(ThreadingHTTPServer):
    """At the gateway's address. It answers a number that ends in _SLOW when it is told to."""

    def __init__(self, address: str) -> None:
        super().__init__((address, 9999), _Answering)
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answering(BaseHTTPRequestHandler):
    server: _PhoneSystem

    def do_GET(self) -> None:
        if self.path.endswith(_SLOW):
            self.server.is_asked.set()
            self.server.may_answer.wait(60)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_: object) -> None:
        pass


class Trial:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._token = ""

    def run(self) -> None:
        self.start("ready")
        gateway = re.findall(r'"gateway": "([^"]+)"', self.podman("network inspect podman"))[0]
        tell("gateway", gateway)
        self.look_inside()
        phone_system = _PhoneSystem(gateway)
        self.people()
        self.webdial(f"setting set '{MECHANISM}' 'http://{gateway}:9999/dial?from=^&to=#'")
        self._token = self.webdial("token create grace").split()[-1]
        wait_until(lambda: self.call("0161 496 0001") == "sent")
        tell("called", self.call("0161 496 0002"))
        for name, command in zip(
            ("checked", "health"), how_to.commands("Watch it")[0].splitlines(), strict=False
        ):
            tell(name, str(how_to.run(command, folder=self._folder).returncode))
        self.end_while_a_call_waits(phone_system)
        self.kill()
        self.back_up_and_upgrade()
        self.restore()
        tell("record", self.webdial("audit verify").strip().splitlines()[-1])

    def start(self, name: str) -> None:
        for block in how_to.commands("Start it"):
            how_to.run_all(block, folder=self._folder)
        self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        wait_until(lambda: self.status("/readyz") == 200, within_s=START_S)
        tell(name, "yes")

    def look_inside(self) -> None:
        tell("user", self.podman("exec webdial id -u").strip())
        status = self.podman("exec webdial cat /proc/1/status")
        for name in ("CapEff", "CapBnd", "NoNewPrivs"):
            tell(name, re.findall(rf"^{name}:\s*(\S+)", status, re.MULTILINE)[0])
        tried = how_to.run(
            "podman exec --user 0 webdial touch /opt/webdial/by-root", folder=self._folder
        )
        tell("root can write", "no" if "Read-only file system" in tried.stdout else "yes")

    def people(self) -> None:
        """One by the code, through the door for proxies; one by the command, its password typed by a pipe."""
        of_code, of_command = how_to.commands("Make the first administrator")
        fields = {
            "code": how_to.run_all(of_code, folder=self._folder).strip(), "login": "grace", "name": "Grace Moreau",
            "extension": "201", "password": _PASSWORD, "repeated": _PASSWORD,
        }  # fmt: skip
        for name, headers in {"without": {}, "by": {"X-Forwarded-Proto": "https"}}.items():
            somebody = Visitor(
                (_HOST, _PORT, None), {"Origin": f"https://{NAME}", **headers}, client=_HOST
            )
            tell(f"first administrator, {name} https", str(somebody.send("/first-start", fields)))
        piped = of_command.replace("-it", "-i").replace("--password", "--password-stdin")
        made = how_to.run(f"echo '{_PASSWORD}' | {piped}", folder=self._folder)
        tell("second administrator", str(made.returncode))

    def end_while_a_call_waits(self, phone_system: _PhoneSystem) -> None:
        outcome: list[str] = []
        caller = threading.Thread(target=lambda: outcome.append(self.call(f"0161 496 {_SLOW}")))
        caller.start()
        phone_system.is_asked.wait(60)
        ending = threading.Thread(target=lambda: self.podman("stop webdial"))
        ending.start()
        wait_until(lambda: self.status("/readyz") != 200)
        phone_system.may_answer.set()
        caller.join()
        ending.join()
        tell("called while it was told to end", outcome[0])
        tell("ended", self.inspected("ExitCode"))
        self.podman("start webdial")
        self.wait_ready("ready after the end")

    def kill(self) -> None:
        """From outside, as the kernel does it when there is no memory left."""
        killed = self.inspected("Pid")
        os.kill(int(killed), signal.SIGKILL)
        wait_until(lambda: self.inspected("Pid") not in {killed, "0"})
        self.wait_ready("ready after a kill")

    def back_up_and_upgrade(self) -> None:
        self._calls = self.calls()
        for block in (*how_to.commands("Back it up"), *how_to.commands("Upgrade")):
            how_to.run_all(block, folder=self._folder)
        self.podman("tag newer webdial")
        self.start("ready after the upgrade")
        tell("version after the upgrade", self.webdial("--version").split()[-1])
        tell("calls after the upgrade", "all" if self.calls() == self._calls else "not all")
        tell("called after the upgrade", self.call("0161 496 0003"))

    def restore(self) -> None:
        self.podman("rm --force webdial")
        self.podman("volume rm webdial")
        for block in how_to.commands("Restore"):
            how_to.run_all(block, folder=self._folder)
        self.start("ready after the restoring")
        tell("calls after the restoring", "all" if self.calls() == self._calls else "not all")
        tell("called after the restoring", self.call("0161 496 0004"))

    def calls(self) -> set[str]:
        lines = self.webdial("calls list --most 1000 --json").splitlines()
        return {json.loads(line)["id"] for line in lines}

    def call(self, number: str) -> str:
        """The outcome, or the status of a request that made no call."""
        status, content = self.ask("POST", "/api/v1/calls", json.dumps({"number": number}))
        return str(json.loads(content)["outcome"]) if status == 201 else str(status)

    def status(self, path: str) -> int:
        """0 when nothing answers."""
        try:
            return self.ask("GET", path)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(_HOST, _PORT, timeout=60)
        headers = {
            "Host": NAME, "Content-Type": "application/json", "Authorization": f"Bearer {self._token}"
        }  # fmt: skip
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def inspected(self, what: str) -> str:
        return self.podman(f"inspect webdial --format '{{{{.State.{what}}}}}'").strip()

    def webdial(self, arguments: str) -> str:
        return self.podman(f"exec webdial webdial {arguments}")

    def podman(self, arguments: str) -> str:
        return how_to.run_all(f"podman {arguments}", folder=self._folder)


def tell(name: str, found: str) -> None:
    print(name, found, sep="\t", flush=True)


def main(folder: Path) -> None:
    how_to.run_all("ip link set lo up", folder=folder)
    (folder / "webdial.env").write_text(how_to.variables(), encoding="utf-8")
    try:
        Trial(folder).run()
    finally:
        how_to.run("podman rm --all --force; podman volume prune --force", folder=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
