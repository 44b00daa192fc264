"""What helpers are to do, handed on through the database: any server asks, any server hands it over.

One row is one action. Each step is one statement that changes a row only when the step before it was made
and no other was, so of two that want the same step the database lets one have it. All times are the
database's own: servers' clocks may differ.
"""

import base64
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from webdial.exchange.computers import Action, Report
from webdial.exchange.outcome import Outcome
from webdial.phonesystems import Answer
from webdial.site.domain.credentials import seal
from webdial.site.domain.sealed_places import place_of_action
from webdial.site.models import Computer, ComputerAction

CLAIM_S: Final = 5.0
"""An action that no helper has taken by then is never done."""

LEFT_S: Final = 600.0
"""Rows whose asker is gone are removed after this: longer than any call takes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A machine that is connected to some server. `used_at` is of the database's clock."""

    can: frozenset[str]
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a helper says of its machine when it is started, as it is kept."""

    can: str
    lines: str


def ask_action(action_id: UUID, computer_id: int, call_id: UUID, action: Action) -> None:
    """Put an action there for a machine to take."""
    content = {"kind": action.kind.value, "total_s": action.total_s, **action.content}
    sealed = seal().close(orjson.dumps(content).decode(), place=place_of_action(action_id))
    ComputerAction.objects.create(
        id=action_id, computer_id=computer_id, call_id=call_id, sealed=sealed, asked_at=Now()
    )


def open_action(computer_id: int) -> UUID | None:
    """The oldest action that this machine may still take."""
    rows = _takeable().filter(computer_id=computer_id).order_by("asked_at")
    return rows.values_list("pk", flat=True).first()


def claim_action(action_id: UUID, computer_id: int) -> dict[str, Any] | None:
    """Take an action for good; None when it is another's, taken, too old or withdrawn."""
    if not _takeable().filter(pk=action_id, computer_id=computer_id).update(claimed_at=Now()):
        return None
    sealed = ComputerAction.objects.filter(pk=action_id).values_list("sealed", flat=True).first()
    if sealed is None:
        return None
    content: dict[str, Any] = orjson.loads(seal().open(sealed, place=place_of_action(action_id)))
    return {"id": str(action_id), **content}


def withdraw_action(action_id: UUID) -> bool:
    """Take an action back; whether nobody had taken it, so that nothing was done."""
    deleted, _ = ComputerAction.objects.filter(pk=action_id, claimed_at=None).delete()
    return bool(deleted)


def report_action(action_id: UUID, computer_id: int, report: Report) -> bool:
    """Keep what became of an action; whether somebody still waits for it. Only the first report counts."""
    answer = report.answer
    told = {
        "outcome": report.outcome,
        "detail": report.detail,
        "answer": None
        if answer is None
        else [
            answer.status,
            answer.headers,
            base64.b64encode(answer.body).decode(),
            answer.charset,
        ],
    }
    sealed = seal().close(orjson.dumps(told).decode(), place=place_of_action(action_id))
    rows = ComputerAction.objects.filter(pk=action_id, computer_id=computer_id, report="")
    return bool(rows.exclude(claimed_at=None).update(report=sealed))


def take_report(action_id: UUID, *, is_last_look: bool = False) -> Report | None:
    """The report, if there is one; the action is then gone. So it is after the last look.

    An action that is gone already, since its machine was revoked, is interrupted.
    """
    sealed = ComputerAction.objects.filter(pk=action_id).values_list("report", flat=True).first()
    if sealed is None:
        return Report(Outcome.INTERRUPTED.value)
    if sealed or is_last_look:
        ComputerAction.objects.filter(pk=action_id).delete()
    if not sealed:
        return None
    told = orjson.loads(seal().open(sealed, place=place_of_action(action_id)))
    answer = None
    if told["answer"] is not None:
        status, headers, body, charset = told["answer"]
        pairs = tuple((name, value) for name, value in headers)
        answer = Answer(status, pairs, base64.b64decode(body), charset)
    return Report(told["outcome"], told["detail"], answer)


def moved(waiting: Collection[int], asked: Collection[UUID]) -> tuple[set[int], set[UUID]]:
    """Which of these machines have something to take, which of these actions have been taken or reported."""
    wanted = Q(pk__in=list(asked)) & ~Q(claimed_at=None)
    if waiting:
        wanted |= Q(claimed_at=None)
    rows = ComputerAction.objects.filter(wanted).values_list("pk", "computer_id", "claimed_at")
    open_for, taken = set(), set()
    for action_id, computer_id, claimed_at in rows:
        if claimed_at is None:
            open_for.add(computer_id)
        else:
            taken.add(action_id)
    return open_for & set(waiting), taken


def connected_computers() -> dict[int, Seen]:
    """Every machine that is connected to any server."""
    rows = Computer.objects.filter(connected_until__gt=Now()).order_by()
    return {
        computer_id: Seen(frozenset(can.split()), used_at)
        for computer_id, can, used_at in rows.values_list("pk", "can", "used_at")
    }


def keep_connected(computer_ids: Iterable[int], *, for_s: float) -> None:
    rows = Computer.objects.filter(pk__in=list(computer_ids))
    rows.update(seen_at=Now(), connected_until=Now() + timedelta(seconds=for_s))


def keep_gone(computer_ids: Iterable[int], *, until_s: float) -> None:
    """They are connected no more, unless another server has said so since: it wrote a later time than
    this server, whose own ends in `until_s` seconds.
    """
    until = Now() + timedelta(seconds=until_s)
    rows = Computer.objects.filter(pk__in=list(computer_ids), connected_until__lte=until)
    rows.update(connected_until=None)


def seen_of(computer_id: int) -> Seen:
    """A machine as it was last seen; of one that is not there, that nothing is known."""
    row = Computer.objects.filter(pk=computer_id).values_list("can", "used_at").first()
    if row is None:
        return Seen(frozenset(), datetime.fromtimestamp(0, UTC))
    return Seen(frozenset(row[0].split()), row[1])


def note_use(computer_id: int, told: Told | None = None) -> None:
    """The machine is in use now: its helper was started (then with what it told), or a link clicked."""
    rows = Computer.objects.filter(pk=computer_id)
    if told is None:
        rows.update(used_at=Now())
    else:
        rows.update(used_at=Now(), can=told.can, lines=told.lines)


def remove_left_behind() -> None:
    """Rows whose asker ended without a word."""
    ComputerAction.objects.filter(asked_at__lt=Now() - timedelta(seconds=LEFT_S)).delete()


def _takeable() -> QuerySet[ComputerAction]:
    since = Now() - timedelta(seconds=CLAIM_S)
    return ComputerAction.objects.filter(claimed_at=None, asked_at__gt=since)
