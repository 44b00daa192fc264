"""May this user ring this number now? Data in, a permit out; nothing is read and nothing is written.

    an emergency number, and nothing else -> let through once it is confirmed, by no other rule stopped
    a number that is never rung           -> blocked
    a number that needs a right           -> blocked without it
    quiet hours                           -> blocked without the right, but for internal numbers
    limits                                -> tallies, decided where the call is written down

A number is looked at as it was typed and as it is dialled, in each way in which a phone system may read
it (webdial.numbers.ranges).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache
from typing import Final

from webdial.errors import CallNotPlacedError, InvalidValueError, SourceError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import NUMBER_COUNTRY, OUTSIDE_LINE, SettingDefinition
from webdial.exchange.quiet_hours import QuietHours, read_quiet_hours, time_zone
from webdial.exchange.ringing_settings import (
    BRANCH_DAY,
    BRANCH_MINUTE,
    NEED_A_RIGHT,
    NEVER_RUNG,
    QUIET_HOURS,
    RINGING_SETTINGS,
    TIME_ZONE,
    USER_DAY,
    USER_MINUTE,
    Need,
    RingRight,
    call_limit,
    read_needs,
)
from webdial.exchange.terms import Tally
from webdial.language import translatable, translate
from webdial.numbers.beginnings import Beginning, first_fitting, read_beginnings
from webdial.numbers.ranges import NumberFacts, NumberKind, look_at
from webdial.values import value_class

MINUTE_S: Final = 60
DAY_S: Final = 86_400

_MOST_INTERNAL_DIGITS: Final = 6
"""An internal number with more is looked at like any other: a setting must not hide a number outside."""


class BlockReason(Enum):
    """A closed list; the values stand in metrics."""

    __hash__ = object.__hash__

    NEVER_RUNG = "never_rung"
    ABROAD = "abroad"
    PREMIUM = "premium"
    QUIET_HOURS = "quiet_hours"
    USER_MINUTE = "user_minute"
    USER_DAY = "user_day"
    BRANCH_MINUTE = "branch_minute"
    BRANCH_DAY = "branch_day"


@dataclass(frozen=True, slots=True)
class Block:
    """Why a call is not placed. Sentence and hint are told in the language of whoever is told."""

    reason: BlockReason
    setting: SettingDefinition
    sentence: str
    hint: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def told(self) -> str:
        return translate(self.sentence, **self.values)

    @property
    def told_hint(self) -> str:
        return translate(self.hint, **self.values)

    @property
    def kept(self) -> str:
        """In English, as what is stored."""
        return self.sentence.format_map(self.values) if self.values else self.sentence


@value_class(frozen=True, slots=True)
class Permit:
    """What the rules say of a call: a `block`, or on what terms it goes through."""

    is_emergency: bool = False
    block: Block | None = None
    tallies: tuple[Tally, ...] = ()
    kinds: frozenset[NumberKind] = frozenset()


@value_class(frozen=True, slots=True)
class Asked:
    """A number as the rules look at it: each text that was typed or would be dialled."""

    texts: tuple[str, ...]
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class RingingRules:
    """What a branch has set; read once for each picture of the configuration."""

    country: str = ""
    prefix: str = ""
    never: tuple[Beginning, ...] = ()
    needs: tuple[Need, ...] = ()
    quiet: QuietHours = field(default_factory=QuietHours)
    zone: tzinfo = UTC
    limits: tuple[tuple[BlockReason, int], ...] = ()
    names_beginnings: bool = False
    """Whether a rule compares numbers with beginnings; otherwise their kinds say all."""
    fault: SettingDefinition | None = None
    """A setting whose value is none; only emergency numbers are rung then."""


def judge(asked: Asked, caller: Caller, rules: RingingRules, *, at: datetime) -> Permit:
    """What the rules say of this call. Raises CallNotPlacedError for a setting at fault."""
    facts = [_facts(text, rules, is_internal=asked.is_internal) for text in asked.texts]
    kinds = facts[0].kinds
    if len(facts) > 1:
        kinds = kinds.union(*(each.kinds for each in facts))
    is_emergency = NumberKind.EMERGENCY in kinds
    if is_emergency and all(each.is_emergency_alone for each in facts):
        return Permit(is_emergency, kinds=kinds)
    if rules.fault is not None:
        raise CallNotPlacedError(
            translate("A setting of who may ring what has a fault, so nothing was dialled."),
            hint=translate(
                "An administrator can mend {setting} in Maintenance | General Settings.",
                setting=rules.fault.name,
            ),
            code="ringing_setting_faulty",
        )
    block = None
    if kinds or rules.names_beginnings:
        written = tuple(dict.fromkeys(way for each in facts for way in each.written))
        block = _never_rung(rules, written) or _right_missing(rules, caller, kinds, written)
    if asked.is_internal or block is not None:
        return Permit(is_emergency, block, kinds=kinds)
    block = _quiet(rules, caller, at)
    if block is not None:
        return Permit(is_emergency, block, kinds=kinds)
    tallies = _tallies_of(rules.limits, caller.user_id, caller.branch_id)
    return Permit(is_emergency, None, tallies, kinds)


def _facts(text: str, rules: RingingRules, *, is_internal: bool) -> NumberFacts:
    facts = look_at(text, rules.country, rules.prefix)
    if is_internal and len(text) <= _MOST_INTERNAL_DIGITS:
        return NumberFacts(facts.kinds & {NumberKind.EMERGENCY}, (text,), facts.is_emergency_alone)
    return facts


_NEVER_RUNG: Final = translatable("Numbers that begin with {beginning} are never rung from here.")
_MAY_NOT_BEGINNING: Final = translatable("You may not ring numbers that begin with {beginning}.")
_QUIET: Final = translatable(
    "These are quiet hours: nobody is rung before {time} on {day} ({zone})."
)


def _never_rung(rules: RingingRules, written: tuple[str, ...]) -> Block | None:
    found = first_fitting(rules.never, written) if rules.never else None
    if found is None:
        return None
    return Block(
        BlockReason.NEVER_RUNG,
        NEVER_RUNG,
        _NEVER_RUNG,
        translatable("If it has to be rung, ask an administrator."),
        {"beginning": found.text},
    )


_MAY_NOT: Final = {
    NumberKind.PREMIUM: translatable("You may not ring premium-rate numbers."),
    NumberKind.SHARED_COST: translatable("You may not ring shared-cost numbers."),
    NumberKind.PERSONAL: translatable("You may not ring personal numbers, which may cost much."),
    NumberKind.SATELLITE: translatable("You may not ring satellite and other global networks."),
    NumberKind.ABROAD: translatable("You may not ring numbers abroad."),
}
_HINT_OF_RIGHT: Final = {
    RingRight.ABROAD: translatable(
        "An administrator can give you the right to ring abroad, in Maintenance | Users."
    ),
    RingRight.PREMIUM: translatable(
        "An administrator can give you the right to ring premium-rate numbers, in Maintenance | Users."
    ),
}
_REASON_OF_RIGHT: Final = {
    RingRight.ABROAD: BlockReason.ABROAD,
    RingRight.PREMIUM: BlockReason.PREMIUM,
}


def _right_missing(
    rules: RingingRules, caller: Caller, kinds: frozenset[NumberKind], written: tuple[str, ...]
) -> Block | None:
    for need in rules.needs:
        if _has(caller, need.right):
            continue
        if need.kind is not None and need.kind in kinds:
            return _block_of(need, _MAY_NOT[need.kind], {})
        if need.beginning is not None and first_fitting([need.beginning], written) is not None:
            return _block_of(need, _MAY_NOT_BEGINNING, {"beginning": need.beginning.text})
    return None


def _has(caller: Caller, right: RingRight) -> bool:
    return caller.may_ring_abroad if right is RingRight.ABROAD else caller.may_ring_premium


def _block_of(need: Need, sentence: str, values: Mapping[str, object]) -> Block:
    hint = _HINT_OF_RIGHT[need.right]
    return Block(_REASON_OF_RIGHT[need.right], NEED_A_RIGHT, sentence, hint, values)


def _quiet(rules: RingingRules, caller: Caller, at: datetime) -> Block | None:
    if not rules.quiet.spans or caller.may_ring_in_quiet_hours:
        return None
    until = rules.quiet.until(at, rules.zone)
    if until is None:
        return None
    return Block(
        BlockReason.QUIET_HOURS,
        QUIET_HOURS,
        _QUIET,
        translatable("Dial again then, or ask an administrator for the right to ring at any time."),
        {"time": f"{until:%H:%M}", "day": f"{until:%Y-%m-%d}", "zone": str(rules.zone)},
    )


_LIMITS: Final = {
    BlockReason.USER_MINUTE: (USER_MINUTE, "user", MINUTE_S),
    BlockReason.USER_DAY: (USER_DAY, "user", DAY_S),
    BlockReason.BRANCH_MINUTE: (BRANCH_MINUTE, "branch", MINUTE_S),
    BlockReason.BRANCH_DAY: (BRANCH_DAY, "branch", DAY_S),
}
_TOLD_OF_LIMIT: Final = {
    BlockReason.USER_MINUTE: translatable("You may place {limit} calls in a minute, and you have."),
    BlockReason.USER_DAY: translatable("You may place {limit} calls in a day, and you have."),
    BlockReason.BRANCH_MINUTE: translatable(
        "Your branch may place {limit} calls in a minute, and it has."
    ),
    BlockReason.BRANCH_DAY: translatable(
        "Your branch may place {limit} calls in a day, and it has."
    ),
}
BLOCKS: Final = (_NEVER_RUNG, _MAY_NOT_BEGINNING, _QUIET, *_TOLD_OF_LIMIT.values())
"""What is kept with a blocked call, in English, where values stand in it."""

_HINT_OF_WINDOW: Final = {
    MINUTE_S: translatable("Dial again in a minute."),
    DAY_S: translatable(
        "Dial again after midnight UTC, or ask an administrator for a higher limit."
    ),
}


@lru_cache(maxsize=4096)
def _tallies_of(
    limits: tuple[tuple[BlockReason, int], ...], user_id: int, branch_id: int | None
) -> tuple[Tally, ...]:
    return tuple(_tallies(limits, user_id, branch_id))


def _tallies(
    limits: tuple[tuple[BlockReason, int], ...], user_id: int, branch_id: int | None
) -> Iterator[Tally]:
    for reason, limit in limits:
        _, whose, window_s = _LIMITS[reason]
        whose_id = user_id if whose == "user" else branch_id
        if whose_id is not None:
            yield Tally(f"{whose}/{whose_id}", window_s, limit)


def block_of_tally(tally: Tally) -> Block:
    """What a full tally of `judge` means."""
    whose = tally.key.partition("/")[0]
    for reason, (setting, of, window_s) in _LIMITS.items():
        if (of, window_s) == (whose, tally.window_s):
            sentence, hint = _TOLD_OF_LIMIT[reason], _HINT_OF_WINDOW[window_s]
            return Block(reason, setting, sentence, hint, {"limit": tally.limit})
    raise AssertionError(f"no limit counts by {tally.key}")


def ringing_rules(configuration: Configuration, branch_id: int | None) -> RingingRules:
    """What holds for a branch, read once for each picture of the configuration."""
    found = configuration.ringing_rules.get(branch_id)
    if found is None:
        found = configuration.ringing_rules[branch_id] = _read_rules(configuration, branch_id)
    return found


def _read_rules(configuration: Configuration, branch_id: int | None) -> RingingRules:
    def value(setting: SettingDefinition) -> str:
        return configuration.effective(setting, branch_id).value

    country = value(NUMBER_COUNTRY).strip().upper()
    prefix = value(OUTSIDE_LINE).strip()
    for setting in (NUMBER_COUNTRY, OUTSIDE_LINE, *RINGING_SETTINGS):
        try:
            setting.check(value(setting))
        except (SourceError, InvalidValueError):
            known = country if setting is not NUMBER_COUNTRY else ""
            return RingingRules(known, fault=setting)
    limits = ((reason, call_limit(value(each[0]))) for reason, each in _LIMITS.items())
    never, needs = read_beginnings(value(NEVER_RUNG)), read_needs(value(NEED_A_RIGHT))
    return RingingRules(
        country,
        prefix,
        never,
        needs,
        read_quiet_hours(value(QUIET_HOURS)),
        time_zone(value(TIME_ZONE)),
        tuple((reason, limit) for reason, limit in limits if limit is not None),
        names_beginnings=bool(never) or any(need.beginning for need in needs),
    )
