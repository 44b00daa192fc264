"""Who may read and change what: one table, which pages, the API and the menu ask.

docs/reference/rights.md is checked against it. Everybody who signs in dials from their own phone and
keeps their own account; that needs no right.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Final, NamedTuple

from django.db.models import QuerySet

from webdial.errors import NotAllowedError
from webdial.exchange.general_settings import (
    CONNECT_TIME_LIMIT,
    INTERNAL_NUMBERS,
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    OUTSIDE_LINE,
    TOTAL_TIME_LIMIT,
    key_of,
)
from webdial.language import translate
from webdial.site.models import Branch, Role, User


class Subject(Enum):
    """What a right is about."""

    CALLS = "Calls"
    REQUESTS = "Requests and answers of calls"
    SETTINGS = "General Settings"
    EXPLAIN = "Explain"
    USERS = "Users"
    USER_VALUES = "What phone systems want of users"
    BRANCHES = "Branches"
    PEOPLE = "People"
    PHONE_SYSTEMS = "Phone Systems"
    CREDENTIALS = "Credentials"
    FUNCTIONS = "Database Functions"
    ACCESS = "Access"
    CHANGES = "Changes"
    PERSONAL_DATA = "Personal Data"
    TRANSFER = "Import and Export"


class Act(Enum):
    READ = "read"
    CHANGE = "change"


class Reach(IntEnum):
    """How far a right goes; each holds the ones before it."""

    NONE = 0
    OWN = 1
    BRANCH = 2
    ALL = 3


class Right(NamedTuple):
    read: Reach
    change: Reach

    def of(self, act: Act) -> Reach:
        return self.read if act is Act.READ else self.change


_NONE: Final = Right(Reach.NONE, Reach.NONE)
_OWN: Final = Right(Reach.OWN, Reach.NONE)
_BRANCH: Final = Right(Reach.BRANCH, Reach.BRANCH)
_READS: Final = Right(Reach.ALL, Reach.NONE)
_CHANGES: Final = Right(Reach.ALL, Reach.ALL)

ROLES: Final = (
    Role.CALLER, Role.BRANCH_MANAGER, Role.FUNCTION_AUTHOR, Role.AUDITOR, Role.ADMINISTRATOR,
)  # fmt: skip
"""The columns of the table."""

_ROWS: Final = {
    # subject               caller  branch manager              author     auditor  administrator
    Subject.CALLS:         (_OWN,  Right(Reach.BRANCH, Reach.NONE), _OWN,     _READS, _READS),
    Subject.REQUESTS:      (_NONE, _NONE,                           _NONE,    _READS, _READS),
    Subject.SETTINGS:      (_NONE, _BRANCH,                         _NONE,    _READS, _CHANGES),
    Subject.EXPLAIN:       (_NONE, _NONE,                           _NONE,    _READS, _READS),
    Subject.USERS:         (_NONE, _BRANCH,                         _NONE,    _READS, _CHANGES),
    Subject.USER_VALUES:   (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.BRANCHES:      (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.PEOPLE:        (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.PHONE_SYSTEMS: (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.CREDENTIALS:   (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.FUNCTIONS:     (_NONE, _NONE,                           _CHANGES, _READS, _CHANGES),
    Subject.ACCESS:        (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.CHANGES:       (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    Subject.PERSONAL_DATA: (_NONE, _NONE,                           _NONE,    _READS, _CHANGES),
    # Taking everything away in one file is more than reading it.
    Subject.TRANSFER:      (_NONE, _NONE,                           _NONE,    _NONE,  _CHANGES),
}  # fmt: skip

RIGHTS: Final[Mapping[Subject, Mapping[Role, Right]]] = {
    subject: dict(zip(ROLES, row, strict=True)) for subject, row in _ROWS.items()
}

BRANCH_SETTINGS: Final = frozenset(
    key_of(setting.name)
    for setting in (
        CONNECT_TIME_LIMIT, TOTAL_TIME_LIMIT, NUMBER_COUNTRY, NUMBER_FORMAT, INTERNAL_NUMBERS,
        OUTSIDE_LINE,
    )
)  # fmt: skip
"""What a branch manager sees and changes for the branch: how a number is written, how long is waited.

Not where requests go, and not Number Rules: a rule can put any number in the place of another. Of a
setting that is read elsewhere nothing is shown, since a dial string may hold a secret.
"""


def reach_of(user: User, subject: Subject, act: Act = Act.READ) -> Reach:
    """How far the user may read or change the subject. A manager of no branch manages nothing."""
    right = RIGHTS[subject].get(Role(user.role), _NONE)
    reach = right.of(act)
    if reach is Reach.BRANCH and user.branch_id is None:
        return Reach.OWN if subject is Subject.CALLS else Reach.NONE
    return reach


def may(user: User, subject: Subject, act: Act = Act.READ) -> bool:
    return reach_of(user, subject, act) is not Reach.NONE


def decides_where_requests_go(user: User) -> bool:
    """Whether the user writes dial strings, phone systems or the database function: THREAT_MODEL.md."""
    written = (Subject.SETTINGS, Subject.PHONE_SYSTEMS, Subject.FUNCTIONS)
    return any(reach_of(user, each, Act.CHANGE) is Reach.ALL for each in written)


def users_within(user: User, act: Act = Act.READ) -> QuerySet[User]:
    """The users that `user` may read or change; a branch manager changes callers alone."""
    users = User.objects.all()
    match reach_of(user, Subject.USERS, act):
        case Reach.ALL:
            return users
        case Reach.BRANCH:
            of_branch = users.filter(branch=user.branch_id)
            return of_branch if act is Act.READ else of_branch.filter(role=Role.CALLER)
    return users.none()


def may_change_user(user: User, other: User) -> bool:
    """Whether `user` may change `other` as they are kept."""
    reach = reach_of(user, Subject.USERS, Act.CHANGE)
    if reach is Reach.BRANCH:
        return other.branch_id == user.branch_id and other.role == Role.CALLER
    return reach is Reach.ALL


def check_user_change(user: User, other: User | None, *, branch: Branch | None, role: str) -> None:
    """Whether `user` may add a user such as this, or make `other` such. Raises NotAllowedError."""
    if other is not None and not may_change_user(user, other):
        raise NotAllowedError(translate("You may not change this user."))
    reach = reach_of(user, Subject.USERS, Act.CHANGE)
    if reach is Reach.ALL:
        return
    is_own = branch is not None and branch.pk == user.branch_id
    if reach is not Reach.BRANCH or not is_own or role != Role.CALLER:
        raise NotAllowedError(
            translate("You manage the callers of your own branch only."),
            hint=translate("Ask an administrator to move somebody, or to give another role."),
        )


def may_give_ring_rights(user: User) -> bool:
    """Whether `user` may let others ring abroad, premium-rate numbers, or in quiet hours.

    A branch manager may not: what is rung is paid for by the business.
    """
    return reach_of(user, Subject.USERS, Act.CHANGE) is Reach.ALL


def check_ring_rights(user: User, before: Mapping[str, bool], after: Mapping[str, bool]) -> None:
    """Raises NotAllowedError when `user` may not change what somebody may ring."""
    if before != after and not may_give_ring_rights(user):
        raise NotAllowedError(
            translate("You may not change what somebody may ring."),
            hint=translate("Ask an administrator."),
        )


def may_read_setting(user: User, name: str, branch: Branch | None) -> bool:
    return _reaches_setting(reach_of(user, Subject.SETTINGS), user, name, branch)


def may_change_setting(user: User, name: str, branch: Branch | None) -> bool:
    return _reaches_setting(reach_of(user, Subject.SETTINGS, Act.CHANGE), user, name, branch)


def _reaches_setting(reach: Reach, user: User, name: str, branch: Branch | None) -> bool:
    if reach is Reach.BRANCH:
        is_own = branch is not None and branch.pk == user.branch_id
        return is_own and key_of(name) in BRANCH_SETTINGS
    return reach is Reach.ALL
