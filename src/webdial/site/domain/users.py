"""Users: members of staff who sign in and call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translatable, translate
from webdial.site.domain.branches import branches_named
from webdial.site.domain.changes import keep_act, keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import check_constraints, kept_text
from webdial.site.domain.folded_names import has_word
from webdial.site.domain.oneself import check_own_email, check_own_password, check_own_standing
from webdial.site.domain.phones import LabelledNumber, keep_phones
from webdial.site.domain.rights import check_ring_rights, check_user_change
from webdial.site.domain.ring_rights import RING_RIGHTS, ring_rights
from webdial.site.domain.sign_in_names import check_alphabet, sign_in_name
from webdial.site.domain.states import user_as_kept
from webdial.site.models import Branch, ChangeSubject, Role, User

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
    email: str = ""
    phones: Sequence[LabelledNumber] = ()
    may_ring_abroad: bool | None = None
    may_ring_premium: bool | None = None
    may_ring_in_quiet_hours: bool | None = None
    """None keeps each of these three as it is; a new user has none."""


def list_users(*, search: str = "") -> QuerySet[User]:
    """Users by name, each with branch and phones; `search` is looked for in all that names them."""
    users = User.objects.select_related("branch").prefetch_related("phones")
    for word in search.split():
        users = users.filter(
            has_word(word, "name", "login")
            | Q(staff_id__icontains=word)
            | Q(extension__icontains=word)
            | Q(email__icontains=word)
            | Q(branch__in=branches_named(word))
        )
    return users


def users_meant(text: str, *, most: int, within: QuerySet[User] | None = None) -> list[User]:
    """Whom `text` means: one sign-in name, else one StaffID, else up to `most` found by search.

    Looked for among all users, or `within` these.
    """
    among = User.objects.all() if within is None else within
    meant = text.strip()
    if not meant or not meant.isprintable() or len(meant) > 120:
        return []
    for exactly in (Q(login=sign_in_name(meant)), Q(staff_id__iexact=meant)):
        if user := among.select_related("branch").filter(exactly).first():
            return [user]
    found = list_users(search=meant).prefetch_related(None)
    return list((found if within is None else found & within)[:most])


def user_by_login(login: str) -> User:
    """Raises NotFoundError."""
    user = User.objects.filter(login=sign_in_name(login)).first()
    if user is None:
        raise NotFoundError(translate("There is no user {login}.", login=f"{login!r}"))
    return user


def user_for_sign_in(typed: str) -> User | None:
    """Whose sign-in name this is, else whose mail address."""
    meant = sign_in_name(typed)
    if not meant:
        return None
    return (
        User.objects.filter(login=meant).first()
        or User.objects.filter(email=kept_email(meant)).first()
    )


def has_administrator() -> bool:
    """Whether anybody administers, be it that they may not sign in at present."""
    return User.objects.filter(role=Role.ADMINISTRATOR).exists()


def user_by_staff_id(staff_id: str) -> User:
    """Raises NotFoundError."""
    user = User.objects.filter(staff_id__iexact=staff_id.strip()).first()
    if user is None:
        raise NotFoundError(
            translate("There is no user with the StaffID {staff_id}.", staff_id=f"{staff_id!r}")
        )
    return user


_DETAILS: Final = (
    "login", "staff_id", "name", "email", "extension", "branch", "role", "is_active",
)  # fmt: skip
"""What every form of a user has."""


def save_user(
    details: UserDetails,
    *,
    user: User | None = None,
    password: str = "",
    by: User | None = None,
) -> User:
    """Add a user, or change `user`. An empty password keeps the one there is, or none.

    Raises InvalidValueError, also when this would leave nobody to administer. With `by`, only what
    that user may do: else NotAllowedError.
    """
    row = user or User()
    row.login = kept_text(
        sign_in_name(details.login), field="login", label=translate("The sign-in name"), most=80
    )
    check_alphabet(row.login)
    row.staff_id = kept_text(
        details.staff_id, field="staff_id", label=translate("The StaffID"), most=40
    )
    row.name = kept_text(details.name, field="name", label=translate("The name"), most=120)
    row.email = checked_email(details.email)
    row.extension = kept_text(
        details.extension,
        field="extension",
        label=translate("The extension"),
        most=80,
        required=False,
    )
    if details.role not in Role.values:
        raise InvalidValueError(translate("There is no such role."), field="role")
    row.branch, row.role, row.is_active = details.branch, details.role, details.is_active
    _take_password(row, password)
    for name in RING_RIGHTS:
        if (given := getattr(details, name)) is not None:
            setattr(row, name, given)
    with configuration_change():
        kept = None if row.pk is None else User.objects.get(pk=row.pk)
        if kept is not None and password:
            check_own_password(kept)
        if by is not None:
            check_user_change(by, kept, branch=row.branch, role=row.role)
            check_ring_rights(by, ring_rights(kept or User()), ring_rights(row))
        check_constraints(
            row,
            fields={
                "user_login_unique": "login",
                "user_staff_id_unique": "staff_id",
                "user_email_unique": "email",
            },
        )
        had_administrator = _active_administrators().exists()
        before = None if row.pk is None else user_as_kept(row.pk)
        # What else is changed at this moment, such as a password, is not written over.
        row.save(update_fields=None if row.pk is None else _written(details, password=password))
        keep_phones(row, details.phones)
        keep_change(
            ChangeSubject.USER, row.pk, row.name,
            before=before, after=user_as_kept(row.pk), secrets=["password"] if password else (),
        )  # fmt: skip
        if had_administrator:
            require_an_administrator(blamed="is_active" if not row.is_active else "role")
        if kept is not None:
            check_own_standing(row.pk, was=kept.role, role=row.role, is_active=row.is_active)
            check_own_email(kept, row.email)
    return row


def _written(details: UserDetails, *, password: str) -> list[str]:
    given = [name for name in RING_RIGHTS if getattr(details, name) is not None]
    return [*_DETAILS, *given, *(["password"] if password else [])]


def set_email(user: User, email: str) -> None:
    """Raises InvalidValueError when it is none, or another user's."""
    user.email = checked_email(email)
    with transaction.atomic():
        check_constraints(user, fields={"user_email_unique": "email"})
        before = user_as_kept(user.pk)
        user.save(update_fields=["email"])
        after = user_as_kept(user.pk)
        keep_change(ChangeSubject.USER, user.pk, user.name, before=before, after=after)


def checked_email(typed: str) -> str:
    """A mail address as it is kept, or empty. Raises InvalidValueError."""
    text = kept_text(
        typed, field="email", label=translate("The mail address"), most=254, required=False
    )
    if text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise InvalidValueError(translate("This is no mail address."), field="email") from error
    return kept_email(text)


def kept_email(text: str) -> str:
    """In one letter case: a mail server that tells Ada from ada is not met any more."""
    return text.lower()


def set_ring_rights(user: User, rights: Mapping[str, bool]) -> None:
    """Give or take away what `rights` names, by the names of the fields."""
    with configuration_change():
        before = user_as_kept(user.pk)
        for name, given in rights.items():
            setattr(user, name, given)
        user.save(update_fields=list(rights))
        after = user_as_kept(user.pk)
        keep_change(ChangeSubject.USER, user.pk, user.name, before=before, after=after)


def set_password(user: User, password: str) -> None:
    """Raises InvalidValueError when the password is empty or too weak."""
    if not password:
        raise InvalidValueError(translate("The password is empty."), field="password")
    _take_password(user, password)
    keep_password(user)


def keep_password(user: User) -> None:
    """Keep the hash that the user has been given, and in the history that there is a new one."""
    with transaction.atomic():
        user.save(update_fields=["password"])
        keep_act(
            ChangeSubject.USER,
            user.pk,
            user.name,
            translatable("password set"),
            secrets=["password"],
        )


def _take_password(user: User, password: str) -> None:
    if len(password) > MAX_PASSWORD:
        message = translate(
            "The password has more than {MAX_PASSWORD} characters.", MAX_PASSWORD=MAX_PASSWORD
        )
        raise InvalidValueError(message, field="password")
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidValueError(" ".join(error.messages), field="password") from error
        user.set_password(password)
    elif not user.password:
        user.set_unusable_password()


def require_an_administrator(*, blamed: str) -> None:
    """Once there is an administrator, there is always one who may sign in."""
    if not _active_administrators().exists():
        raise InvalidValueError(
            translate("At least one administrator must stay active."),
            field=blamed,
            hint=translate("Make another user an administrator first."),
        )


def _active_administrators() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
