"""One call on one line, from dialling until it is over.

Whoever makes a call by TAPI owns it: the call ends when its owner closes the line. So once it is told how the
call got on, a thread keeps the line open until the call is over.
"""

import logging
import threading
import time
from contextlib import suppress
from ctypes import byref
from typing import Final, NamedTuple

from webdial.desktop.marking import translatable
from webdial.desktop.tapi.failures import LINE_FAILURES, TapiError, line_failure
from webdial.desktop.tapi.library import call, function
from webdial.desktop.tapi.lines import Application, Line
from webdial.desktop.tapi.structures import (
    CALL_STATES,
    DISCONNECT_MODES,
    DWORD,
    INTERACTIVE_VOICE,
    LINEMESSAGE,
    LONG,
    MAKE_CALLS_ONLY,
    MESSAGES,
)

log = logging.getLogger("webdial.desktop")

_ENDING_S: Final = 10.0
"""For a call that is over to become idle; then the line is closed in any case."""

_LOOK_S: Final = 1.0
"""A wait for a message takes no longer, so that nothing depends on a driver that forgets to wake us."""

_NOTHING_CAME: Final = next(
    code for code, (name, _) in LINE_FAILURES.items() if name == "OPERATIONFAILED"
)
"""What `lineGetMessage` answers when the time is over."""

_STATES: Final = {value: name for name, value in CALL_STATES.items()}
_MODES: Final = {value: name for name, value in DISCONNECT_MODES.items()}

_UNDER_WAY: Final = {
    "DIALTONE": "The line is about to dial.",
    "DIALING": "The line is dialling.",
    "PROCEEDING": "The line has dialled.",
    "RINGBACK": "The number is ringing.",
}


class Result(NamedTuple):
    """An outcome of the server's (docs/reference/outcomes.md), and what TAPI said, in a sentence."""

    outcome: str
    detail: str


CONNECTED: Final = Result("accepted", "Connected.")

NOT_DIALLED: Final = {
    "BUSY": Result("rejected", translatable("The number is busy.")),
    "SPECIALINFO": Result(
        "rejected", translatable("The network says that the number cannot be reached.")
    ),
}

ENDED: Final = {
    "NORMAL": Result("accepted", "Ended before it was connected."),
    "UNKNOWN": Result("failed", translatable("The call ended, and the line's driver does not say why.")),
    "REJECT": Result("rejected", translatable("The call was refused at the other end.")),
    "PICKUP": Result("accepted", "The call was picked up elsewhere."),
    "FORWARDED": Result("accepted", "The call was forwarded."),
    "BUSY": NOT_DIALLED["BUSY"],
    "NOANSWER": Result("rejected", translatable("Nobody answers.")),
    "BADADDRESS": Result("rejected", translatable("The number is not valid.")),
    "UNREACHABLE": Result("rejected", translatable("The number cannot be reached.")),
    "CONGESTION": Result("rejected", translatable("The network is busy.")),
    "INCOMPATIBLE": Result("rejected", translatable("The other end takes no voice calls.")),
    "UNAVAIL": Result("rejected", translatable("The number cannot be reached now.")),
    "NODIALTONE": Result("rejected", translatable("The line has no dial tone.")),
    "NUMBERCHANGED": Result("rejected", translatable("The number has changed.")),
    "OUTOFORDER": Result("rejected", translatable("The line at the other end is out of order.")),
    "TEMPFAILURE": Result("rejected", translatable("The network has failed for a while. Dial again in a moment.")),
    "QOSUNAVAIL": Result("rejected", translatable("The network is too slow for the call.")),
    "BLOCKED": Result("rejected", translatable("The phone system does not allow this call.")),
    "DONOTDISTURB": Result("rejected", translatable("The other end does not want to be disturbed.")),
    "CANCELLED": Result("rejected", translatable("The call was cancelled.")),
}  # fmt: skip
"""By LINEDISCONNECTMODE_...; many drivers know UNKNOWN alone."""

CLOSED: Final = Result("failed", translatable("The line's driver closed the line."))
_SILENT: Final = Result("accepted", "The line has taken the call, and its driver tells no more.")
_NOT_TAKEN: Final = Result(
    "timed_out", "The line's driver did not answer. The call was taken back."
)


class LineCall:
    """Made by `dial`, which hands it the line's application; it ends that when the call is over."""

    def __init__(self, used: Application, line: Line) -> None:
        self._used = used
        self._line = line
        self._line_handle = DWORD(0)
        self._handle = DWORD(
            0
        )  # Windows writes it when the call was made, so it must stay in place
        self._request = 0
        self._is_taken = self._is_over = False
        self._state = ""
        self._result: Result | None = None

    def make(self, number: str) -> None:
        """Open the line and dial. Raises TapiError; nothing was dialled then."""
        call(
            "lineOpenW", self._used.handle, self._line.device, byref(self._line_handle),
            self._line.version, 0, 0, MAKE_CALLS_ONLY, INTERACTIVE_VOICE, None,
        )  # fmt: skip
        self._request = call(
            "lineMakeCallW", self._line_handle, byref(self._handle), number, 0, None
        )

    def result(self, limit_s: float) -> Result:
        """How the call got on: when it is connected or ended, at the latest after `limit_s`."""
        deadline = time.monotonic() + limit_s
        while self._result is None and (left_s := deadline - time.monotonic()) > 0:
            self._look(left_s)
        result = self._result = self._result or self._result_so_far()
        if self._is_over or result is _NOT_TAKEN:
            self.end()
        else:
            threading.Thread(target=self._hold, name="tapi call", daemon=True).start()
        return result

    def end(self) -> None:
        """Let go of the call, the line and TAPI. A call that is not over ends by that."""
        for name, handle in (
            ("lineDeallocateCall", self._handle.value),
            ("lineClose", self._line_handle.value),
            ("lineShutdown", self._used.handle),
        ):
            if handle:
                with suppress(TapiError):
                    call(name, handle)

    def _result_so_far(self) -> Result:
        if self._state in _UNDER_WAY:
            return Result("accepted", _UNDER_WAY[self._state])
        return _SILENT if self._is_taken else _NOT_TAKEN

    def _hold(self) -> None:
        """Keep the line open until the call is over; one that was ended has some seconds for that."""
        deadline: float | None = None
        try:
            while not self._is_over and (deadline is None or time.monotonic() < deadline):
                self._look(_LOOK_S)
                if deadline is None and self._state == "DISCONNECTED":
                    deadline = time.monotonic() + _ENDING_S
        except Exception:
            log.exception("a call by TAPI could not be followed to its end")
        finally:
            self.end()

    def _look(self, limit_s: float) -> None:
        """Wait for a message and heed it."""
        message = LINEMESSAGE()
        wait_ms = int(min(limit_s, _LOOK_S) * 1000) + 1
        answer = function("lineGetMessage")(self._used.handle, byref(message), wait_ms)
        if answer >= 0:
            self._heed(message)
        elif answer & 0xFFFFFFFF != _NOTHING_CAME:
            self._finish(Result("failed", str(line_failure(answer))))

    def _heed(self, message: LINEMESSAGE) -> None:
        kind = message.dwMessageID
        if kind == MESSAGES["REPLY"] and message.dwParam1 == self._request:
            failure = LONG(message.dwParam2 & 0xFFFFFFFF).value
            self._is_taken = failure == 0
            if failure:
                self._finish(Result("rejected", str(line_failure(failure))))
        elif kind == MESSAGES["CALLSTATE"]:
            self._handle.value = self._handle.value or message.hDevice
            self._is_taken = True
            self._heed_state(_STATES.get(message.dwParam1, ""), message.dwParam2)
        elif kind == MESSAGES["CLOSE"] and message.hDevice == self._line_handle.value:
            self._finish(CLOSED)

    def _heed_state(self, state: str, detail: int) -> None:
        if state:
            self._state = state
        if state == "CONNECTED":
            self._tell(CONNECTED)
        elif state in NOT_DIALLED:
            self._tell(NOT_DIALLED[state])
        elif state == "DISCONNECTED":
            self._tell(ENDED[_MODES.get(detail, "UNKNOWN")])
        elif state == "IDLE":
            self._finish(ENDED["UNKNOWN"])
        if state in NOT_DIALLED or state == "DISCONNECTED":
            # What was dialled for nothing is hung up; what the other end has left becomes idle.
            with suppress(TapiError):
                call("lineDrop", self._handle, None, 0)

    def _tell(self, result: Result) -> None:
        """The first that is known stands."""
        self._result = self._result or result

    def _finish(self, result: Result) -> None:
        self._tell(result)
        self._is_over = True
