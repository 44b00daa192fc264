"""Users' own machines with a helper: paired by a code that is shown on the site, kept by name, revoked.

What a machine may do is fixed: take what its user's calls have it do, and place its user's calls from a
link. Its token is no API token and opens nothing else.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translate
from webdial.site.domain.acting import acting_as
from webdial.site.domain.changes import keep_change
from webdial.site.domain.client_addresses import counted_address
from webdial.site.domain.computer_lines import line_choices
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import kept_text
from webdial.site.domain.tokens import digest_of
from webdial.site.models import ChangeSubject, Computer, User

PREFIX: Final = "wdc_"
"""Tells people and secret scanners what the string is."""

CODE_LASTS: Final = timedelta(minutes=5)
"""Time to walk to the machine and type the code."""

MAX_COMPUTERS: Final = 20
"""Of one user: more than there are desks."""

MAX_WRONG: Final = 10
WRONG_WINDOW_S: Final = 300
"""Wrong codes that one address may give within so many seconds."""

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another: no i, l, o, 0, 1."""

_CODE_LENGTH: Final = 8
"""31 letters, 8 of them: 39 bits, for five minutes and against ten guesses."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A machine that was just paired. `token` is given to it this once."""

    computer: Computer
    token: str


class PairingCodeError(InvalidValueError):
    """A code that was never shown, is used up or has lapsed."""

    code = "pairing_code_unknown"


class TooManyCodesError(InvalidValueError):
    """Too many wrong codes came from one address."""

    code = "too_many_codes"


def make_code(user: User) -> str:
    """A code by which one machine is paired with `user`; an earlier one of theirs ends."""
    if Computer.objects.filter(user=user).count() >= MAX_COMPUTERS:
        raise InvalidValueError(
            translate("You have {MAX_COMPUTERS} computers already.", MAX_COMPUTERS=MAX_COMPUTERS),
            hint=translate("Revoke one of them first."),
        )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    lasts_s = CODE_LASTS.total_seconds()
    if earlier := cache.get(_own_key(user)):
        cache.delete(earlier)
    cache.set(_own_key(user), _key(code), lasts_s)
    cache.set(_key(code), user.pk, lasts_s)
    return f"{code[:4]}-{code[4:]}"


def pair(code: str, *, name: str, platform: str, address: str) -> Paired:
    """Make a machine of whoever the code was shown to. Raises as `user_of_code` does."""
    user = user_of_code(code, address=address)
    with acting_as(user):
        return _make(user, name=name, platform=platform)


def user_of_code(code: str, *, address: str) -> User:
    """Whoever the code was shown to. The code then ends.

    Raises InvalidValueError for a code that is none, and TooManyCodesError after many from `address`.
    """
    key, guess = _key(code), _guess_from(address)
    user_id = cache.get(key)
    # Of two that give the same code at the same moment, one deletes it.
    if user_id is None or not cache.delete(key):
        raise PairingCodeError(
            translate("This code is not known, or it has lapsed."),
            field="code",
            hint=translate("My account | Computers shows another one."),
        )
    cache.delete(guess)  # it was none
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFoundError(translate("This user does not exist or has been deactivated."))
    return user


def _guess_from(address: str) -> str:
    """The key of one guess more, which is counted before it is looked at.

    Each has a place of its own that only one can take, so guesses that come at the same moment are
    counted one by one. Raises TooManyCodesError when all are taken.
    """
    source = counted_address(address)
    places = (f"pairing guesses {source} {place}" for place in range(MAX_WRONG))
    free = (place for place in places if cache.get(place) is None)  # full costs no write
    taken = next((place for place in free if cache.add(place, 1, WRONG_WINDOW_S)), None)
    if taken is None:
        raise TooManyCodesError(
            translate("Too many wrong codes came from this address."),
            hint=translate("Wait five minutes."),
        )
    return taken


def _make(user: User, *, name: str, platform: str) -> Paired:
    token = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    row = Computer(
        user=user,
        name=kept_text(name, field="name", label=translate("The computer's name"), most=80),
        platform=kept_text(
            platform or "unknown", field="platform", label=translate("The system"), most=80
        ),
        digest=digest_of(token).hex(),
        paired_at=now,
        used_at=now,
    )
    with configuration_change():
        row.save()
        keep_change(
            ChangeSubject.COMPUTER, row.pk, _label(row), before=None, after=computer_state(row)
        )
    return Paired(row, token)


def computers_of(user: User) -> QuerySet[Computer]:
    """The user's machines, the one used last first."""
    return Computer.objects.filter(user=user).select_related("user")


def computer_of(user: User, computer_id: int) -> Computer:
    """Raises NotFoundError, also for another user's."""
    row = computers_of(user).filter(pk=computer_id).first()
    if row is None:
        raise NotFoundError(
            translate("There is no computer {computer_id}.", computer_id=computer_id)
        )
    return row


def revoke_computer(row: Computer) -> None:
    """The machine is refused by every server within a second; what it was about to do ends with it."""
    with configuration_change():
        keep_change(
            ChangeSubject.COMPUTER, row.pk, _label(row), before=computer_state(row), after=None
        )
        Computer.objects.filter(pk=row.pk).delete()


def set_dials_without_asking(row: Computer, value: bool) -> None:
    with configuration_change():
        before = computer_state(row)
        row.dials_without_asking = value
        row.save(update_fields=["dials_without_asking"])
        after = computer_state(row)
        keep_change(ChangeSubject.COMPUTER, row.pk, _label(row), before=before, after=after)


def choose_line(row: Computer, line: str) -> None:
    """Which telephone line the machine dials on, or one of LineChoice. Raises InvalidValueError."""
    if line not in {choice.value for choice in line_choices(row)}:
        raise InvalidValueError(translate("This computer has no such line."), field="line")
    with configuration_change():
        before = computer_state(row)
        row.line = line
        row.save(update_fields=["line"])
        after = computer_state(row)
        keep_change(ChangeSubject.COMPUTER, row.pk, _label(row), before=before, after=after)


def is_connected(row: Computer) -> bool:
    return row.connected_until is not None and row.connected_until > timezone.now()


def computer_state(row: Computer) -> dict[str, Any]:
    """How a machine looks in the history of changes: without what opens the door."""
    return {
        "user": row.user.login,
        "name": row.name,
        "platform": row.platform,
        "dials_without_asking": row.dials_without_asking,
        "line": row.line,
    }


def _label(row: Computer) -> str:
    return f"{row.name} of {row.user.name}"


def _key(shown: str) -> str:
    """Under what a code is kept: its digest, so that nobody reads it in the database."""
    plain = "".join(letter for letter in shown.casefold() if letter.isalnum())
    return f"pairing code {digest_of(plain).hex()}"


def _own_key(user: User) -> str:
    return f"pairing code of {user.pk}"
