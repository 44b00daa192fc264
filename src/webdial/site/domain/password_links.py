"""Links by which somebody sets a new password: for 24 hours, and once.

Django's own tokens (RFC 2104 over what changes with the password): nothing of them is kept, and setting a
password, signing in or another mail address ends all that were made before.
"""

from datetime import timedelta
from typing import Final

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from webdial.errors import NotFoundError
from webdial.language import translatable, translate
from webdial.site.domain.acting import acting_as
from webdial.site.domain.changes import keep_act
from webdial.site.domain.oneself import check_own_password
from webdial.site.domain.users import set_password
from webdial.site.models import ChangeSubject, User

LASTS: Final = timedelta(hours=24)
"""As PASSWORD_RESET_TIMEOUT in the settings says."""


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "webdial.password_link"


_tokens = _Tokens()


def password_link(user: User) -> tuple[str, str]:
    """The two parts of a link: who, and the token."""
    return urlsafe_base64_encode(force_bytes(user.pk)), _tokens.make_token(user)


def link_path(user: User) -> str:
    """Path of a new link for this user."""
    return reverse("set-password", args=password_link(user))


def made_link_path(user: User) -> str:
    """As `link_path`, for somebody who hands it on: that they made one is kept.

    Raises NotAllowedError for one's own, where there is a password.
    """
    check_own_password(user)
    keep_act(ChangeSubject.USER, user.pk, user.name, translatable("link for a password made"))
    return link_path(user)


def user_of_link(who: str, token: str) -> User:
    """Raises NotFoundError, in the same words whatever is wrong with it."""
    user = _user(who)
    if user is None or not user.is_active or not _tokens.check_token(user, token):
        raise NotFoundError(
            translate("This link does not work any more."),
            hint=translate("A link works once, and for 24 hours. Ask for a new one."),
        )
    return user


def use_link(who: str, token: str, password: str) -> User:
    """Set the password. Of two who use one link at once, the second is refused.

    Raises NotFoundError, or InvalidValueError for a password that is too weak.
    """
    with transaction.atomic():
        # Held until it is done: whoever uses the same link meanwhile then finds it used.
        User.objects.select_for_update().get(pk=user_of_link(who, token).pk)
        user = user_of_link(who, token)
        with acting_as(user):
            set_password(user, password)
    return user


def _user(who: str) -> User | None:
    try:
        user_id = int(force_str(urlsafe_base64_decode(who)))
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=user_id).first() if 0 < user_id < 2**63 else None
