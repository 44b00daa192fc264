"""What the helper can be asked to do: an action in, what became of it out.

Each kind stands in KINDS with the function that does it. It may block, raises nothing of the world's, and
does what it does once.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from webdial.desktop import links, requests
from webdial.desktop.tapi.dialling import dial
from webdial.desktop.tapi.failures import TapiError
from webdial.desktop.tapi.lines import voice_lines

log = logging.getLogger("webdial.desktop")

MAX_LINES: Final = 50
MAX_NAME: Final = 80
"""Of a line: what the server takes."""


@dataclass(frozen=True)
class Action:
    """`content` may hold secrets; `repr` does not show it. `total_s`: seconds that it may take."""

    id: str
    kind: str
    total_s: float
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Done:
    """What became of an action.

    `outcome` is one of the server's (docs/reference/outcomes.md), or `answered` with the answer to a
    request in `answer`: status, headers, body in base64, charset. `detail` says why, in a sentence.
    """

    outcome: str
    detail: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def report(self) -> dict[str, Any]:
        return {"outcome": self.outcome, "detail": self.detail, **self.answer}


def open_link(action: Action) -> Done:
    """Open a link by the program that the machine has for it."""
    try:
        links.open_link(str(action.content["link"]))
    except links.NotOpenedError as error:
        return Done("not_opened", str(error))
    return Done("handed_over")


def send_request(action: Action) -> Done:
    """Send an HTTP request to this machine or to its network."""
    sent = requests.send(requests.Request.of(action.content))
    return Done(sent.outcome, sent.detail, sent.answer)


def dial_by_tapi(action: Action) -> Done:
    """Dial the number by Windows' telephony."""
    number, line = str(action.content["number"]), str(action.content.get("line") or "")
    return Done(*dial(number, line, action.total_s))


KINDS: Final[dict[str, Callable[[Action], Done]]] = {
    "link": open_link,
    "http": send_request,
    "tapi": dial_by_tapi,
}
"""What can be done, by the names that the server knows."""


def abilities() -> dict[str, Any]:
    """What can be done on this machine now, and the telephone lines that it has.

    TAPI is on every Windows. Without a line for voice the program for links is the better one.
    """
    try:
        lines = [{"id": line.id, "name": line.name[:MAX_NAME]} for line in voice_lines()]
    except TapiError as error:
        log.debug("no TAPI: %s", error)
        lines = []
    kinds = sorted(kind for kind in KINDS if kind != "tapi" or lines)
    return {"can": kinds, "lines": lines[:MAX_LINES]}


def perform(action: Action) -> Done:
    """Do it. A fault of ours is told as such, and whether anything rang is then not known."""
    act = KINDS.get(action.kind)
    if act is None:
        return Done("not_opened", "This helper is too old for that. Install the newest one.")
    try:
        return act(action)
    except Exception:
        log.exception("action %s (%s) failed", action.id, action.kind)
        return Done("interrupted", "The helper failed; its log says why.")
