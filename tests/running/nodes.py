"""Several servers on one PostgreSQL, as on several machines: a data folder each, one secret key.

`Nodes` is what a test of anything that must hold across nodes begins with: it starts nodes, asks each
the same, and waits for what takes a second.
"""

import itertools
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.server import Installation, Reply, Server

WITHIN_S = 20.0
"""What takes a second by the manual, on a machine that is busy with other tests."""


class Nodes:
    """Installations that share a database and the keys; a context manager that ends their servers."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self._folder = folder
        self._shared = {
            "WEBDIAL_SECRET_KEY": "the-same-key-on-every-node-" + "k" * 20,
            **environment,
        }
        self._url = database_url
        self._stack = ExitStack()
        self.first = self.installation("first")
        self.first.prepare()

    def installation(self, name: str) -> Installation:
        """A node's own data folder and commands, no server yet."""
        environment = dict(self._shared)
        if (key := self._folder / "first" / "credential.key").exists():
            environment["WEBDIAL_CREDENTIAL_KEYS"] = key.read_text(encoding="ascii").strip()
        token = self.first.token if name != "first" else ""
        return Installation(self._folder / name, self._url, token, environment)

    def start(self, name: str, *options: str) -> Server:
        installation = self.first if name == "first" else self.installation(name)
        return self._stack.enter_context(Server(installation, *options))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def wait_until(is_so: Callable[[], bool], *, within_s: float = WITHIN_S) -> float:
    """Ask until it is so; how many seconds that took. Fails when it is not in time."""
    began_s = time.monotonic()
    while not is_so():
        assert time.monotonic() - began_s < within_s, "it did not come about"
    return time.monotonic() - began_s


def at_once(*asked: Callable[[], Reply]) -> list[Reply]:
    """Ask several nodes at the same moment; the answers in the order of the questions.

    For what must hold across nodes: `at_once(*[lambda node=node: node.place_call(NUMBER) for node in nodes])`.
    """
    gate = threading.Barrier(len(asked))

    def ask(question: Callable[[], Reply]) -> Reply:
        gate.wait(WITHIN_S)
        return question()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))


@contextmanager
def placing_all_the_time(place: Callable[[str], Reply], *, clients: int) -> Iterator[list[Reply]]:
    """Clients that place one call after the other, each to another number; the answers that they got so far."""
    is_enough = threading.Event()
    with _clients(place, clients, is_enough.is_set) as replies:
        try:
            yield replies
        finally:
            is_enough.set()


@contextmanager
def placing_until_refused(server: Server, *, clients: int) -> Iterator[list[Reply]]:
    """As `placing_all_the_time`, until nobody listens any more. A connection that breaks is a failure."""
    is_refused = threading.Event()

    def place(number: str) -> Reply | None:
        try:
            return server.place_call(number)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            is_refused.set()
            return None

    with _clients(place, clients, is_refused.is_set) as replies:
        try:
            yield replies
        except BaseException:
            is_refused.set()
            raise


@contextmanager
def _clients(
    place: Callable[[str], Reply | None], count: int, is_enough: Callable[[], bool]
) -> Iterator[list[Reply]]:
    numbers = (f"01632{number:06}" for number in itertools.count())
    replies: list[Reply] = []
    failures: list[BaseException] = []
    turn = threading.Lock()

    def go_on() -> None:
        try:
            while not is_enough():
                with turn:
                    number = next(numbers)
                if (reply := place(number)) is not None:
                    replies.append(reply)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=go_on) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield replies
    finally:
        for thread in threads:
            thread.join(60)
    assert not failures, failures


class Placing:
    """Calls that are placed while the test does something else: their outcomes, once it has left."""

    def __init__(self, server: Server, count: int) -> None:
        self._pool = ThreadPoolExecutor(count)
        self._placed = [
            self._pool.submit(server.place_call, f"0163296{index:04}") for index in range(count)
        ]
        self.outcomes: list[str] = []

    def __enter__(self) -> list[str]:
        return self.outcomes

    def __exit__(self, *_: object) -> None:
        self.outcomes += [each.result(60).content["outcome"] for each in self._placed]
        self._pool.shutdown()
