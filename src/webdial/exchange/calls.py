"""A call as the exchange handles it: what is written down before anything leaves, and after."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from webdial.dialstring import HttpRequest, Link, Plan
from webdial.exchange.configuration import Caller
from webdial.exchange.outcome import Outcome, Verdict
from webdial.exchange.systems import SystemCall
from webdial.numbers import CleanNumber, NumberPath, NumberStep
from webdial.values import value_class


class Channel(Enum):
    """By which door the call came."""

    PAGE = "page"
    API = "api"
    CLI = "cli"
    COMPUTER = "computer"
    """A link that was clicked in another program, by the helper on the user's own machine."""


@dataclass(frozen=True, slots=True)
class Computer:
    """A user's own machine with a helper; `can` names what the helper can do there.

    `line` is the telephone line that the user chose for it (webdial.exchange.computers.LineChoice).
    """

    id: int
    name: str
    can: frozenset[str] = frozenset()
    line: str = ""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds: `connect_s` until the connection stands, `total_s` until the answer is read."""

    connect_s: float
    total_s: float


@value_class(frozen=True, slots=True)
class PreparedCall:
    """Everything decided, nothing done: who calls whom, by which setting, with which request."""

    caller: Caller
    number: CleanNumber
    plan: Plan
    setting_source: str
    limits: TimeLimits
    system_call: SystemCall | None = None
    """Set for a request through a phone system; `plan` then shows that request, secrets masked."""
    phone_system: str = ""
    """The name of the phone system that the call goes through; empty for a dial string of its own."""
    phone: str = ""
    """The label of the further phone that was chosen; empty for the user's first phone."""
    path: NumberPath | None = None
    """How the number became what is dialled; None: it is dialled as it was cleaned."""
    is_confirmed: bool = False
    """The person has said once more that an emergency number is meant."""
    is_by_function: bool = False
    """The database function has made the plan."""
    is_standard: bool = False
    """Nothing is set, so the call is whatever the user's machine makes of a telephone number."""

    @property
    def dialled(self) -> str:
        """All that is dialled of the number; digits for after the answer stand behind a comma."""
        return self.number.dialled if self.path is None else self.path.dialled

    @property
    def steps(self) -> tuple[NumberStep, ...]:
        """From what was typed to what is dialled, each with the setting that made it."""
        return () if self.path is None else self.path.steps


class Repeat(Enum):
    """By what a request was found to ask for a call that is there already (exchange.duplicates)."""

    CLICK = "click"
    KEY = "key"


@value_class(frozen=True, slots=True)
class PlacedCall:
    """A call that is on disk. `verdict` is None while it is being placed.

    `computer` is the user's machine that starts it; None when it starts elsewhere.
    """

    id: UUID
    prepared: PreparedCall
    channel: Channel
    placed_at: datetime
    verdict: Verdict | None = None
    computer: Computer | None = None
    repeats: Repeat | None = None
    """Set in the answer to a request that placed nothing: this is the call that it asks for."""

    def ended(self, verdict: Verdict) -> "PlacedCall":
        """The call with its verdict."""
        return PlacedCall(
            self.id,
            self.prepared,
            self.channel,
            self.placed_at,
            verdict,
            self.computer,
            self.repeats,
        )

    @property
    def outcome(self) -> Outcome:
        return Outcome.PLACING if self.verdict is None else self.verdict.outcome

    @property
    def sentence(self) -> str:
        return self.outcome.sentence if self.verdict is None else self.verdict.sentence

    @property
    def link(self) -> str | None:
        """The link that whoever asked for the call must open, for a call that is one."""
        plan = self.prepared.plan
        if self.computer is not None or self.outcome is Outcome.BLOCKED:
            return None
        return plan.url if isinstance(plan, Link) else None


def request_line(plan: Plan) -> str:
    """What is kept and shown of a plan: method, URL and body, without headers, secrets masked."""
    shown = plan if plan.shown is None else plan.shown
    match shown:
        case HttpRequest():
            return f"{shown.method} {shown.url}" + (f"\n{shown.body}" if shown.body else "")
        case Link():
            return shown.url
