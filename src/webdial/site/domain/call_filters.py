"""Which calls are wanted: read from what was typed, and looked for in the call log.

Pages, exports and commands read the same names and values; docs/how-to/look-at-calls.md tells them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID

import phonenumbers
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from webdial.errors import InvalidValueError
from webdial.exchange.calls import Channel
from webdial.exchange.outcome import Outcome
from webdial.language import translatable, translate
from webdial.site.domain.branches import branch_meant
from webdial.site.domain.calls import EVERYTHING, Sight
from webdial.site.domain.fields import searched_text
from webdial.site.domain.users import users_meant
from webdial.site.models import Branch, Call, User

OUTCOME_GROUPS: Final = {
    "went_through": (translatable("Went through"), frozenset(o for o in Outcome if o.is_success)),
    "went_wrong": (
        translatable("Went wrong"),
        frozenset(o for o in Outcome if o.is_final and not o.is_success),
    ),
    "may_have_rung": (
        translatable("May have rung"),
        frozenset(o for o in Outcome if o.may_have_rung),
    ),
    "not_dialled": (
        translatable("Nothing was dialled"),
        frozenset(o for o in Outcome if o.is_final and not o.is_success and not o.may_have_rung),
    ),
}
"""By name: what people read, and the outcomes that belong to it."""

PERIODS: Final = {
    "today": translatable("Today"),
    "yesterday": translatable("Yesterday"),
    "7d": translatable("Last 7 days"),
    "30d": translatable("Last 30 days"),
    "90d": translatable("Last 90 days"),
    "365d": translatable("Last 365 days"),
}

FIELDS: Final = ("user", "branch", "number", "outcome", "system", "channel", "period", "from", "to")

_MANY: Final = 5
"""Names that an error tells when more than one user or branch is meant."""

_MAX_TYPED: Final = 200


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What calls must have; None and empty ask for nothing. `until` is the first moment too late.

    `number` is part of what was dialled, in digits. Days begin and end in `zone`, which asks for nothing by itself.
    """

    user: User | None = None
    branch: Branch | None = None
    number: str = ""
    outcomes: frozenset[Outcome] = frozenset()
    phone_system: str = ""
    channel: Channel | None = None
    since: datetime | None = None
    until: datetime | None = None
    zone: tzinfo = field(default=UTC, compare=False)

    @property
    def is_nothing(self) -> bool:
        return self == CallFilter()


def read_filter(
    typed: Mapping[str, str],
    *,
    sight: Sight = EVERYTHING,
    now: datetime | None = None,
    zone: tzinfo = UTC,
) -> CallFilter:
    """The filter that `typed` asks for, by the names of FIELDS; others are left alone.

    Who sees only their own calls names no other user or branch. Raises InvalidValueError, which
    names the field.
    """
    given = {name: searched_text(typed.get(name, "")[:_MAX_TYPED]) for name in FIELDS}
    since, until = _times(given, (now or timezone.now()).astimezone(zone))
    sees_branches = not sight.is_own and sight.branch_id is None
    return CallFilter(
        user=_user(given["user"], sight) if not sight.is_own else None,
        branch=_branch(given["branch"]) if sees_branches else None,
        number=_digits(given["number"]),
        outcomes=_outcomes(given["outcome"]),
        phone_system=given["system"],
        channel=_channel(given["channel"]),
        since=since,
        until=until,
        zone=zone,
    )


def matching_calls(sight: Sight, wanted: CallFilter) -> QuerySet[Call]:
    """Calls in sight that the filter lets through, in no order."""
    asked = _between(wanted.since, wanted.until)
    if wanted.user is not None:
        asked &= Q(user_id=wanted.user.pk)
    if wanted.branch is not None:
        asked &= Q(branch_id=wanted.branch.pk)
    if wanted.number:
        asked &= _has_digits(wanted.number)
    if len(wanted.outcomes) == 1:
        asked &= Q(outcome=next(iter(wanted.outcomes)).value)
    elif wanted.outcomes:
        asked &= Q(outcome__in=sorted(outcome.value for outcome in wanted.outcomes))
    if wanted.phone_system:
        asked &= Q(phone_system=wanted.phone_system)
    if wanted.channel is not None:
        asked &= Q(channel=wanted.channel.value)
    return sight.calls().filter(asked)


def id_at(moment: datetime) -> UUID:
    """The lowest UUIDv7 of this moment (RFC 9562 section 5.7); ids are in the order of time."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)


def needle_of(number: str) -> str:
    """The part of a number that is the same however it was dialled: 2079460123.

    Without +, 00 and the country code, or without the 0 in front; short numbers stay whole.
    """
    digits = re.sub(r"[^\d*#+,]", "", number)
    if digits.startswith("00") and len(digits) >= 8:
        digits = f"+{digits[2:]}"
    if digits.startswith("+"):
        try:
            return str(phonenumbers.parse(digits).national_number)
        except phonenumbers.NumberParseException:
            return digits.lstrip("+")
    return digits[1:] if len(digits) >= 8 and digits.startswith("0") else digits


def _between(since: datetime | None, until: datetime | None) -> Q:
    """By the time in the id, which every index holds; the exchange reads one clock for both."""
    asked = Q()
    if since is not None:
        asked &= Q(id__gte=id_at(since))
    if until is not None:
        asked &= Q(id__lt=id_at(until))
    return asked


def _has_digits(number: str) -> Q:
    """Both databases find a text faster than a pattern."""
    return Q(GreaterThan(StrIndex("dialled", Value(number)), 0))


def _user(typed: str, sight: Sight) -> User | None:
    if not typed:
        return None
    found = [
        user
        for user in users_meant(typed, most=_MANY + 1)
        if sight.branch_id in (None, user.branch_id)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidValueError(
            translate("No user is found by “{typed}”.", typed=typed),
            field="user",
            hint=translate("Type a name, a sign-in name or a StaffID."),
        )
    names = ", ".join(f"{user.name} ({user.staff_id})" for user in found[:_MANY])
    raise InvalidValueError(
        translate("More than one user is found by “{typed}”.", typed=typed),
        field="user",
        hint=translate(
            "Type the StaffID: {names}", names=names + (" …" if len(found) > _MANY else "")
        ),
    )


def _branch(typed: str) -> Branch | None:
    return branch_meant(typed) if typed else None


def _digits(typed: str) -> str:
    if not typed:
        return ""
    digits = needle_of(typed)
    if not digits:
        raise InvalidValueError(translate("A number is looked for by its digits."), field="number")
    return digits


def _outcomes(typed: str) -> frozenset[Outcome]:
    if not typed:
        return frozenset()
    if typed in OUTCOME_GROUPS:
        return OUTCOME_GROUPS[typed][1]
    try:
        return frozenset({Outcome(typed)})
    except ValueError as error:
        raise InvalidValueError(
            translate("There is no outcome “{typed}”.", typed=typed),
            field="outcome",
            hint=translate(
                "One of {value}.",
                value=", ".join([*OUTCOME_GROUPS, *(each.value for each in Outcome)]),
            ),
        ) from error


def _channel(typed: str) -> Channel | None:
    if not typed:
        return None
    try:
        return Channel(typed)
    except ValueError as error:
        raise InvalidValueError(
            translate("There is no channel “{typed}”.", typed=typed),
            field="channel",
            hint=translate("One of {Channel}.", Channel=", ".join(each.value for each in Channel)),
        ) from error


def _times(given: Mapping[str, str], now: datetime) -> tuple[datetime | None, datetime | None]:
    """Typed days win over a period; both are whole days in the zone of `now`, the last one included."""
    first, last = (_day(given[name], name, now.tzinfo) for name in ("from", "to"))
    if first is None and last is None:
        return _period(given["period"], now)
    until = None if last is None else last + timedelta(days=1)
    if first is not None and until is not None and until <= first:
        raise InvalidValueError(translate("The last day is before the first one."), field="to")
    return first, until


def _period(typed: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    if not typed:
        return None, None
    today = datetime.combine(now.date(), time(), now.tzinfo)
    match typed:
        case "today":
            return today, None
        case "yesterday":
            return today - timedelta(days=1), today
        case _ if typed in PERIODS:
            return today - timedelta(days=int(typed[:-1]) - 1), None
    raise InvalidValueError(
        translate("There is no period “{typed}”.", typed=typed),
        field="period",
        hint=translate("One of {PERIODS}.", PERIODS=", ".join(PERIODS)),
    )


def _day(typed: str, field: str, zone: tzinfo | None) -> datetime | None:
    if not typed:
        return None
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError as error:
        raise InvalidValueError(
            translate("“{typed}” is no day.", typed=typed),
            field=field,
            hint=translate("Write it as 2026-11-25."),
        ) from error
    if not 1970 <= day.year <= 9000:  # what an id can hold, and what a day can be added to
        raise InvalidValueError(translate("“{typed}” is too far away.", typed=typed), field=field)
    return day
