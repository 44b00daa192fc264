"""What of each table stands in the picture of the configuration that a dial reads."""

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any, Final

from django.db.models import Q

from webdial.exchange.configuration import Caller, PairedComputer, Token
from webdial.exchange.general_settings import key_of
from webdial.exchange.systems import StoredValue, UserPhone
from webdial.site.domain.ring_rights import RING_RIGHTS
from webdial.site.domain.sealed_places import place_of_value
from webdial.site.domain.slices import Entries, Row, Section
from webdial.site.models import (
    ApiToken,
    Branch,
    Computer,
    GeneralSetting,
    PhoneSystemSignIn,
    PhoneSystemValue,
    User,
)
from webdial.site.models import UserPhone as UserPhoneRow


def _branches(rows: Iterable[Row]) -> Entries:
    """Names by id, ids by the folded AgencyID, AgencyIDs by id."""
    found = list(rows)
    return (
        {branch_id: name for branch_id, name, _ in found},
        {agency_id.casefold(): branch_id for branch_id, _, agency_id in found},
        {branch_id: agency_id for branch_id, _, agency_id in found},
    )


def _callers(rows: Iterable[Row]) -> Entries:
    """Users by id; those of a branch share its name."""
    callers = {
        row[0]: Caller(
            user_id=row[0],
            login=row[1],
            staff_id=row[2],
            name=row[3],
            extension=row[4] or None,
            branch_id=row[5],
            branch_name=intern(row[6] or ""),
            is_active=row[7],
            may_ring_abroad=row[8],
            may_ring_premium=row[9],
            may_ring_in_quiet_hours=row[10],
        )
        for row in rows
    }
    return (callers,)


def _tokens(rows: Iterable[Row]) -> Entries:
    """By their digest."""
    tokens = {
        bytes.fromhex(digest): Token(
            token_id,
            user_id,
            places,
            reads,
            None if until is None else until.timestamp(),
            browser != "",
        )
        for token_id, digest, user_id, places, reads, until, browser in rows
    }
    return (tokens,)


def _values(rows: Iterable[Row]) -> Entries:
    """Of general settings, by the setting's key and the branch."""
    return ({(intern(key_of(name)), branch_id): value for _, name, branch_id, value in rows},)


def _user_values(rows: Iterable[Row]) -> Entries:
    """What is filled in for users, by the ids of the phone system, the user and the phone."""
    found: dict[tuple[int, int, int | None], dict[str, StoredValue]] = {}
    for user_id, setup_id, phone_id, name, value, is_sealed in rows:
        place = place_of_value(setup_id, user_id, phone_id, name) if is_sealed else ""
        found.setdefault((setup_id, user_id, phone_id), {})[name] = StoredValue(value, place)
    return (found,)


def _phones(rows: Iterable[Row]) -> Entries:
    """The further phones of each user, in the order of their ids."""
    return (
        _gathered(
            (user_id, UserPhone(phone_id, label, extension or None, setup_id))
            for user_id, phone_id, label, extension, setup_id in rows
        ),
    )


def _computers(rows: Iterable[Row]) -> Entries:
    """Paired machines by their digest, and those of each user."""
    computers = {
        bytes.fromhex(digest): PairedComputer(computer_id, user_id, name, at_once, line)
        for user_id, digest, computer_id, name, at_once, line in rows
    }
    return computers, _gathered((each.user_id, each) for each in computers.values())


def _signed_in(rows: Iterable[Row]) -> Entries:
    """The phone system and the user of each sign-in, as keys."""
    return ({(setup_id, user_id): True for user_id, setup_id in rows},)


def _gathered(pairs: Iterable[tuple[int, Any]]) -> dict[int, tuple[Any, ...]]:
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _of_user(
    model: Any, read: Callable[[Iterable[Row]], Entries], *columns: str, only: Q | None = None
) -> Section:
    return Section(model, ("user_id", *columns), read, only)


BRANCHES: Final = Section(Branch, ("id", "name", "agency_id"), _branches)
CALLERS: Final = Section(
    User,
    ("id", "login", "staff_id", "name", "extension", "branch_id", "branch__name", "is_active", *RING_RIGHTS),
    _callers,
)  # fmt: skip
TOKENS: Final = Section(
    ApiToken,
    ("id", "digest", "user_id", "places_calls", "reads_calls", "expires_at", "browser"),
    _tokens,
)
VALUES: Final = Section(GeneralSetting, ("id", "name", "branch_id", "value"), _values)
USER_VALUES: Final = _of_user(
    PhoneSystemValue,
    _user_values,
    "setup_id",
    "phone_id",
    "name",
    "value",
    "is_sealed",
    only=Q(user__isnull=False),
)
PHONES: Final = _of_user(UserPhoneRow, _phones, "id", "label", "extension", "setup_id")
COMPUTERS: Final = _of_user(
    Computer, _computers, "digest", "id", "name", "dials_without_asking", "line"
)
SIGNED_IN: Final = _of_user(PhoneSystemSignIn, _signed_in, "setup_id")

SECTIONS: Final = (
    BRANCHES,
    CALLERS,
    TOKENS,
    VALUES,
    USER_VALUES,
    PHONES,
    COMPUTERS,
    SIGNED_IN,
)
