"""Users as a list: found by words, branch, role and state, in the order that is asked for."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Lower, NullIf

from webdial.site.domain.fields import id_in
from webdial.site.domain.folded_names import Folded
from webdial.site.domain.rights import users_within
from webdial.site.domain.users import list_users
from webdial.site.models import Role, User

SORTS: Final = ("name", "staff_id", "branch", "extension", "role")
"""Columns by which the list is put in order; with - in front the other way round."""

NO_BRANCH: Final = "none"
NOBODYS: Final = "0"
"""A branch that there is not, for a filter that finds nobody."""

_KEYS: Final[dict[str, Any]] = {
    "name": Folded("name"),
    "staff_id": Lower("staff_id"),
    "branch": Folded("branch__name"),
    # Whoever has none stands last, as with branches.
    "extension": NullIf(Lower("extension"), Value("")),
    "role": F("role"),
}


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What the list shows. `branch` is an id, `none`, or empty; `state` is active, inactive or empty."""

    search: str = ""
    branch: str = ""
    role: str = ""
    state: str = ""
    sort: str = "name"

    @property
    def is_any(self) -> bool:
        return bool(self.search or self.branch or self.role or self.state)


def filtered_users(user: User, wanted: UserFilter) -> QuerySet[User]:
    """Those of the users whom `user` may see, with branch and phones; unknown wishes are passed over."""
    found = list_users(search=wanted.search) & users_within(user)
    if wanted.branch == NO_BRANCH:
        found = found.filter(branch=None)
    elif (branch_id := id_in(wanted.branch)) is not None:
        found = found.filter(branch_id=branch_id)
    if wanted.role in Role.values:
        found = found.filter(role=wanted.role)
    if wanted.state in {"active", "inactive"}:
        found = found.filter(is_active=wanted.state == "active")
    return found.order_by(*_order(wanted.sort))


def _order(sort: str) -> tuple[Any, ...]:
    name = sort.removeprefix("-")
    key = _KEYS.get(name, _KEYS["name"])
    # Whoever has none stands last, whichever way round, in both databases.
    first = key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True)
    return (first, "login") if name == "name" else (first, Folded("name"), "login")
