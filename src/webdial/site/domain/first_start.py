"""The first administrator, made in the browser by whoever can read the server's terminal or data folder.

There is no default password: until there is an administrator, a code that only the server knows opens
the one page that makes one.
"""

import hmac
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from webdial.environment import make_secret
from webdial.errors import InvalidValueError, NotAllowedError
from webdial.language import translate
from webdial.site.domain.acting import Actor, acting_as
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.users import UserDetails, has_administrator, save_user
from webdial.site.models import User

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another: no i, l, o, 0, 1."""

_GROUPS, _IN_GROUP = 4, 5
"""20 letters of 31: 99 bits."""


def code_file() -> Path:
    return Path(settings.ENVIRONMENT.data) / "first-start.code"


def first_start_code() -> str:
    """The code of this data folder, made when there is none yet. Raises OSError."""
    file = code_file()
    if not file.exists():
        make_secret(file, _new_code())
    return file.read_text(encoding="ascii").strip()


def make_first_administrator(details: UserDetails, *, start_code: str, password: str) -> User:
    """Raises InvalidValueError, or NotAllowedError when somebody was quicker."""
    if not hmac.compare_digest(_plain(start_code).encode(), _plain(first_start_code()).encode()):
        raise InvalidValueError(
            translate("This is not the code of this server."),
            field="code",
            hint=translate("It stands where the server was started, and in its data folder."),
        )
    if not password:
        raise InvalidValueError(translate("Type a password."), field="password")
    with configuration_change():
        if has_administrator():
            raise NotAllowedError(translate("There is an administrator already."))
        with acting_as(Actor("first start")):
            user = save_user(details, password=password)
    forget_code()
    return user


def forget_code() -> None:
    with suppress(OSError):
        code_file().unlink(missing_ok=True)


def _new_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _plain(text: str) -> str:
    """As compared: people leave out the dashes, and phones begin with a capital."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
