"""Seals credentials under a key that the database does not hold, and opens them again.

A sealed text says what it was sealed for, so that one that is copied to another place does not open.
Knows nothing of where keys come from (webdial.environment) and where sealed texts are kept.
"""

import json
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from webdial.errors import CallNotPlacedError, InvalidValueError
from webdial.language import translate


class CredentialUnreadableError(CallNotPlacedError):
    """A sealed text that none of the keys opens, or that was sealed for another place.

    A call that needs it is stopped before anything leaves.
    """

    code = "credential_unreadable"


def new_key() -> str:
    """A key as text: 32 random bytes in base64url, as Fernet takes it."""
    return Fernet.generate_key().decode("ascii")


class Seal:
    """Keys in order: the first one seals, all of them open."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Raises InvalidValueError when a key is none, or there is none at all."""
        try:
            self._keys = MultiFernet([Fernet(key.strip()) for key in keys])
        except ValueError as error:
            raise InvalidValueError(
                translate("A credential key is not 32 bytes in base64url."),
                hint=translate("Make one with: webdial credential new-key"),
            ) from error

    def __repr__(self) -> str:
        return "Seal()"

    def close(self, text: str, *, place: str) -> str:
        """`text` sealed for `place`, a name that stays the same as long as the text is kept there."""
        return self._keys.encrypt(json.dumps([place, text]).encode()).decode("ascii")

    def open(self, sealed: str, *, place: str) -> str:
        """What was sealed. Raises CredentialUnreadableError."""
        try:
            sealed_for, text = json.loads(self._keys.decrypt(sealed.encode("ascii", "replace")))
        except (InvalidToken, ValueError) as error:
            raise _unreadable() from error
        if sealed_for != place:
            raise _unreadable()
        return str(text)


def _unreadable() -> CredentialUnreadableError:
    return CredentialUnreadableError(
        translate("A credential cannot be read with the key that is in use."),
        hint=translate(
            "Give the key that it was sealed with in WEBDIAL_CREDENTIAL_KEYS, or set it anew."
        ),
    )
