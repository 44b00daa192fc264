"""Clients that want calls. Each call has a number and a key of its own, and is asked for until it is answered."""

import http.client
import itertools
import json
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final, Self

_PAUSE_S: Final = 0.02
"""Before a client asks again: the server is starting, or its database is away."""

_KEPT_FOR: Final = 5
"""One call in so many ends its client's connection: of several workers each then gets some."""

_ANSWER_S: Final = 300.0


@dataclass(slots=True)
class Wish:
    """A call that a client wants, and what it was told in the end."""

    number: str
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    tries: int = 0
    refusals: int = 0
    """Answers that nothing was placed, since the log could not be written."""
    status: int = 0
    call_id: str = ""
    outcome: str = ""


class Load:
    """A context manager; when it is left, every client ends with the answer to its last wish."""

    def __init__(self, port: int, token: str, *, clients: int) -> None:
        self._port = port
        self._token = token
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._is_enough = threading.Event()
        self._gives_up = threading.Event()
        self._threads = [threading.Thread(target=self._go_on) for _ in range(clients)]
        self.answered: list[Wish] = []
        self.faults: list[str] = []
        """Answers that no client should ever get."""

    def wait_for_answers(self, count: int, *, goes_on: Callable[[], bool]) -> None:
        """Return once `count` more wishes are answered, or `goes_on` no more."""
        wanted = len(self.answered) + count
        with self._changed:
            while len(self.answered) < wanted and goes_on():
                self._changed.wait(1)

    def pass_time(self, seconds: float) -> None:
        """Let the clients go on for so long."""
        self._is_enough.wait(seconds)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._is_enough.set()
        if kind is not None:
            self._gives_up.set()
        for thread in self._threads:
            thread.join(_ANSWER_S)

    def _go_on(self) -> None:
        with closing(_Client(self._port, self._token)) as client:
            while not self._is_enough.is_set():
                with self._changed:
                    wish = Wish(f"01632{next(self._numbers):06}")
                self._fulfil(client, wish)
                if len(self.answered) % _KEPT_FOR == 0:
                    client.close()
                with self._changed:
                    self.answered.append(wish)
                    self._changed.notify_all()

    def _fulfil(self, client: "_Client", wish: Wish) -> None:
        while not wish.status and not self._gives_up.is_set():
            wish.tries += 1
            try:
                status, content = client.ask(wish)
            except (OSError, http.client.HTTPException):
                client.close()
                self._gives_up.wait(_PAUSE_S)
                continue
            if status in {200, 201}:
                wish.call_id, wish.outcome = content["id"], content["outcome"]
                wish.status = status
                return
            wish.refusals += 1
            if (status, content.get("code")) != (503, "journal_unavailable"):
                self.faults.append(f"{wish.number}: {status} {content}")
            self._gives_up.wait(_PAUSE_S)


class _Client:
    """One connection, opened anew when it is lost."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, wish: Wish) -> "tuple[int, dict[str, str]]":
        headers = {**self._headers, "Idempotency-Key": json.dumps(wish.key)}
        body = json.dumps({"number": wish.number})
        self._connection.request("POST", "/api/v1/calls", body, headers)
        with self._connection.getresponse() as answer:
            return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._connection.close()
