"""A circuit breaker: stops asking a phone system that is gone, and finds out by itself when it is back.

Closed, calls go through. After a number of failures in a row it opens: calls are held back, and
nothing is dialled. After a pause one call goes through on trial. An answer to it closes the breaker;
its failure makes the next pause twice as long. Pure: nothing but the clock that it is given.

Times are seconds of Unix time, since a breaker is shared between machines (docs/decisions/0023). A clock
that is set back begins a pause anew and lengthens it no further.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from webdial.values import value_class

FIRST_PAUSE_S: Final = 5.0
"""Long enough for a phone system to be left alone, short enough that a cable put back is noticed soon."""

TRIAL_LASTS_S: Final = 60.0
"""A trial of another node that is not told of for so long has died with the node; another one follows."""


class BreakerState(Enum):
    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many `failures` in a row calls are held back (None: never), and for how long at most."""

    failures: int | None = 5
    longest_pause_s: float = 120.0


@value_class(frozen=True, slots=True)
class Pass:
    """What a call got to go through with, and brings back. `era` is when it began, by changes of state."""

    era: int
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An open breaker as others are told of it. `failures` were counted in a row; `reason` is the last one.

    `since` is when it opened, `retry_at` from when on a call goes through on trial. While one
    `is_trying`, no other does until then.
    """

    since: float
    retry_at: float
    pause_s: float
    failures: int
    reason: str
    is_trying: bool = False


class Breaker:
    """One for each phone system. Every pass that `admit` gives must come back by one of the others."""

    __slots__ = ("_clock", "_era", "_failures", "_held", "_trial")

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._era = 0
        self._failures = 0
        self._held: Held | None = None
        self._trial: Pass | None = None

    @property
    def state(self) -> BreakerState:
        if self._held is None:
            return BreakerState.CLOSED
        return BreakerState.TRYING if self._held.is_trying else BreakerState.OPEN

    @property
    def held(self) -> Held | None:
        """What others are told; None while it is closed."""
        return self._held

    @property
    def failures(self) -> int:
        """How many calls in a row have failed."""
        return self._failures

    def admit(self) -> Pass | None:
        """A pass for a call; None when it is held back."""
        held = self._held
        if held is None:
            return Pass(self._era)
        if self._trial is not None or self._waits():
            return None
        self._era += 1
        self._trial = Pass(self._era, is_trial=True)
        self._held = replace(held, retry_at=self._clock() + TRIAL_LASTS_S, is_trying=True)
        return self._trial

    def admit_anyway(self) -> Pass:
        """A pass for a call that somebody asks for knowingly; an answer to it closes the breaker."""
        return Pass(self._era)

    @property
    def wait_s(self) -> float:
        """How long until a call goes through on trial; 0 when the next one does."""
        return 0.0 if self._held is None else max(self._held.retry_at - self._clock(), 0.0)

    def answered(self, given: Pass) -> None:
        """The phone system has answered, whatever it said: it is there."""
        self._take_back(given)
        self._failures = 0
        self.close()

    def failed(self, given: Pass, reason: str, patience: Patience) -> None:
        """It was not there. Of calls that began before the last change of state nothing is learned."""
        was_trial = self._take_back(given)
        if given.era != self._era:
            return
        if self._held is None:
            self._failures += 1
            if patience.failures is not None and self._failures >= patience.failures:
                pause_s = min(FIRST_PAUSE_S, patience.longest_pause_s)
                self._hold(self._clock(), pause_s, reason)
        elif was_trial:
            self._failures += 1
            pause_s = min(self._held.pause_s * 2, patience.longest_pause_s)
            self._hold(self._held.since, pause_s, reason)

    def unknown(self, given: Pass) -> None:
        """The call ended without a word about the phone system; after a trial the next call is one."""
        if self._take_back(given) and self._held is not None:
            self._held = replace(self._held, retry_at=self._clock(), is_trying=False)

    def close(self) -> None:
        """Let calls through."""
        if self._held is not None:
            self._era += 1
            self._held, self._failures = None, 0

    def adopt(self, held: Held | None) -> None:
        """Take over what another node knows."""
        if held is None:
            self.close()
            return
        if self._held is None:
            self._era += 1
        self._held, self._failures = held, held.failures

    def _waits(self) -> bool:
        held, now = self._held, self._clock()
        if held is None or held.retry_at <= now:
            return False
        longest = TRIAL_LASTS_S if held.is_trying else held.pause_s
        if held.retry_at - now > longest:
            self._held = replace(held, retry_at=now + longest)
        return True

    def _hold(self, since: float, pause_s: float, reason: str) -> None:
        self._era += 1
        retry_at = self._clock() + pause_s
        self._held = Held(since, retry_at, pause_s, self._failures, reason)

    def _take_back(self, given: Pass) -> bool:
        """Whether it was the trial under way, which it then is no more."""
        if self._trial is not given:
            return False
        self._trial = None
        return True
