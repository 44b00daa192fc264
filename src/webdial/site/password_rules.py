"""What a password must have besides what Django asks for."""

from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FEWEST: Final = 5
"""Different characters: ten blanks, or one key held down, are long enough and easily seen over a shoulder."""


class DifferentCharacters:
    """One of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        del user
        if len(set(password.casefold())) < FEWEST:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        return _("A password has at least five different characters.")
