"""Branch, extension and state of many users at once: shown first, then kept whole or not at all."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from webdial.errors import InvalidValueError, NotAllowedError
from webdial.language import grouped, translate
from webdial.site.domain.changes import keep_changes, new_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import kept_text
from webdial.site.domain.oneself import check_own_standing
from webdial.site.domain.rights import check_ring_rights, may_change_user
from webdial.site.domain.ring_rights import RING_RIGHTS, ring_rights
from webdial.site.domain.users import require_an_administrator
from webdial.site.models import Branch, Change, ChangeSubject, User

MAX_USERS: Final = 1_000
"""Users changed at once: as many as anybody looks through in a preview."""

_PLACE: Final = re.compile(r"\{(extension|staff_id|number)\}")

_FIELDS: Final = ("branch", "extension", "is_active", *RING_RIGHTS)


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What becomes of each. None leaves a field as it is.

    `extension` may hold `{extension}` (the present one), `{staff_id}` and `{number}`, which counts up
    from `first_number` in the order of the users and keeps its zeros in front; empty clears it.
    """

    sets_branch: bool = False
    branch: Branch | None = None
    extension: str | None = None
    first_number: str = "1"
    is_active: bool | None = None
    ring_rights: Mapping[str, bool] = field(default_factory=dict)
    """Those that are given or taken away, by the names of the fields."""

    @property
    def is_empty(self) -> bool:
        sets_nothing = not self.sets_branch and self.extension is None and self.is_active is None
        return sets_nothing and not self.ring_rights


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """A user as they are and as they would be."""

    user: User
    branch: Branch | None
    extension: str
    is_active: bool
    ring_rights: Mapping[str, bool]

    @property
    def changes_branch(self) -> bool:
        return (self.branch.pk if self.branch else None) != self.user.branch_id

    @property
    def changes_extension(self) -> bool:
        return self.extension != self.user.extension

    @property
    def changes_state(self) -> bool:
        return self.is_active != self.user.is_active

    @property
    def changes_rights(self) -> bool:
        return self.ring_rights != ring_rights(self.user)

    @property
    def is_changed(self) -> bool:
        return (
            self.changes_branch
            or self.changes_extension
            or self.changes_state
            or self.changes_rights
        )


class BulkOutdatedError(InvalidValueError):
    """The users have changed since the preview."""


def plan_bulk(users: Sequence[User], edit: BulkEdit) -> list[PlannedUser]:
    """What the edit would make of the users. Raises InvalidValueError."""
    if len(users) > MAX_USERS:
        raise InvalidValueError(
            translate(
                "At most {MAX_USERS} users are changed at once.", MAX_USERS=grouped(MAX_USERS)
            )
        )
    extensions = _extensions(users, edit)
    return [
        PlannedUser(
            user,
            edit.branch if edit.sets_branch else user.branch,
            extension,
            user.is_active if edit.is_active is None else edit.is_active,
            {**ring_rights(user), **edit.ring_rights},
        )
        for user, extension in zip(users, extensions, strict=True)
    ]


def digest_of_plan(plan: Sequence[PlannedUser]) -> str:
    """By which it is told whether a plan is still the one that was seen."""
    rows = [
        (each.user.pk, each.user.branch_id, each.user.extension, each.user.is_active,
         each.branch and each.branch.pk, each.extension, each.is_active,
         ring_rights(each.user), each.ring_rights)
        for each in plan
    ]  # fmt: skip
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def carry_out(users_ids: Sequence[int], edit: BulkEdit, *, by: User, seen: str) -> int:
    """Keep what was seen, all of it or nothing; how many users have changed.

    Raises BulkOutdatedError when it would not be what was seen, NotAllowedError for a user whom `by`
    may not change, InvalidValueError.
    """
    with configuration_change():
        plan = plan_bulk(users_by_id(users_ids), edit)
        if digest_of_plan(plan) != seen:
            raise BulkOutdatedError(
                translate("Nothing was saved: the users have changed since you looked.")
            )
        if not all(_may_be_changed(by, each) for each in plan):
            raise NotAllowedError(translate("You may not change all of these users."))
        for each in plan:
            check_ring_rights(by, ring_rights(each.user), each.ring_rights)
        changed = [each for each in plan if each.is_changed]
        changes = [_change_of(each) for each in changed]
        for each in changed:
            row = each.user
            row.branch, row.extension, row.is_active = each.branch, each.extension, each.is_active
            for name, given in each.ring_rights.items():
                setattr(row, name, given)
        User.objects.bulk_update([each.user for each in changed], _FIELDS, batch_size=200)
        keep_changes(changes)
        require_an_administrator(blamed="is_active")
        for each in changed:
            row = each.user
            check_own_standing(row.pk, was=row.role, role=row.role, is_active=row.is_active)
    return len(changed)


def users_by_id(ids: Sequence[int]) -> list[User]:
    """Those that there are, in this order."""
    rows = {row.pk: row for row in User.objects.select_related("branch").filter(pk__in=ids)}
    return [rows[each] for each in dict.fromkeys(ids) if each in rows]


def _may_be_changed(by: User, planned: PlannedUser) -> bool:
    if not may_change_user(by, planned.user):
        return False
    moved = User(role=planned.user.role, branch=planned.branch)
    return may_change_user(by, moved)


def _extensions(users: Sequence[User], edit: BulkEdit) -> Iterator[str]:
    if edit.extension is None:
        yield from (user.extension for user in users)
        return
    first = edit.first_number.strip() or "1"
    if "{number}" in edit.extension and not (
        first.isascii() and first.isdigit() and len(first) < 16
    ):
        raise InvalidValueError(
            translate("The first number is made of digits."), field="first_number"
        )
    for place, user in enumerate(users):
        number = str(int(first) + place).zfill(len(first)) if "{number}" in edit.extension else ""
        known = {"extension": user.extension, "staff_id": user.staff_id, "number": number}
        made = _filled(edit.extension, known)
        yield kept_text(
            made, field="extension", label=translate("The extension"), most=80, required=False
        )


def _filled(pattern: str, known: Mapping[str, str]) -> str:
    """In one pass: what is put in is not looked through again."""
    return _PLACE.sub(lambda found: known[found[1]], pattern)


def _change_of(planned: PlannedUser) -> Change | None:
    row = planned.user
    before = _state(row.branch, row.extension, is_active=row.is_active) | ring_rights(row)
    after = _state(planned.branch, planned.extension, is_active=planned.is_active)
    after |= planned.ring_rights
    return new_change(ChangeSubject.USER, row.pk, row.name, before=before, after=after)


def _state(branch: Branch | None, extension: str, *, is_active: bool) -> dict[str, object]:
    """The fields that a bulk edit touches, as the history of changes has them."""
    agency_id = branch.agency_id if branch else ""
    return {"branch": agency_id, "extension": extension, "is_active": is_active}
