"""A call as pages show it: its outcome in words and colour, and what to do when it failed."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Self
from uuid import UUID

import orjson

from webdial.exchange import Channel, Outcome, PlacedCall, Verdict
from webdial.exchange.calls import Repeat
from webdial.language import translatable, translate, waited
from webdial.numbers import NumberError, NumberStep, StepKind, clean_number
from webdial.site.models import Call
from webdial.site.pages.kept_words import told_verdict

_TRY_AGAIN: Final = translatable("Try again in a minute. If it stays so, tell an administrator.")
_IF_NOTHING_RINGS: Final = translatable("If nothing rings within a minute, dial again.")

_NEXT_STEPS: Final = {
    Outcome.REJECTED: translatable("Tell an administrator: the dial string may need a change."),
    Outcome.LOG_IN_FAILED: translatable(
        "Tell an administrator: the password or key for the phone system may be an old one."
    ),
    Outcome.BLOCKED: translatable("If it has to be rung, ask an administrator."),
    Outcome.HELD_BACK: _TRY_AGAIN,
    Outcome.ADDRESS_NOT_ALLOWED: translatable(
        "Tell an administrator: the setting Allowed Hosts may lack an address."
    ),
    Outcome.FAILED: _IF_NOTHING_RINGS,
    Outcome.REDIRECTED_AWAY: translatable(
        "Tell an administrator: the dial string may name an old address."
    ),
    Outcome.HOST_UNKNOWN: translatable(
        "Tell an administrator: the name in the dial string may be misspelt."
    ),
    Outcome.CONNECTION_REFUSED: translatable(
        "Try again in a minute. If it stays so, tell an administrator: the phone system may be switched off."
    ),
    Outcome.UNREACHABLE: _TRY_AGAIN,
    Outcome.CERTIFICATE_BAD: translatable(
        "Tell an administrator: the phone system needs a valid certificate."
    ),
    Outcome.TLS_FAILED: translatable(
        "Tell an administrator: the dial string may need another port, or http://."
    ),
    Outcome.TIMED_OUT: _IF_NOTHING_RINGS,
    Outcome.CUT_OFF: _IF_NOTHING_RINGS,
    Outcome.NOT_UNDERSTOOD: translatable(
        "If nothing rings, tell an administrator: the dial string may not lead to the phone system."
    ),
    Outcome.INTERRUPTED: _IF_NOTHING_RINGS,
    Outcome.COMPUTER_AWAY: translatable(
        "Look whether the helper runs there: My account | Computers. Then dial again."
    ),
    Outcome.NOT_OPENED: translatable(
        "Install a phone program on your computer, or tell an administrator."
    ),
}

CHANNELS: Final = {
    Channel.PAGE.value: translatable("These pages"),
    Channel.API.value: translatable("Another program (API)"),
    Channel.CLI.value: translatable("The command line"),
    Channel.COMPUTER.value: translatable("A link on their computer"),
}
"""By which door a call came, in words."""

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
    message: str = ""
    told_step: str = ""
    """What the caller does now by the phone system's file; empty where it tells nothing."""
    phone_system: str = ""
    who: str = ""
    """Who placed it, and of which branch."""
    staff_id: str = ""
    whom: str = ""
    """Whose the number is, where that is known."""
    is_erased: bool = False
    """What named people in it was taken away, so it cannot be dialled again."""
    repeats: Repeat | None = None
    """Set where it is shown instead of a call that was asked for a second time."""

    @property
    def opens_page(self) -> bool:
        """Whether the link is a web page, which goes into a tab of its own."""
        return self.link is not None and self.link.lower().startswith(("http:", "https:"))

    @classmethod
    def of_row(
        cls, row: Call, placed: PlacedCall | None = None, *, repeats: Repeat | None = None
    ) -> Self:
        """A call from the log; `placed` is the exchange's own word, which may be newer."""
        verdict = placed.verdict if placed else None
        return cls(
            id=row.id,
            number=translate("Number erased") if row.erased_at else row.typed.strip(),
            dialled=row.dialled,
            outcome=verdict.outcome if verdict else Outcome(row.outcome),
            status=verdict.status if verdict else row.status,
            placed_at=row.placed_at,
            finished_at=row.finished_at,
            message=verdict.message if verdict else row.message,
            told_step=verdict.next_step if verdict else row.next_step,
            phone_system=row.phone_system,
            who=row.user.name if row.user else "",
            staff_id=row.user.staff_id if row.user else "",
            is_erased=row.erased_at is not None,
            repeats=repeats,
        )

    @classmethod
    def of_placed(cls, call: PlacedCall) -> Self:
        return cls(
            id=call.id,
            number=call.prepared.number.typed.strip(),
            dialled=call.prepared.dialled,
            outcome=call.outcome,
            status=call.verdict.status if call.verdict else None,
            placed_at=call.placed_at,
            link=None if call.repeats else call.link,
            message=call.verdict.message if call.verdict else "",
            told_step=call.verdict.next_step if call.verdict else "",
            phone_system=call.prepared.phone_system,
            repeats=call.repeats,
        )

    @property
    def repeats_note(self) -> str:
        """That it is the same call, in words; empty where it is not."""
        match self.repeats:
            case Repeat.CLICK:
                return translate(
                    "You have just dialled this number: this is that call. Nothing was dialled again."
                )
            case Repeat.KEY:
                return translate(
                    "This page has dialled already: this is its call. Nothing was dialled again."
                )
            case None:
                return ""

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
        return self.told.sentence

    @property
    def told(self) -> Verdict:
        """What became of it, in the reader's language."""
        return told_verdict(
            Verdict(self.outcome, self.status, message=self.message, next_step=self.told_step)
        )

    @property
    def tone(self) -> str:
        return tone_of(self.outcome)

    @property
    def next_step(self) -> str:
        """What the caller can do now; empty when nothing need be done."""
        if self.outcome is Outcome.REJECTED and self.status in _PASSING:
            return translate(_TRY_AGAIN)
        if self.outcome is Outcome.BLOCKED and self.told_step:  # stands in the sentence
            return ""
        return translate(_NEXT_STEPS.get(self.outcome, ""))

    @property
    def extension_behind(self) -> str:
        """The extension or digits behind the number that were not dialled; often empty."""
        try:
            number = clean_number(self.number)
        except NumberError:  # it was dialled by an earlier version with other rules
            return ""
        behind = number.extension or number.dialled.partition(",")[2].strip(",")
        return "" if self.dialled.endswith(f",{behind}") else behind

    @property
    def took(self) -> str:
        """How long the phone system took to answer, such as `0.4 s`; empty while it does."""
        if self.finished_at is None or self.outcome in {Outcome.HANDED_OVER, Outcome.BLOCKED}:
            return ""
        return waited((self.finished_at - self.placed_at).total_seconds())


def tone_of(outcome: Outcome) -> str:
    """Which colour: busy, good, warn (may have rung) or bad (nothing was dialled)."""
    if not outcome.is_final:
        return "busy"
    if outcome.is_success:
        return "good"
    return "warn" if outcome.may_have_rung else "bad"


def number_steps(row: Call) -> list[NumberStep]:
    """From what was typed to what was dialled, as it was kept; none when it was only cleaned."""
    if not row.number_story:
        return []
    return [NumberStep(StepKind(kind), *texts) for kind, *texts in orjson.loads(row.number_story)]
