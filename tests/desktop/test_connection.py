"""The helper's one connection, against a server that does what a bad one might."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from webdial.desktop.actions import Action, Done, perform
from webdial.desktop.connection import LONGEST_PAUSE_S, STALE_S, Connection
from webdial.desktop.errors import HelperError, NotPairedError, RefusedError, UnreachableError
from webdial.desktop.links import NotOpenedError, scheme_of
from webdial.desktop.site import Site, checked_address

GIVEN = {"id": "a1", "kind": "link", "total_s": 5.0, "link": "dial:1"}


@dataclass
class Server:
    """A Site whose answers stand in `script`; the last one ends the pairing."""

    script: list[object]
    claim: Callable[[], Any] = lambda: GIVEN
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def get(self, path: str, *, timeout_s: float = 0) -> Any:
        answer = self.script.pop(0) if self.script else NotPairedError("revoked")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def post(self, path: str, content: Any, *, timeout_s: float = 0) -> Any:
        self.asked.append((path, content))
        return self.claim() if path.endswith("/claim") else None


def connected(server: Server, clock: Callable[[], float] = lambda: 0.0) -> list[Action]:
    """Run until the pairing ends; the actions that were carried out."""
    done: list[Action] = []

    def do(action: Action) -> Done:
        done.append(action)
        return Done("handed_over")

    connection = Connection(cast("Site", server), clock=clock, do=do, jitter=lambda: 0.0)
    with pytest.raises(NotPairedError):
        connection.run()
    return done


def test_action_is_claimed_done_and_told() -> None:
    server = Server([{"action": None}, {"action": "a1"}])
    assert [each.content["link"] for each in connected(server)] == ["dial:1"]
    assert server.asked == [
        ("/begin", {"can": ["http", "link"], "lines": []}),
        ("/actions/a1/claim", {}),
        ("/actions/a1/report", {"outcome": "handed_over", "detail": ""}),
    ]


def test_claim_that_is_refused_does_nothing() -> None:
    def gone() -> Any:
        raise RefusedError("too old", 409)

    server = Server([{"action": "a1"}], claim=gone)
    assert connected(server) == []


def test_claim_whose_answer_was_lost_does_nothing() -> None:
    def lost() -> Any:
        raise UnreachableError("cut off")

    server = Server([{"action": "a1"}], claim=lost)
    assert connected(server) == []


@pytest.mark.parametrize("took_s", [STALE_S + 0.1, 3_600.0, -1.0])
def test_claim_that_came_too_late_does_nothing(took_s: float) -> None:
    """As on a laptop that was closed in between; a clock that was set back is not trusted either."""
    times = iter([100.0, 100.0 + took_s])
    server = Server([{"action": "a1"}])
    assert connected(server, clock=lambda: next(times)) == []
    assert server.asked[-1][1]["outcome"] == "computer_away"


@pytest.mark.parametrize("answer", [None, {}, {"action": 7}, [], "text"])
def test_answer_that_is_not_understood_does_nothing(answer: object) -> None:
    assert connected(Server([answer])) == []


def test_action_that_is_not_understood_does_nothing() -> None:
    assert connected(Server([{"action": "a1"}], claim=lambda: {"id": "a1"})) == []


def test_pauses_grow_to_a_minute() -> None:
    pauses: list[float] = []
    server = Server([UnreachableError("away")] * 9)
    connection = Connection(cast("Site", server), jitter=lambda: 0.5)
    connection.stop.wait = lambda timeout=None: bool(pauses.append(timeout or 0.0))  # type: ignore[method-assign]
    with pytest.raises(NotPairedError):
        connection.run()
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_kind_that_is_not_known_is_told() -> None:
    assert perform(Action("a1", "fax", 5.0, {})).outcome == "not_opened"


def test_fault_of_an_act_is_told() -> None:
    assert perform(Action("a1", "http", 5.0, {"url": object()})).outcome == "interrupted"


def test_action_shows_no_secret() -> None:
    assert "s3cr3t" not in repr(Action("a1", "http", 5.0, {"digest": ["u", "s3cr3t"]}))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "FILE:///etc/passwd", "data:text/html,x", "smb://host/x", "vbscript:x",
        "ms-msdt:/id", "search-ms:query=x", "tel:1 2", "tel:1\n2", "-x", "tel", "", "//host/x", "tel:",
    ],
)  # fmt: skip
def test_links_that_are_never_opened(link: str) -> None:
    with pytest.raises(NotOpenedError):
        scheme_of(link)


@pytest.mark.parametrize(
    "link", ["tel:1", "zoomphonecall://1", "TEL:1", "ms-teams:/l/call", "https://a/"]
)
def test_links_that_are_opened(link: str) -> None:
    assert scheme_of(link) == link.partition(":")[0].lower()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("webdial.example", "https://webdial.example"),
        ("https://webdial.example:8443/", "https://webdial.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
    ],
)
def test_address_of_a_server(typed: str, kept: str) -> None:
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "http://webdial.example",
        "ftp://webdial.example",
        "https://user@webdial.example",
        "https://a:x/",
        "https://",
    ],
)
def test_address_that_is_none(typed: str) -> None:
    with pytest.raises(HelperError):
        checked_address(typed)
