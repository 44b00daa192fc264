"""Calls that start on a user's own machine: who starts them, what is asked of it, what its report means.

A small program, the helper (webdial.desktop), stands on that machine and holds a connection to a server.
How an action gets there is known elsewhere (webdial.site.computer_hub); what it may be is known here. An
action is done once or not at all: who claims it first does it, and nobody does it later.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from webdial.dialstring import HttpRequest, Link
from webdial.errors import CallNotPlacedError
from webdial.exchange.calls import Channel, Computer, PlacedCall, PreparedCall, TimeLimits
from webdial.exchange.outcome import SHOULD_DIAL, Outcome, Verdict
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import VERIFY, Certificate
from webdial.exchange.verdicts import MAX_KEPT_ANSWER, one_line, shown_text, verdict_of_answer
from webdial.language import translate
from webdial.phonesystems import Answer

ANSWERED: Final = "answered"
"""What a helper reports when a request was answered, whatever the answer says."""

_TOLD_BY_HELPERS: Final = frozenset(Outcome) - {
    Outcome.PLACING, Outcome.LOG_IN_FAILED, Outcome.SENT,
}  # fmt: skip

_DEFAULT_TOTAL_S: Final = 15.0
"""A link is opened, or not, within this: a program that starts slowly is no failure."""


class ActionKind(Enum):
    """What a helper can be asked for; the values also name what it can do."""

    LINK = "link"
    HTTP = "http"
    TAPI = "tapi"


class LineChoice(Enum):
    """What a user can choose for a machine with TAPI, besides the id of a line there."""

    ONLY = ""
    """The only line; where there are several, or none, the machine's own program for calls decides."""
    PROGRAM = "program"
    """The machine's own program for calls."""
    LINK = "link"
    """None: the number goes out as a `tel:` link, as on a machine without TAPI."""


def abilities_of(can: frozenset[str], line: str) -> frozenset[str]:
    """What a helper can do, without what its user does not want of it."""
    return can - {ActionKind.TAPI.value} if line == LineChoice.LINK.value else can


@dataclass(frozen=True, slots=True)
class Action:
    """`content` is what the helper gets, secrets in clear; `total_s` how long it may take over it."""

    kind: ActionKind
    content: Mapping[str, Any] = field(repr=False)
    total_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a helper says became of an action: ANSWERED, or the value of an outcome."""

    outcome: str
    detail: str = ""
    answer: Answer | None = field(default=None, repr=False)


class Computers(Protocol):
    """The machines with a helper. The first is asked on the path of a call and reads no table."""

    def connected(self, user_id: int) -> Computer | None:
        """The user's machine that acts: of those that are connected, the one used last."""

    async def ask(self, computer: Computer, action: Action, *, call_id: UUID) -> Report | Verdict:
        """Have it done once. The verdict says why there is no report."""


class NoComputers:
    """Where no helper can be reached."""

    def connected(self, user_id: int) -> Computer | None:
        return None

    async def ask(self, computer: Computer, action: Action, *, call_id: UUID) -> Report | Verdict:
        return Verdict(Outcome.COMPUTER_AWAY)


def starting_computer(
    prepared: PreparedCall, channel: Channel, computers: Computers
) -> Computer | None:
    """The user's machine that starts this call; None when it starts elsewhere.

    A link goes to the helper when one is connected; without one whoever asked opens it. Standard
    dialling on a page stays the browser's, unless the helper has TAPI for it.

    Raises CallNotPlacedError when it must start there and no helper is connected.
    """
    call = prepared.system_call
    if call is not None and call.setup.starts_at_computer:
        if (computer := computers.connected(prepared.caller.user_id)) is None:
            raise CallNotPlacedError(
                translate(
                    "This call starts on your computer, and none of yours is connected, "
                    "so nothing was dialled."
                ),
                hint=translate(
                    "Start the helper on your computer. My account | Computers shows how."
                ),
                code="no_computer",
            )
        return computer
    if not isinstance(prepared.plan, Link):
        return None
    computer = computers.connected(prepared.caller.user_id)
    if computer is None or (prepared.is_standard and ActionKind.TAPI.value in computer.can):
        return computer
    if prepared.is_standard and channel is Channel.PAGE:
        return None
    return computer if ActionKind.LINK.value in computer.can else None


async def start_at_computer(
    call: PlacedCall, computers: Computers, system_caller: SystemCaller | None
) -> Verdict:
    """Have the user's machine start the call, and judge what it reports."""
    assert call.computer is not None
    prepared = call.prepared
    if isinstance(prepared.plan, Link):
        return await _hand_over(call, call.computer, prepared.plan, computers)
    assert prepared.system_call is not None
    assert system_caller is not None
    transport = _ComputerTransport(computers, call.computer, call.id)
    return await system_caller.over(transport).place(prepared.system_call, prepared.limits)


async def _hand_over(
    call: PlacedCall, computer: Computer, link: Link, computers: Computers
) -> Verdict:
    """A link is opened as it is written, or the number is dialled by TAPI.

    An address on the machine itself is asked for by the helper instead of being shown in a window, so
    that its answer is known.
    """
    transport = _ComputerTransport(computers, computer, call.id)
    if _is_on_machine_itself(link.url) and ActionKind.HTTP.value in computer.can:
        answer = await transport.fetch(HttpRequest("GET", link.url), call.prepared.limits)
        if isinstance(answer, Verdict):
            return answer
        verdict = verdict_of_answer(answer, shown_text(answer))
        is_sent = verdict.outcome is Outcome.SENT
        return Verdict(
            verdict.outcome, answer.status, verdict.answer, next_step=SHOULD_DIAL if is_sent else ""
        )
    content: dict[str, Any] = {"link": link.url, "number": call.prepared.dialled}
    by_tapi = call.prepared.is_standard and ActionKind.TAPI.value in computer.can
    kind = ActionKind.TAPI if by_tapi else ActionKind.LINK
    if by_tapi:
        content["line"] = computer.line
    action = Action(kind, content, max(_DEFAULT_TOTAL_S, call.prepared.limits.total_s))
    report = await computers.ask(computer, action, call_id=call.id)
    return report if isinstance(report, Verdict) else verdict_of_report(report)


def verdict_of_report(report: Report) -> Verdict:
    """The verdict on a report without an answer; its detail is the helper's own sentence."""
    detail = one_line(report.detail, MAX_KEPT_ANSWER)
    try:
        outcome = Outcome(report.outcome)
    except ValueError:
        outcome = Outcome.NOT_UNDERSTOOD
    if outcome not in _TOLD_BY_HELPERS:
        outcome = Outcome.NOT_UNDERSTOOD
    message = detail if outcome in {Outcome.REJECTED, Outcome.FAILED} else ""
    return Verdict(outcome, answer=detail, message=message)


def _is_on_machine_itself(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.hostname is None:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


class _ComputerTransport:
    """Sends the requests of one call from the user's machine (webdial.exchange.system_calls.Transport)."""

    def __init__(self, computers: Computers, computer: Computer, call_id: UUID) -> None:
        self._computers = computers
        self._computer = computer
        self._call_id = call_id

    async def fetch(
        self, request: HttpRequest, limits: TimeLimits, certificate: Certificate = VERIFY
    ) -> Answer | Verdict:
        action = Action(ActionKind.HTTP, _content(request, limits, certificate), limits.total_s)
        report = await self._computers.ask(self._computer, action, call_id=self._call_id)
        if isinstance(report, Verdict):
            return report
        if report.outcome == ANSWERED and report.answer is not None:
            return report.answer
        return verdict_of_report(report)


def _content(
    request: HttpRequest, limits: TimeLimits, certificate: Certificate
) -> Mapping[str, Any]:
    digest = request.digest
    return {
        "method": request.method,
        "url": request.url,
        "headers": [list(each) for each in request.headers],
        "body": request.body,
        "digest": None if digest is None else [digest.user, digest.password],
        "certificate": [certificate.mode.value, certificate.text],
        "connect_s": limits.connect_s,
        "total_s": limits.total_s,
    }
