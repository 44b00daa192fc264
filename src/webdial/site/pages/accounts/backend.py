"""Whose password it is that was typed beside a sign-in name or a mail address."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from webdial.site.domain.users import MAX_PASSWORD, user_for_sign_in
from webdial.site.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Checks one password once, whether there is such a user or not: the time taken tells nothing.

    A deactivated user is nobody.
    """

    def _authenticate(
        self, request: HttpRequest | None, **credentials: str
    ) -> AbstractBaseUser | None:
        typed = credentials.get("username") or credentials.get("email") or ""
        password = credentials.get("password") or ""
        if len(password) > MAX_PASSWORD:
            return None
        user: User | None = user_for_sign_in(typed)
        if user is None:
            return None
        self._did_check_password = True
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None

    def _mitigate_timing_attack(self, password: str) -> None:
        User().set_password(password[:MAX_PASSWORD])
