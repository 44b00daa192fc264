"""A running site as an attacker meets it: over HTTP with any header, or with bytes of their own."""

import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tests.pages.filled import Filled, read_filled
from tests.promises.person import Person
from tests.running.test_nothing_lost import phone_system
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

_CSRF: Final = "a" * 32
_PREPARE: Final = """
from pathlib import Path
from tests.promises.people import prepare
prepare(Path({filled!r}), Path({told!r}), {dial_string!r})
"""
_HIRE: Final = """
from pathlib import Path
from tests.promises.people import hire
hire(Path({told!r}), {login!r}, {settings!r}, {beside!r})
"""
NOT_COUNTED: Final = {
    "django_session", "usersessions_usersession", "webdial_cacheentry",
    "webdial_apitoken", "webdial_auditrecord",
}  # fmt: skip
"""Tables that change by themselves: who is signed in, what was asked for how often, which
token was used on which day, where the journal stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Attacker:
    """Somebody with a browser's cookies and a program's headers, who follows no redirect."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    comes_from: str = "127.0.0.1"
    """Another address of loopback is another machine, for whoever counts by address."""

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        netloc, source = urlsplit(self.address).netloc, (self.comes_from, 0)
        connection = HTTPConnection(netloc, timeout=60, source_address=source)
        with closing(connection):
            connection.request(method, path, body, {**sent, **self.headers, **headers})
            with connection.getresponse() as answer:
                body = answer.read()
                return Answer(answer.status, answer.headers, body.decode("utf-8", "replace"))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def submit(self, path: str, *, is_forged: bool = False, **fields: str) -> Answer:
        """A form of ours; a forged one comes without the token against forgery."""
        if not is_forged:
            self.cookies["csrftoken"] = fields["csrfmiddlewaretoken"] = _CSRF
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body=urlencode(fields).encode(), headers=headers)

    def take_cookies(self, answer: Answer) -> Answer:
        """Keep what it sets, as a browser does."""
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def call(self, number: str, **fields: object) -> Answer:
        """Place a call through the API."""
        body = json.dumps({"number": number, **fields}).encode()
        return self.ask("POST", "/api/v1/calls", body=body)


@dataclass
class AttackedSite:
    installation: Installation
    server: Server
    phones: FaultServer
    filled: Filled
    people: dict[str, Person]
    computer: str
    """The token of a paired one."""

    extension: str
    """The token of a browser’s."""

    def nobody(self) -> Attacker:
        return Attacker(self.server.address)

    def browser(self, login: str) -> Attacker:
        """Signed in as this user."""
        return Attacker(self.server.address, {"sessionid": self.people[login].session})

    def program(self, login: str) -> Attacker:
        """With a token of this user's."""
        return self.bearing(self.people[login].token)

    def hire(self, login: str, settings: Mapping[str, str] = {}, *, beside: str = "") -> Person:
        """One caller more, whom no other test knows, in a branch of their own with these settings."""
        told = self.installation.folder / f"{login}.json"
        self.installation.execute(
            _HIRE.format(told=str(told), login=login, settings=dict(settings), beside=beside)
        )
        self.people[login] = Person(**json.loads(told.read_text(encoding="utf-8")))
        until_known(self.program(login))
        return self.people[login]

    def bearing(self, token: str) -> Attacker:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return Attacker(self.server.address, headers=headers)

    def send_bytes(self, content: bytes) -> str:
        """What the server says to these bytes until it closes, or says nothing more for a second."""
        url = urlsplit(self.server.address)
        said = b""
        with socket.create_connection((url.hostname, url.port), timeout=1) as connection:
            connection.sendall(content)
            try:
                while part := connection.recv(65_536):
                    said += part
            except (TimeoutError, ConnectionError):
                pass
        return said.decode("latin-1")

    def rows(self, *tables: str) -> dict[str, list[Any]]:
        """What these tables hold; without a name, all whose rows are not made by looking at pages."""
        with closing(sqlite3.connect(self.installation.folder / "webdial.sqlite3")) as database:
            names = tables or _tables(database)
            return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}

    def select(self, query: str) -> list[Any]:
        """Straight from the database's file."""
        with closing(sqlite3.connect(self.installation.folder / "webdial.sqlite3")) as database:
            return database.execute(query).fetchall()


def at_once(times: int, ask: Callable[[int], Answer]) -> list[Answer]:
    """What is answered to requests that are sent as close together as threads can."""
    gate = threading.Barrier(times)

    def go(index: int) -> Answer:
        gate.wait(30)
        return ask(index)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(go, range(times)))


def until_known(program: Attacker, *, status: int = 200) -> None:
    """What is changed by a command is taken up by a server within a second."""
    ends_s = time.monotonic() + 20
    while program.get("/api/v1/phones").status != status:
        assert time.monotonic() < ends_s, "the server did not take it up"


def _tables(database: sqlite3.Connection) -> list[str]:
    named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in named if name not in NOT_COUNTED and not name.startswith("sqlite_")]


@contextmanager
def attacked_site(folder: Path, **environment: str) -> Iterator[AttackedSite]:
    installation = Installation(folder)
    installation.extra_environment = environment
    filled, told = folder / "filled.json", folder / "told.json"
    with phone_system() as phones:
        dial_string = phones.url("", "/?from=^&to=#")
        code = _PREPARE.format(filled=str(filled), told=str(told), dial_string=dial_string)
        installation.execute(code)
        content = json.loads(told.read_text(encoding="utf-8"))
        people = {login: Person(**person) for login, person in content["people"].items()}
        with installation.serving() as server:
            found = read_filled(filled)
            yield AttackedSite(
                installation,
                server,
                phones,
                found,
                people,
                content["computer"],
                content["extension"],
            )
