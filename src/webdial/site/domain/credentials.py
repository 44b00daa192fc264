"""Credentials: secrets by name for dial strings, and the one way in which secrets are sealed and opened.

Nothing here gives a secret back but `opener`, which the exchange uses when a request is made.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.general_settings import key_of
from webdial.exchange.resolving import Opener
from webdial.exchange.systems import StoredValue
from webdial.language import grouped, translatable, translate
from webdial.sealing import Seal
from webdial.site.domain.changes import keep_act, keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import check_constraints, kept_text, row_named
from webdial.site.domain.sealed_places import (
    place_of_credential,
    place_of_second_factor,
    place_of_sign_in,
    place_of_value,
)
from webdial.site.models import ChangeSubject, Credential, PhoneSystemSignIn, PhoneSystemValue

MAX_SECRET: Final = 8_192
"""Characters of a secret: room for a private key."""


@lru_cache(maxsize=1)
def seal() -> Seal:
    """The seal of this installation. Raises InvalidValueError when its keys cannot be used."""
    return Seal(settings.ENVIRONMENT.credential_keys)


def opener() -> Opener:
    """Opens sealed values; each is decrypted once and remembered, since every call needs it."""
    keys = seal()

    @lru_cache(maxsize=10_000)
    def opened(stored: StoredValue) -> str:
        return keys.open(stored.text, place=stored.place)

    return opened


def list_credentials() -> QuerySet[Credential]:
    return Credential.objects.all()


def set_credential(name: str, secret: str) -> Credential:
    """Keep a secret under a name, in place of the one that was there. Raises InvalidValueError."""
    shown = kept_text(name, field="name", label=translate("The credential's name"), most=80)
    if set(shown) & set("{}^#|"):
        raise InvalidValueError(
            translate("A credential's name has none of { } ^ # |."), field="name"
        )
    if not secret:
        raise InvalidValueError(translate("The secret is empty."), field="secret")
    if len(secret) > MAX_SECRET or "\x00" in secret:
        message = translate(
            "A secret has at most {MAX_SECRET} characters, none of them NUL.",
            MAX_SECRET=grouped(MAX_SECRET),
        )
        raise InvalidValueError(message, field="secret")
    with configuration_change():
        row = row_named(shown, Credential.objects.all()) or Credential(name=shown)
        row.sealed = seal().close(secret, place=place_of_credential(shown))
        row.changed_at = timezone.now()
        check_constraints(row, fields={"credential_name_unique": "name"})
        before = None if row.pk is None else {"name": row.name}
        row.save()
        keep_change(
            ChangeSubject.CREDENTIAL, key_of(row.name), row.name,
            before=before, after={"name": row.name}, secrets=["secret"],
        )  # fmt: skip
    return row


def delete_credential(name: str) -> None:
    """Raises NotFoundError."""
    with configuration_change():
        row = row_named(name, Credential.objects.all())
        if row is None:
            raise NotFoundError(
                translate("There is no credential {strip}.", strip=f"{name.strip()!r}")
            )
        keep_change(
            ChangeSubject.CREDENTIAL, key_of(row.name), row.name,
            before={"name": row.name}, after=None, secrets=["secret"],
        )  # fmt: skip
        row.delete()


def rotate_credentials() -> int:
    """Seal everything anew under the first key; how many secrets that were.

    All or nothing. Raises CredentialUnreadableError when one of them opens with none of the keys.
    """
    keys = Seal(settings.ENVIRONMENT.credential_keys)

    def again(sealed: str, place: str) -> str:
        return keys.close(keys.open(sealed, place=place), place=place)

    with configuration_change():
        keep_act(
            ChangeSubject.CREDENTIAL,
            "",
            translatable("All secrets"),
            translatable("sealed under a new key"),
        )
        return (
            _rotate_values(again)
            + _rotate_credentials(again)
            + _rotate_sign_ins(again)
            + _rotate_second_factors(again)
        )


_Again = Callable[[str, str], str]


def _rotate_values(again: _Again) -> int:
    values = list(PhoneSystemValue.objects.filter(is_sealed=True))
    for value in values:
        place = place_of_value(value.setup_id, value.user_id, value.phone_id, value.name)
        value.value = again(value.value, place)
    PhoneSystemValue.objects.bulk_update(values, ["value"], batch_size=500)
    return len(values)


def _rotate_credentials(again: _Again) -> int:
    rows = list(Credential.objects.all())
    for row in rows:
        row.sealed = again(row.sealed, place_of_credential(row.name))
    Credential.objects.bulk_update(rows, ["sealed"], batch_size=500)
    return len(rows)


def _rotate_sign_ins(again: _Again) -> int:
    rows = list(PhoneSystemSignIn.objects.all())
    for row in rows:
        row.sealed = again(row.sealed, place_of_sign_in(row.setup_id, row.user_id))
    PhoneSystemSignIn.objects.bulk_update(rows, ["sealed"], batch_size=500)
    return len(rows)


def _rotate_second_factors(again: _Again) -> int:
    """Secrets of apps and seeds of recovery codes; what is kept of a passkey is public."""
    rows = list(Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN))
    for row in rows:
        for name in {"secret", "seed"} & set(row.data):
            row.data[name] = again(row.data[name], place_of_second_factor())
    Authenticator.objects.bulk_update(rows, ["data"], batch_size=500)
    return len(rows)
