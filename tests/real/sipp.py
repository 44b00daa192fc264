"""A callee that behaves by a script, for calls that come to nothing.

SIPp takes one call and ends; its exit status says whether the call went as the script has it.
"""

from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from . import presence
from .processes import Child

_SCENARIOS = Path(__file__).with_name("sipp")
_SIP_PORT = 5060
_LIFETIME = "60s"
"""After which SIPp gives up by itself, the call not come: longer than any test lasts."""


class Behaviour(Enum):
    """What the callee does: the scenario, and the status line with which it refuses."""

    ANSWERS = ("answers", "")
    RINGS = ("rings", "")
    BUSY = ("refuses", "486 Busy Here")
    NOT_FOUND = ("refuses", "404 Not Found")


class ScriptedCallee:
    """A running SIPp; a context manager that ends it.

    It is not waited for: who sends the INVITE repeats it until it is answered (RFC 3261 section
    17.1.1.2, every half second at first).
    """

    def __init__(self, host: str, behaviour: Behaviour, folder: Path) -> None:
        """Start it on `host`, a loopback address of its own; `folder` is for its files."""
        self.uri = f"sip:callee@{host}:{_SIP_PORT}"
        name, status = behaviour.value
        text = (_SCENARIOS / f"{name}.xml").read_text(encoding="utf-8")
        scenario = folder / "scenario.xml"
        scenario.write_text(text.replace("@STATUS@", status), encoding="utf-8")
        self._child = Child(
            f"SIPp {behaviour.name}",
            [
                presence.program("sipp"),
                *("-sf", scenario),
                *("-i", host, "-p", str(_SIP_PORT)),
                *("-m", "1", "-nostdin"),
                *("-timeout", _LIFETIME, "-timeout_error"),
            ],
            folder=folder,
        )

    def wait_done(self, *, timeout_s: float = 10.0) -> bool:
        """Wait for the call to be over; say whether it went as the script has it.

        Raises PartError when there was no call, or not its end, within `timeout_s`.
        """
        return self._child.wait_end(timeout_s=timeout_s) == 0

    def end(self) -> None:
        self._child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
