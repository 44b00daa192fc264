"""What administrators do to others and not to themselves: with one slip they would be out.

Nor by whoever finds their browser open: own password, mail address and second factor are changed under My account,
where the present password is asked for. (By the mail address a link for a new password is had.) By the command line
everything is done to everybody.
"""

from webdial.errors import InvalidValueError, NotAllowedError
from webdial.language import translate
from webdial.site.domain.acting import actor
from webdial.site.models import Role, User


def is_oneself(user_id: int | None) -> bool:
    """Whether whoever acts is this user."""
    return user_id is not None and user_id == actor().user_id


def check_own_standing(user_id: int, *, was: str, role: str, is_active: bool) -> None:
    """Nobody deactivates themselves, nor stops being an administrator by their own hand.

    `was` is the role until now. Raises InvalidValueError.
    """
    if not is_oneself(user_id):
        return
    hint = translate("Another administrator can.")
    if not is_active:
        told = translate("You cannot deactivate yourself.")
        raise InvalidValueError(told, field="is_active", hint=hint)
    if was == Role.ADMINISTRATOR != role:
        told = translate("You cannot take the role of administrator from yourself.")
        raise InvalidValueError(told, field="role", hint=hint)


def check_own_password(user: User) -> None:
    """Who has a password changes it under My account. Raises NotAllowedError."""
    if is_oneself(user.pk) and user.has_usable_password():
        raise NotAllowedError(
            translate("Your own password is changed under My account."),
            hint=translate("The present one is asked for there."),
        )


def check_own_email(user: User, email: str) -> None:
    """Who has a password changes the address that is kept under My account. Raises InvalidValueError."""
    if is_oneself(user.pk) and user.has_usable_password() and email != user.email:
        raise InvalidValueError(
            translate("Your own mail address is changed under My account."),
            field="email",
            hint=translate("Your password is asked for there."),
        )


def check_own_second_factor(user: User) -> None:
    """Who has a second factor removes it under My account. Raises NotAllowedError."""
    if is_oneself(user.pk):
        raise NotAllowedError(
            translate("Your own second factor is removed under My account."),
            hint=translate("It, or the password, is asked for there."),
        )
