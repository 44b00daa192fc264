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


class Channel(Enum):
    """By which door the call came."""

    PAGE = "page"
    API = "api"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds: `connect_s` until the connection stands, `total_s` until the answer is read."""

    connect_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
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

    @property
    def dialled(self) -> str:
        """All that is dialled of the number; digits for after the answer stand behind a comma."""
        return self.number.dialled if self.path is None else self.path.dialled

    @property
    def steps(self) -> tuple[NumberStep, ...]:
        """From what was typed to what is dialled, each with the setting that made it."""
        return () if self.path is None else self.path.steps


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call that is on disk. `verdict` is None while it is being placed."""

    id: UUID
    prepared: PreparedCall
    channel: Channel
    placed_at: datetime
    verdict: Verdict | None = None

    @property
    def outcome(self) -> Outcome:
        return Outcome.PLACING if self.verdict is None else self.verdict.outcome

    @property
    def sentence(self) -> str:
        return self.outcome.sentence if self.verdict is None else self.verdict.sentence

    @property
    def link(self) -> str | None:
        """The link that the user's own machine must open, for a call that is one."""
        plan = self.prepared.plan
        return plan.url if isinstance(plan, Link) else None


def request_line(plan: Plan) -> str:
    """What is kept and shown of a plan: method, URL and body, without headers, secrets masked."""
    shown = plan if plan.shown is None else plan.shown
    match shown:
        case HttpRequest():
            return f"{shown.method} {shown.url}" + (f"\n{shown.body}" if shown.body else "")
        case Link():
            return shown.url
