"""What a dial reads: one immutable picture of users, tokens and settings, held in memory.

A new picture replaces the old one whole; a call is placed from beginning to end by one picture.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from webdial.errors import NotFoundError
from webdial.exchange.general_settings import SettingDefinition, definition_of, key_of
from webdial.exchange.systems import BoundSystem, Stored, StoredValue, SystemSetup, UserPhone
from webdial.language import Kept, translatable, translate
from webdial.numbers import BranchRules

if TYPE_CHECKING:
    from webdial.exchange.admission import RingingRules
    from webdial.exchange.network_policy import NetworkPolicy


@dataclass(frozen=True, slots=True)
class Caller:
    """A user as the exchange knows them. `extension` is None when none is set up."""

    user_id: int
    login: str
    staff_id: str
    name: str
    extension: str | None
    branch_id: int | None
    branch_name: str
    is_active: bool = True
    may_ring_abroad: bool = False
    may_ring_premium: bool = False
    may_ring_in_quiet_hours: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A program's token: whose it is, what it may be used for, and until when (seconds of Unix time).

    That of a browser's extension reads its user's own calls alone, whatever the user may see.
    """

    id: int
    user_id: int
    places_calls: bool = True
    reads_calls: bool = True
    expires_at: float | None = None
    is_of_browser: bool = False

    def is_lapsed(self, now: float) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class PairedComputer:
    """A user's machine that was paired; `dials_without_asking` and `line` are the user's own choices for it.

    `line` is the telephone line there (webdial.exchange.computers.LineChoice).
    """

    id: int
    user_id: int
    name: str
    dials_without_asking: bool = False
    line: str = ""


class Source(Enum):
    """Where the value in force stands."""

    BRANCH = "branch"
    ALL_BRANCHES = "all branches"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """The value in force, and why: `branch_name` names the branch when the source is one."""

    name: str
    value: str
    source: Source
    branch_name: str = ""

    @property
    def explanation(self) -> str:
        return _explained(self.source, self.branch_name)


@lru_cache(maxsize=20_000)
def _explained(source: Source, branch_name: str) -> str:
    match source:
        case Source.BRANCH:
            return Kept("set for the branch {branch}", branch=branch_name)
        case Source.ALL_BRANCHES:
            return translatable("set for all branches")
        case Source.DEFAULT:
            return translatable("the default; nothing is set")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One picture.

    `values` is keyed by the setting's key and the branch's id (None: all branches), `branch_ids`
    by the folded AgencyID, `agency_ids` the other way round; `function_source` is the database function
    in force. `setups` are the phone systems that are set up, by the key of their name; `user_values` what
    is filled in for a user, by the ids of the set-up, the user and the phone (None: the user's own and
    their first phone's); `phones` the further phones of each user; `credentials` the site's own, by the
    key of their name; `token_users` the tokens by their digest; `signed_in` the set-up and the user of each sign-in in the browser.
    """

    revision: int
    callers: Mapping[int, Caller] = field(repr=False)
    token_users: Mapping[bytes, Token] = field(repr=False)
    branches: Mapping[int, str] = field(repr=False)
    values: Mapping[tuple[str, int | None], str] = field(repr=False)
    branch_ids: Mapping[str, int] = field(default_factory=dict, repr=False)
    function_source: str = field(default="", repr=False)
    agency_ids: Mapping[int | None, str] = field(default_factory=dict, repr=False)
    setups: Mapping[str, SystemSetup] = field(default_factory=dict, repr=False)
    user_values: Mapping[tuple[int, int, int | None], Stored] = field(
        default_factory=dict, repr=False
    )
    phones: Mapping[int, tuple[UserPhone, ...]] = field(default_factory=dict, repr=False)
    credentials: Mapping[str, StoredValue] = field(default_factory=dict, repr=False)
    signed_in: frozenset[tuple[int, int]] = field(default=frozenset(), repr=False)
    computers: Mapping[bytes, PairedComputer] = field(default_factory=dict, repr=False)
    """By the digest of the machine's token."""
    computers_of: Mapping[int, tuple[PairedComputer, ...]] = field(default_factory=dict, repr=False)
    """By the user's id."""
    found: dict[tuple[str, int | None], EffectiveValue] = field(
        default_factory=dict, repr=False, compare=False
    )
    number_rules: dict[int | None, BranchRules] = field(
        default_factory=dict, repr=False, compare=False
    )
    bound: dict[tuple[int, int, int | None, bool, object], BoundSystem] = field(
        default_factory=dict, repr=False, compare=False
    )
    network_policy: "list[NetworkPolicy]" = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    """One at most."""
    ringing_rules: "dict[int | None, RingingRules]" = field(
        default_factory=dict, repr=False, compare=False
    )
    """These five are made from the rest when they are first wanted, and are kept with it."""

    def caller(self, user_id: int) -> Caller:
        """The user, or NotFoundError when there is none or they may no longer call."""
        caller = self.callers.get(user_id)
        if caller is None or not caller.is_active:
            raise NotFoundError(translate("This user does not exist or has been deactivated."))
        return caller

    def phone(self, user_id: int, phone_id: int) -> UserPhone:
        """One of the user's further phones. Raises NotFoundError, also for somebody else's."""
        for phone in self.phones.get(user_id, ()):
            if phone.id == phone_id:
                return phone
        raise NotFoundError(
            translate("You have no such phone."),
            hint=translate("My phones shows those that you have."),
        )

    def phone_named(self, user_id: int, label: str) -> UserPhone:
        """One of the user's further phones by its name. Raises NotFoundError."""
        for phone in self.phones.get(user_id, ()):
            if key_of(phone.label) == key_of(label):
                return phone
        raise NotFoundError(
            translate("You have no phone “{strip}”.", strip=label.strip()[:40]),
            hint=translate("My phones shows those that you have."),
        )

    def setup_by_id(self, setup_id: int) -> SystemSetup | None:
        return next((setup for setup in self.setups.values() if setup.id == setup_id), None)

    def token(self, digest: bytes) -> Token | None:
        """The token with this SHA-256 digest, lapsed or not; None when it is unknown or revoked."""
        token = self.token_users.get(digest)
        caller = None if token is None else self.callers.get(token.user_id)
        return token if caller is not None and caller.is_active else None

    def computer(self, digest: bytes) -> PairedComputer | None:
        """The machine whose token has this SHA-256 digest; None when it is unknown or revoked."""
        computer = self.computers.get(digest)
        caller = None if computer is None else self.callers.get(computer.user_id)
        return computer if caller is not None and caller.is_active else None

    def caller_by_token(self, digest: bytes) -> Caller | None:
        """The user of a token that may be used now; None when it may not, or is not known."""
        token = self.token(digest)
        return (
            None if token is None or token.is_lapsed(time.time()) else self.callers[token.user_id]
        )

    def effective(self, setting: SettingDefinition, branch_id: int | None) -> EffectiveValue:
        """The value in force: the branch's own before that for all branches, before the default."""
        found = self.found.get((setting.name, branch_id))
        if found is None:
            found = self.found[setting.name, branch_id] = self._effective(setting, branch_id)
        return found

    def _effective(self, setting: SettingDefinition, branch_id: int | None) -> EffectiveValue:
        key = key_of(setting.name)
        if branch_id is not None and (value := self.values.get((key, branch_id))) is not None:
            return EffectiveValue(
                setting.name, value, Source.BRANCH, self.branches.get(branch_id, "")
            )
        if (value := self.values.get((key, None))) is not None:
            return EffectiveValue(setting.name, value, Source.ALL_BRANCHES)
        return EffectiveValue(setting.name, setting.default, Source.DEFAULT)

    def value_for_agency(self, name: str, agency_id: str | None) -> str | None:
        """Any general setting as in force for the branch with this AgencyID; None when not set."""
        key = key_of(name)
        branch_id = None if agency_id is None else self.branch_ids.get(agency_id.casefold())
        if branch_id is not None and (value := self.values.get((key, branch_id))) is not None:
            return value
        if (value := self.values.get((key, None))) is not None:
            return value
        definition = definition_of(name)
        return definition.default if definition is not None else None


class ConfigurationSource(Protocol):
    """Gives the picture that holds now."""

    @property
    def current(self) -> Configuration: ...
