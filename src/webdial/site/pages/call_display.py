"""A call as pages show it: its outcome in words and colour, and what to do when it failed."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Self
from uuid import UUID

from webdial.exchange import Outcome, PlacedCall
from webdial.exchange.outcome import sentence_for
from webdial.numbers import NumberError, clean_number
from webdial.site.models import Call

_TELL: Final = "Tell an administrator"
_TRY_AGAIN: Final = "Try again in a minute. If it stays so, tell an administrator"
_IF_NOTHING_RINGS: Final = "If nothing rings within a minute, dial again."

_NEXT_STEPS: Final = {
    Outcome.REJECTED: f"{_TELL}: the dial string may need a change.",
    Outcome.FAILED: _IF_NOTHING_RINGS,
    Outcome.REDIRECTED_AWAY: f"{_TELL}: the dial string may name an old address.",
    Outcome.HOST_UNKNOWN: f"{_TELL}: the name in the dial string may be misspelt.",
    Outcome.CONNECTION_REFUSED: f"{_TRY_AGAIN}: the phone system may be switched off.",
    Outcome.UNREACHABLE: f"{_TRY_AGAIN}.",
    Outcome.CERTIFICATE_BAD: f"{_TELL}: the phone system needs a valid certificate.",
    Outcome.TLS_FAILED: f"{_TELL}: the dial string may need another port, or http://.",
    Outcome.TIMED_OUT: _IF_NOTHING_RINGS,
    Outcome.CUT_OFF: _IF_NOTHING_RINGS,
    Outcome.NOT_UNDERSTOOD: f"If nothing rings, {_TELL[0].lower()}{_TELL[1:]}: "
    "the dial string may not lead to the phone system.",
    Outcome.INTERRUPTED: _IF_NOTHING_RINGS,
}

_PASSING: Final = frozenset(
    {
        HTTPStatus.CONFLICT,  # how some say that the extension is in another call
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Answers of a phone system that may be another in a minute."""


@dataclass(frozen=True, slots=True)
class ShownCall:
    """`number` is as it was typed; `link` only stands here while somebody still has to open it."""

    id: UUID
    number: str
    dialled: str
    outcome: Outcome
    status: int | None
    placed_at: datetime
    finished_at: datetime | None = None
    link: str | None = None

    @classmethod
    def of_row(cls, row: Call, placed: PlacedCall | None = None) -> Self:
        """A call from the log; `placed` is the exchange's own word, which may be newer."""
        verdict = placed.verdict if placed else None
        return cls(
            id=row.id,
            number=row.typed.strip(),
            dialled=row.dialled,
            outcome=verdict.outcome if verdict else Outcome(row.outcome),
            status=verdict.status if verdict else row.status,
            placed_at=row.placed_at,
            finished_at=row.finished_at,
        )

    @classmethod
    def of_placed(cls, call: PlacedCall) -> Self:
        return cls(
            id=call.id,
            number=call.prepared.number.typed.strip(),
            dialled=call.prepared.number.dialled,
            outcome=call.outcome,
            status=call.verdict.status if call.verdict else None,
            placed_at=call.placed_at,
            link=call.link,
        )

    @property
    def is_placing(self) -> bool:
        return not self.outcome.is_final

    @property
    def has_failed(self) -> bool:
        return self.outcome.is_final and not self.outcome.is_success

    @property
    def label(self) -> str:
        return self.outcome.label

    @property
    def sentence(self) -> str:
        return sentence_for(self.outcome, self.status)

    @property
    def tone(self) -> str:
        """Which colour: busy, good, warn (may have rung) or bad (nothing was dialled)."""
        if self.is_placing:
            return "busy"
        if self.outcome.is_success:
            return "good"
        return "warn" if self.outcome.may_have_rung else "bad"

    @property
    def next_step(self) -> str:
        """What the caller can do now; empty when nothing need be done."""
        if self.outcome is Outcome.REJECTED and self.status in _PASSING:
            return f"{_TRY_AGAIN}."
        return _NEXT_STEPS.get(self.outcome, "")

    @property
    def extension_behind(self) -> str:
        """The extension that was written behind the number and is not dialled; often empty."""
        try:
            return clean_number(self.number).extension or ""
        except NumberError:  # it was dialled by an earlier version with other rules
            return ""

    @property
    def took(self) -> str:
        """How long the phone system took to answer, such as `0.4 s`; empty while it does."""
        if self.finished_at is None or self.outcome is Outcome.HANDED_OVER:
            return ""
        seconds = (self.finished_at - self.placed_at).total_seconds()
        if seconds < 0.1:
            return "under 0.1 s"
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
