"""Checks of what is sealed: every secret opens with the keys that are in use. None is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.checks import CheckMessage

from webdial.environment import Environment
from webdial.errors import WebdialError
from webdial.sealing import CredentialUnreadableError, Seal
from webdial.site.domain.checks import known
from webdial.site.domain.checks.environment import data_folder
from webdial.site.domain.sealed_places import (
    place_of_credential,
    place_of_sign_in,
    place_of_value,
)
from webdial.site.models import Credential, PhoneSystemSignIn, PhoneSystemValue

MOST_TOLD = 10
"""Secrets that are named one by one."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text, the place that it was sealed for, and how it is told."""

    text: str
    place: str
    shown: str


def check_secrets(environment: Environment) -> list[CheckMessage]:
    """The keys, then each secret. No key is made."""
    found = list(all_sealed())
    keys = _keys(environment)
    if keys is None:
        if not found:
            return []
        return [known.CREDENTIAL_KEY_MISSING.found(f"{len(found)} secrets are kept without a key.")]
    try:
        seals = [Seal([key]) for key in keys]
    except WebdialError as error:
        return [known.CREDENTIAL_KEYS_UNUSABLE.found(error.message)]
    return list(check_sealed(found, seals))


def _keys(environment: Environment) -> tuple[str, ...] | None:
    """None when none is named and none was made; asking for them would make one."""
    folder = data_folder(environment)
    is_named = bool(environment.values.get("WEBDIAL_CREDENTIAL_KEYS", "").strip(" ,"))
    if not is_named and (folder is None or not (folder / "credential.key").exists()):
        return None
    try:
        return environment.credential_keys
    except WebdialError:
        return ("damaged",)


def check_sealed(found: Iterable[Sealed], seals: list[Seal]) -> Iterator[CheckMessage]:
    """`seals` has one for each key; the first one is that under which new secrets are sealed."""
    lost, old = [], 0
    for sealed in found:
        opened_by = next((at for at, seal in enumerate(seals) if _opens(seal, sealed)), None)
        if opened_by is None:
            lost.append(sealed.shown)
        elif opened_by:
            old += 1
    for shown in lost[:MOST_TOLD]:
        yield known.SECRET_SEALED_ELSEWHERE.found(f"{shown} cannot be read.")
    if len(lost) > MOST_TOLD:
        more = len(lost) - MOST_TOLD
        yield known.SECRET_SEALED_ELSEWHERE.found(f"{more} more secrets cannot be read.")
    if old:
        yield known.SECRETS_UNDER_OLD_KEY.found(f"{old} secrets are sealed under an older key.")


def _opens(seal: Seal, sealed: Sealed) -> bool:
    try:
        seal.open(sealed.text, place=sealed.place)
    except CredentialUnreadableError:
        return False
    return True


def all_sealed() -> Iterator[Sealed]:
    """Everything that is kept sealed."""
    for name, text in Credential.objects.values_list("name", "sealed"):
        yield Sealed(text, place_of_credential(name), f"The credential {name}")
    values = PhoneSystemValue.objects.filter(is_sealed=True).order_by("id")
    for setup_id, setup, user_id, login, phone_id, name, text in values.values_list(
        "setup_id", "setup__name", "user_id", "user__login", "phone_id", "name", "value"
    ):
        whose = f" of the user {login}" if user_id else ""
        place = place_of_value(setup_id, user_id, phone_id, name)
        yield Sealed(text, place, f"{name}{whose} for the phone system {setup}")
    sign_ins = PhoneSystemSignIn.objects.order_by("id")
    for setup_id, setup, user_id, login, text in sign_ins.values_list(
        "setup_id", "setup__name", "user_id", "user__login", "sealed"
    ):
        place = place_of_sign_in(setup_id, user_id)
        yield Sealed(text, place, f"The sign-in of the user {login} at {setup}")
