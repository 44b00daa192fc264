"""Who may ring what, where a call is placed: what the rules look at, and what becomes of a block.

A block is a call in the call log like any other, with the rule that stopped it. A flood of them is not:
beyond some in a minute a user's blocks are counted in the metrics and told, and no longer written down.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from webdial.dialstring import HttpRequest, Plan
from webdial.errors import CallNotPlacedError
from webdial.exchange.admission import Asked, Block, Permit, block_of_tally, judge, ringing_rules
from webdial.exchange.calls import PlacedCall, PreparedCall
from webdial.exchange.configuration import Configuration
from webdial.exchange.outcome import Outcome, Verdict
from webdial.language import translate
from webdial.numbers import NumberPath, NumberStep, StepKind

log = logging.getLogger("webdial.ringing")

MAX_LOGGED: Final = 10
"""Blocked calls of one user that are written down in one minute."""

_LEAST_DIGITS: Final = 7
"""A shorter value in what a function has made is an extension or a code rather than a number outside."""

_WHOLE_NUMBER: Final = re.compile(r"\+?[0-9][0-9*#,]{6,39}", re.ASCII)


class UnconfirmedError(CallNotPlacedError):
    """An emergency number, which is dialled once more on purpose or not at all."""

    code = "emergency_unconfirmed"


class BlockedTooOftenError(CallNotPlacedError):
    """A block beyond those that are written down. The sentence is the block's."""

    code = "blocked_too_often"


def permit_of(prepared: PreparedCall, configuration: Configuration, *, at: datetime) -> Permit:
    """What the rules say of a call that is ready to be placed.

    Raises UnconfirmedError for an emergency number that was not confirmed, CallNotPlacedError for a
    setting at fault.
    """
    permit = judge_prepared(prepared, configuration, at=at)
    if permit.is_emergency and permit.block is None and not prepared.is_confirmed:
        number = prepared.number.dialled
        raise UnconfirmedError(
            translate("This is an emergency number. Ring {number}?", number=number),
            hint=translate("Nothing was dialled yet. Confirm it, and it is rung at once."),
        )
    return permit


def judge_prepared(prepared: PreparedCall, configuration: Configuration, *, at: datetime) -> Permit:
    """As `permit_of`, for who only wants to know: nothing has to be confirmed."""
    rules = ringing_rules(configuration, prepared.caller.branch_id)
    return judge(_asked_of(prepared), prepared.caller, rules, at=at)


def _asked_of(prepared: PreparedCall) -> Asked:
    """The number as the person gave it, and as it is dialled, without the prefix that a setting puts."""
    typed, path = prepared.number.dialled, prepared.path
    if path is None or (len(path.steps) == 1 and not prepared.is_by_function):
        return Asked((typed,))
    texts = {typed: None, _without_prefix(path): None}
    if prepared.is_by_function:
        texts |= dict.fromkeys(_numbers_in(prepared.plan))
    return Asked(tuple(texts), path.is_internal)


def _without_prefix(path: NumberPath) -> str:
    for step in path.steps:
        if step.kind is StepKind.PREFIX and step.changes:
            return path.dialled[len(step.after) - len(step.before) :]
    return path.dialled


def _numbers_in(plan: Plan) -> Iterator[str]:
    """Values of a request that a function has made which are a whole number outside.

    Its author is trusted to say where a request goes, not to change who may ring what.
    """
    parts = urlsplit(plan.url)
    values = [value for _, value in parse_qsl(parts.query)]
    values += [unquote(part) for part in parts.path.split("/")]
    if isinstance(plan, HttpRequest) and plan.body:
        values += [value for _, value in parse_qsl(plan.body)]
        values += re.findall(r'"([^"]*)"', plan.body)
    for value in values:
        text = value.rpartition(":")[2].partition("@")[0].strip()
        if _WHOLE_NUMBER.fullmatch(text):
            yield text


def blocked(call: PlacedCall, block: Block, configuration: Configuration) -> PlacedCall:
    """The call as it stands in the log: blocked, its number's story ending at the rule."""
    prepared = call.prepared
    where = configuration.effective(block.setting, prepared.caller.branch_id).explanation
    dialled = prepared.dialled
    step = NumberStep(StepKind.RINGING, dialled, dialled, block.kept, block.setting.name, where)
    path = prepared.path or NumberPath(dialled, dialled, ())
    first = NumberStep(StepKind.CLEANED, prepared.number.typed.strip(), prepared.number.dialled)
    path = replace(path, steps=(*(path.steps or (first,)), step))
    verdict = Verdict(Outcome.BLOCKED, message=block.kept, next_step=block.hint)
    return replace(call, prepared=replace(prepared, path=path), verdict=verdict)


class BlockLog:
    """Which blocks are written down. Used from the event loop alone."""

    def __init__(self) -> None:
        self._minute = -1
        self._counts: dict[int, int] = {}

    def check(self, call: PlacedCall, block: Block) -> None:
        """Raises BlockedTooOftenError when this minute has as many of the user's as are written down."""
        minute = int(call.placed_at.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        caller = call.prepared.caller
        count = self._counts[caller.user_id] = self._counts.get(caller.user_id, 0) + 1
        if count <= MAX_LOGGED:
            return
        if count == MAX_LOGGED + 1:
            log.warning(
                "%s was blocked %d times in a minute (%s); more are counted, not written down",
                caller.login, MAX_LOGGED, block.reason.value,
            )  # fmt: skip
        raise BlockedTooOftenError(block.told, hint=block.told_hint)


@dataclass(frozen=True, slots=True)
class RingingTold:
    """What the rules would say of a call, for people: see `tell_ringing`."""

    is_let_through: bool
    is_emergency: bool
    sentence: str
    hint: str = ""
    reason: str = ""
    setting: str = ""
    where: str = ""
    limits: tuple[str, ...] = ()


def tell_ringing(
    prepared: PreparedCall, configuration: Configuration, *, at: datetime
) -> RingingTold:
    """Whether a call would be let through at that time, and by which setting not.

    How many calls have been counted is not looked at; the limits are told.
    """
    permit = judge_prepared(prepared, configuration, at=at)
    block = permit.block
    if block is not None:
        where = configuration.effective(block.setting, prepared.caller.branch_id).explanation
        return RingingTold(
            False, permit.is_emergency, block.told, block.told_hint, block.reason.value,
            block.setting.name, where,
        )  # fmt: skip
    sentence = translate("It may be rung.")
    if permit.is_emergency:
        sentence = translate("This is an emergency number: it is rung once that is confirmed.")
    limits = tuple(
        translate("{name}: {limit}", name=block_of_tally(tally).setting.name, limit=tally.limit)
        for tally in permit.tallies
    )
    return RingingTold(True, permit.is_emergency, sentence, limits=limits)
