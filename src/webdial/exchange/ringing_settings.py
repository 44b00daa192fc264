"""The general settings of who may ring what, and the small language of Numbers That Need a Right."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from webdial.errors import Fault, InvalidValueError, SourceError
from webdial.exchange.quiet_hours import read_quiet_hours, time_zone, time_zones
from webdial.exchange.setting_definition import SettingDefinition
from webdial.language import translatable, translate
from webdial.numbers.beginnings import Beginning, beginning_of, entries, read_beginnings
from webdial.numbers.ranges import NumberKind

_COUNT = re.compile(r"[1-9]\d{0,6}", re.ASCII)


class RingRight(Enum):
    """What a user may be let do; the values are the words of settings."""

    __hash__ = object.__hash__

    ABROAD = "abroad"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Need:
    """Numbers of a kind, or that begin so, want a right. `text` is the entry as it was written."""

    text: str
    right: RingRight
    kind: NumberKind | None = None
    beginning: Beginning | None = None


_KINDS: Final = {
    kind.value: (kind, RingRight.ABROAD if kind is NumberKind.ABROAD else RingRight.PREMIUM)
    for kind in NumberKind
    if kind is not NumberKind.EMERGENCY
}


@lru_cache(maxsize=1024)
def read_needs(value: str) -> tuple[Need, ...]:
    """Raises SourceError, with every entry that is none."""
    found: list[Need] = []
    faults: list[Fault] = []
    for start, word in entries(value):
        need = _need_of(word)
        if need is None:
            faults.append(Fault("numbers_with_right", _wanted(), start, start + len(word)))
        else:
            found.append(need)
    if faults:
        raise SourceError(value, faults)
    return tuple(found)


def _wanted() -> str:
    return translate(
        "An entry is one of {words}, or how numbers begin, with => premium or => abroad behind it.",
        words=", ".join(_KINDS),
    )


def _need_of(word: str) -> Need | None:
    numbers, arrow, named = (part.strip() for part in word.partition("=>"))
    right = next((each for each in RingRight if each.value == named.casefold()), None)
    if arrow and right is None:
        return None
    known = _KINDS.get(" ".join(numbers.casefold().split()))
    if known is not None:
        return Need(word, right or known[1], kind=known[0])
    beginning = beginning_of(numbers)
    return None if beginning is None else Need(word, right or RingRight.PREMIUM, None, beginning)


def call_limit(value: str) -> int | None:
    """A count of calls, 1 to 9999999; None for none set. Raises InvalidValueError."""
    if not value.strip():
        return None
    if not _COUNT.fullmatch(value.strip()):
        raise InvalidValueError(
            translate("A limit is a whole number of calls from 1 to 9999999."),
            field="value",
            hint=translate("Leave it empty for no limit."),
        )
    return int(value)


NEVER_RUNG: Final = SettingDefinition(
    name="Numbers Never Rung",
    default="",
    help=translatable(
        "Numbers that nobody rings, told by how they begin: +53 for a country, 0871 for a range, or "
        "8... for 8 and three digits more. Several are parted by commas or stand on lines of their own; "
        "lines that begin with -- are remarks. However such a number is written, it is not rung. An "
        "emergency number is never barred."
    ),
    check=read_beginnings,
    example="+53, +882, 0871",
    is_long=True,
)

NEED_A_RIGHT: Final = SettingDefinition(
    name="Numbers That Need a Right",
    default="premium, satellite, abroad",
    help=translatable(
        "Numbers that only users with a right may ring: premium, shared cost, personal, satellite, abroad, "
        "or how numbers begin. => premium or => abroad names the right, where it is another one than "
        "that of the word; a beginning without it needs premium. What is abroad is known once Number "
        "Country is set. Empty: every user may ring every number."
    ),
    check=read_needs,
    example="premium, satellite, abroad, 118 => premium, +1876 => premium",
    is_long=True,
)


def _limit(name: str, default: str, help_text: str) -> SettingDefinition:
    return SettingDefinition(
        name=name, default=default, help=help_text, check=call_limit, unit=translatable("calls")
    )


USER_MINUTE: Final = _limit(
    "Calls per Minute for a User", "30",
    translatable(
        "How many calls a user may place in one minute of the clock, by whatever door. Internal and "
        "emergency numbers are not counted. Empty: no limit."
    ),
)  # fmt: skip
USER_DAY: Final = _limit(
    "Calls per Day for a User", "1000",
    translatable(
        "How many calls a user may place in one day, from midnight UTC to midnight UTC. Empty: no limit."
    ),
)  # fmt: skip
BRANCH_MINUTE: Final = _limit(
    "Calls per Minute for a Branch", "",
    translatable(
        "How many calls all users of a branch may place together in one minute. Empty: no limit."
    ),
)  # fmt: skip
BRANCH_DAY: Final = _limit(
    "Calls per Day for a Branch", "",
    translatable(
        "How many calls all users of a branch may place together in one day, from midnight UTC to midnight "
        "UTC. Empty: no limit."
    ),
)  # fmt: skip

QUIET_HOURS: Final = SettingDefinition(
    name="Quiet Hours",
    default="",
    help=translatable(
        "When only users with the right to do so ring numbers outside: 22:00-07:00 every night, Mon-Fri "
        "18:00-08:00 from each evening of the week to the morning, Sun for a whole day. Several are "
        "parted by commas. Times are those of the setting Time Zone. Internal and emergency numbers "
        "are rung at any time."
    ),
    check=read_quiet_hours,
    example="Mon-Fri 18:00-08:00, Sat, Sun",
)

TIME_ZONE: Final = SettingDefinition(
    name="Time Zone",
    default="",
    help=translatable(
        "The time zone of Quiet Hours, and of the days by which calls are looked at. By its name in the "
        "tz database. Empty: UTC."
    ),
    check=time_zone,
    example="Europe/London",
    suggestions=time_zones,
)

RINGING_SETTINGS: Final = (
    NEVER_RUNG,
    NEED_A_RIGHT,
    USER_MINUTE,
    USER_DAY,
    BRANCH_MINUTE,
    BRANCH_DAY,
    QUIET_HOURS,
    TIME_ZONE,
)
