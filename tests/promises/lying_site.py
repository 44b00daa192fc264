"""A server that a helper is paired with and that means harm: whoever has taken over the one of the company."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class _Handler(BaseHTTPRequestHandler):
    server: "LyingSite"

    def do_GET(self) -> None:
        is_asked_for_actions = self.path.endswith("/actions")
        self._answer({"action": self.server.next_action()} if is_asked_for_actions else "near")

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        *_, action_id, act = self.path.split("/")
        match act:
            case "pair":
                self._answer({"token": "wd_taken", "user": "Carl Osei"}, status=201)
            case "claim":
                self._answer(self.server.action(action_id))
            case "report":
                self.server.note(action_id, content)
                self._answer(None, status=204)
            case _:
                self._answer(None, status=204)

    def _answer(self, content: Any, *, status: int = 200) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class LyingSite(ThreadingHTTPServer):
    """Has the helper do each of `actions`; what became of each stands in `reports`."""

    def __init__(self, actions: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._actions = {f"a{index}": action for index, action in enumerate(actions)}
        self._left = list(self._actions)
        self._told = threading.Event()
        self._ends = threading.Event()
        self.reports: dict[str, dict[str, Any]] = {}

    def handle_error(self, *_: object) -> None:
        """A helper that was killed has hung up."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next_action(self) -> str | None:
        """Each once; whoever asks when all are given out waits, as at a real one."""
        if self._left:
            return self._left.pop(0)
        self._ends.wait(60)
        return None

    def action(self, action_id: str) -> dict[str, Any]:
        return {"id": action_id, "total_s": 5.0, **self._actions[action_id]}

    def note(self, action_id: str, report: dict[str, Any]) -> None:
        self.reports[action_id] = report
        if len(self.reports) == len(self._actions):
            self._told.set()

    def wait_reported(self) -> None:
        assert self._told.wait(60), f"only {self.reports} was told"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.shutdown()
        self.server_close()
