"""What a dial reads: one immutable picture of users, tokens and settings, held in memory.

A new picture replaces the old one whole; a call is placed from beginning to end by one picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from webdial.errors import NotFoundError
from webdial.exchange.general_settings import SettingDefinition, definition_of, key_of


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
        match self.source:
            case Source.BRANCH:
                return f"set for the branch {self.branch_name}"
            case Source.ALL_BRANCHES:
                return "set for all branches"
            case Source.DEFAULT:
                return "the default; nothing is set"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One picture.

    `values` is keyed by the setting's key and the branch's id (None: all branches), `branch_ids`
    by the folded AgencyID; `function_source` is the database function in force.
    """

    revision: int
    callers: Mapping[int, Caller] = field(repr=False)
    token_users: Mapping[bytes, int] = field(repr=False)
    branches: Mapping[int, str] = field(repr=False)
    values: Mapping[tuple[str, int | None], str] = field(repr=False)
    branch_ids: Mapping[str, int] = field(default_factory=dict, repr=False)
    function_source: str = field(default="", repr=False)

    def caller(self, user_id: int) -> Caller:
        """The user, or NotFoundError when there is none or they may no longer call."""
        caller = self.callers.get(user_id)
        if caller is None or not caller.is_active:
            raise NotFoundError("This user does not exist or has been deactivated.")
        return caller

    def caller_by_token(self, digest: bytes) -> Caller | None:
        """The user whose token has this SHA-256 digest; None when it is unknown or revoked."""
        user_id = self.token_users.get(digest)
        caller = None if user_id is None else self.callers.get(user_id)
        return caller if caller is not None and caller.is_active else None

    def effective(self, setting: SettingDefinition, branch_id: int | None) -> EffectiveValue:
        """The value in force: the branch's own before that for all branches, before the default."""
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
