"""One user, chosen by typing: sign-in name, StaffID, or enough of the name."""

from dataclasses import dataclass
from typing import Final

from webdial.language import translate
from webdial.site.domain.users import users_meant
from webdial.site.models import User
from webdial.site.pages.shown_errors import ShownError

MOST_CHOICES: Final = 20


@dataclass(frozen=True, slots=True)
class UserChoice:
    """`user` is None while nobody, or not clearly one, is meant; `error` then says so."""

    typed: str
    user: User | None = None
    choices: tuple[User, ...] = ()
    error: ShownError | None = None


def chosen_user(typed: str) -> UserChoice:
    """Whom `typed` means."""
    users = tuple(users_meant(typed, most=MOST_CHOICES))
    if len(users) == 1:
        return UserChoice(typed, users[0])
    if not typed.strip():
        message = translate("Type a user’s name, sign-in name or StaffID.")
    elif users:
        message = translate("More than one user is meant. Choose one.")
    else:
        message = translate("No user is found by this. Type a name, sign-in name or StaffID.")
    return UserChoice(typed, choices=users, error=ShownError(message, field="user"))
