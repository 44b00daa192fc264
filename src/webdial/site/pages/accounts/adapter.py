"""What allauth asks of the site about signing in."""

from threading import Lock
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from webdial.language import translate
from webdial.site.domain.client_addresses import plain_address
from webdial.site.domain.lock_outs import (
    key_of_name,
    key_of_second_factor,
    seconds_left,
    wait_in_words,
)
from webdial.site.models import User
from webdial.site.pages.too_often import ask_later

_checking: Final = Lock()
"""One password is checked at a time in a process. Each takes 100 MiB, and argon2 spreads it over eight threads,
so that two at once gain nothing. While one is checked it counts as a failed attempt: an office that signs in at
one moment must neither reach the limit of its address nor wait for the count in vain (allauth gives up after 1 s).
"""

_NO_MATCH: Final = _("This sign-in name and password do not go together.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {  # noqa: RUF012 - allauth's own type
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _NO_MATCH,
        "email_password_mismatch": _NO_MATCH,
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This is not the code, or it was used already."),
    }

    def validation_error(self, code: str, *arguments: Any) -> ValidationError:
        """Too many attempts are told with how long to wait."""
        if code in {"too_many_login_attempts", "rate_limited"}:
            return ValidationError(self._too_many(), code=code)
        error: ValidationError = super().validation_error(code, *arguments)
        return error

    def get_client_ip(self, request: HttpRequest) -> str:
        """By which attempts are counted; of IPv6, allauth then takes the first 64 bits."""
        return plain_address(super().get_client_ip(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Where many sign in at once they wait here in turn, and not at the database."""
        with _checking:
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._typed = credentials.get("username") or credentials.get("email") or ""
        super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By what was typed alone: another name of the site must not give further attempts."""
        return key_of_name(credentials.get("username") or credentials.get("email") or "")

    def _too_many(self) -> str:
        request = context.request
        typed = getattr(self, "_typed", None)
        if typed is None:
            typed = _user_of(request)
        key = key_of_second_factor(typed) if isinstance(typed, User) else key_of_name(typed or "")
        wait_s = seconds_left(key, request)
        ask_later(request, wait_s)
        return translate(
            "There were too many failed attempts. Try again {wait}, or ask an administrator.",
            wait=wait_in_words(wait_s),
        )

    def is_safe_url(self, url: str) -> bool:
        """Where to go after signing in; what is no address at all, such as `//[`, is nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own accord."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, translate("You cannot sign in at present. Ask an administrator."))
        return redirect("sign-in")


def _user_of(request: HttpRequest) -> User | None:
    """Whose second factor is asked for: who is signed in, or who has given the password."""
    from allauth.account.internal.stagekit import unstash_login  # noqa: PLC0415 - needs the apps

    if isinstance(request.user, User):
        return request.user
    login = unstash_login(request, peek=True)
    return login.user if login is not None and isinstance(login.user, User) else None
