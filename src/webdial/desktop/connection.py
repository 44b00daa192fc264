"""The one connection: ask the server for something to do, do it once, tell what became of it.

A request that waits (long polling) and not a stream: every proxy lets it through, and what was lost on the
way is asked for again. What there is to do is only named in the answer; it is then claimed, which the
server allows once and for five seconds. So an answer that was held up on the way, or by a machine that
slept, does nothing.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from webdial.desktop.actions import Action, Done, abilities, perform
from webdial.desktop.errors import NotPairedError, RefusedError, UnreachableError
from webdial.desktop.site import WAIT_TIMEOUT_S, Site

log = logging.getLogger("webdial.desktop")

STALE_S: Final = 5.0
"""A claim whose answer took longer than this is not carried out: the person has given up by then."""

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0

_AT_ONCE: Final = 4
"""Actions that run side by side: a request that hangs holds up no other call."""

_REPORT_TRIES: Final = 3


class Clock(Protocol):
    """Seconds that go on while the machine sleeps."""

    def __call__(self) -> float: ...


class Connection:
    """Runs until `stop` is set, or the pairing is revoked."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock = time.time,
        do: Callable[[Action], Done] = perform,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._site = site
        self._clock = clock
        self._do = do
        self._jitter = jitter
        self.stop = threading.Event()

    def run(self) -> None:
        """Raises NotPairedError when the server knows this machine no more."""
        pause_s, has_begun = FIRST_PAUSE_S, False
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while not self.stop.is_set():
                try:
                    if not has_begun:
                        self._site.post("/begin", abilities())
                        has_begun = True
                        log.info("connected")
                    action_id = self._next(is_back=pause_s > FIRST_PAUSE_S)
                    pause_s = FIRST_PAUSE_S
                except (UnreachableError, RefusedError) as error:
                    log.warning("%s Trying again in a while.", error)
                    # Not all helpers of a company at once, when the server is there again.
                    self.stop.wait(pause_s * (0.5 + self._jitter()))
                    pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
                    continue
                if action_id is not None and (action := self._claimed(action_id)) is not None:
                    pool.submit(self._carry_out, action)

    def _next(self, *, is_back: bool) -> str | None:
        if is_back:  # a short question first, so that the log tells it now and not in 25 seconds
            self._site.get("")
            log.info("connected again")
        answer = self._site.get("/actions", timeout_s=WAIT_TIMEOUT_S)
        action = answer.get("action") if isinstance(answer, dict) else None
        return action if isinstance(action, str) else None

    def _claimed(self, action_id: str) -> Action | None:
        """The action, when it is this machine's to do, now."""
        asked_at = self._clock()
        try:
            told = self._site.post(f"/actions/{action_id}/claim", {})
            action = Action(str(told["id"]), str(told["kind"]), float(told["total_s"]), told)
        except (UnreachableError, RefusedError) as error:
            log.warning("nothing is done: %s", error)
            return None
        except (KeyError, TypeError, ValueError):
            log.warning("nothing is done: the server named an action that is not understood")
            return None
        if not 0 <= self._clock() - asked_at <= STALE_S:
            self._tell(action, Done("computer_away", "It came too late to be done."))
            return None
        return action

    def _carry_out(self, action: Action) -> None:
        done = self._do(action)
        log.info("%s: %s %s", action.kind, done.outcome, done.detail)
        self._tell(action, done)

    def _tell(self, action: Action, done: Done) -> None:
        """Tell it; only the first report counts, so it may be told again when that went wrong."""
        for _ in range(_REPORT_TRIES):
            try:
                self._site.post(f"/actions/{action.id}/report", done.report())
            except UnreachableError as error:
                log.warning("not told yet: %s", error)
                self.stop.wait(FIRST_PAUSE_S)
            except (RefusedError, NotPairedError) as error:
                log.warning("not told: %s", error)
                return
            else:
                return
