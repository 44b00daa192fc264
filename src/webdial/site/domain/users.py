"""Users: members of staff who sign in and call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from webdial.errors import InvalidValueError, NotFoundError
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import check_constraints, kept_text
from webdial.site.domain.phones import LabelledNumber, keep_phones
from webdial.site.models import Branch, Role, User

MAX_PASSWORD: Final = 200
"""Characters, to set and to sign in alike; hashing a longer one is work for nothing."""


@dataclass(frozen=True, slots=True)
class UserDetails:
    """What is kept of a user, as typed."""

    login: str
    staff_id: str
    name: str
    branch: Branch | None = None
    extension: str = ""
    role: str = Role.CALLER
    is_active: bool = True
    phones: Sequence[LabelledNumber] = ()


def list_users(*, search: str = "") -> QuerySet[User]:
    """Users by name, each with branch and phones; `search` is looked for in all that names them."""
    users = User.objects.select_related("branch").prefetch_related("phones")
    for word in search.split():
        users = users.filter(
            Q(name__icontains=word)
            | Q(login__icontains=word)
            | Q(staff_id__icontains=word)
            | Q(extension__icontains=word)
            | Q(branch__name__icontains=word)
        )
    return users


def users_meant(text: str, *, most: int) -> list[User]:
    """Whom `text` means: one sign-in name, else one StaffID, else up to `most` found by search."""
    meant = text.strip()
    if not meant or not meant.isprintable() or len(meant) > 120:
        return []
    for exactly in (Q(login=meant.casefold()), Q(staff_id__iexact=meant)):
        if user := User.objects.select_related("branch").filter(exactly).first():
            return [user]
    return list(list_users(search=meant).prefetch_related(None)[:most])


def user_by_login(login: str) -> User:
    """Raises NotFoundError."""
    user = User.objects.filter(login=login.strip().casefold()).first()
    if user is None:
        raise NotFoundError(f"There is no user {login!r}.")
    return user


def user_by_staff_id(staff_id: str) -> User:
    """Raises NotFoundError."""
    user = User.objects.filter(staff_id__iexact=staff_id.strip()).first()
    if user is None:
        raise NotFoundError(f"There is no user with the StaffID {staff_id!r}.")
    return user


def save_user(details: UserDetails, *, user: User | None = None, password: str = "") -> User:
    """Add a user, or change `user`. An empty password keeps the one there is, or none.

    Raises InvalidValueError, also when this would leave nobody to administer.
    """
    row = user or User()
    row.login = kept_text(
        details.login, field="login", label="The sign-in name", most=80
    ).casefold()
    row.staff_id = kept_text(details.staff_id, field="staff_id", label="The StaffID", most=40)
    row.name = kept_text(details.name, field="name", label="The name", most=120)
    row.extension = kept_text(
        details.extension, field="extension", label="The extension", most=80, required=False
    )
    if details.role not in Role.values:
        raise InvalidValueError("There is no such role.", field="role")
    row.branch, row.role, row.is_active = details.branch, details.role, details.is_active
    _take_password(row, password)
    with configuration_change():
        check_constraints(
            row, fields={"user_login_unique": "login", "user_staff_id_unique": "staff_id"}
        )
        had_administrator = _active_administrators().exists()
        row.save()
        keep_phones(row, details.phones)
        if had_administrator:
            _require_an_administrator(blamed="is_active" if not row.is_active else "role")
    return row


def set_password(user: User, password: str) -> None:
    """Raises InvalidValueError when the password is empty or too weak."""
    if not password:
        raise InvalidValueError("The password is empty.", field="password")
    _take_password(user, password)
    user.save(update_fields=["password"])


def _take_password(user: User, password: str) -> None:
    if len(password) > MAX_PASSWORD:
        message = f"The password has more than {MAX_PASSWORD} characters."
        raise InvalidValueError(message, field="password")
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidValueError(" ".join(error.messages), field="password") from error
        user.set_password(password)
    elif not user.password:
        user.set_unusable_password()


def _require_an_administrator(*, blamed: str) -> None:
    """Once there is an administrator, there is always one who may sign in."""
    if not _active_administrators().exists():
        raise InvalidValueError(
            "At least one administrator must stay active.",
            field=blamed,
            hint="Make another user an administrator first.",
        )


def _active_administrators() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
