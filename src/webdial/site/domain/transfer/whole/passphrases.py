"""Seals the secrets of a configuration file under a passphrase that people choose.

scrypt (RFC 7914) makes the key, with the cost that OWASP's "Password Storage Cheat Sheet" names first;
Fernet seals with it, as everywhere in Webdial (webdial.sealing).
"""

import os
import unicodedata
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Final, Self

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from webdial.errors import InvalidValueError
from webdial.sealing import CredentialUnreadableError, Seal

MIN_PASSPHRASE: Final = 12
"""Characters. Whoever has the file can try as many as they have time for."""

_N, _R, _P = 2**17, 8, 1
_SALT_BYTES: Final = 16
_PROOF: Final = "webdial configuration"


class PassphraseSeal:
    """Closes and opens secrets, each for its place in the file. `salt` and `proof` stand in the file."""

    def __init__(self, seal: Seal, salt: str, proof: str) -> None:
        self._seal = seal
        self.salt = salt
        self.proof = proof

    def __repr__(self) -> str:
        return "PassphraseSeal()"

    @classmethod
    def new(cls, passphrase: str) -> Self:
        """Raises InvalidValueError for a passphrase that is too short."""
        if len(passphrase) < MIN_PASSPHRASE:
            raise InvalidValueError(
                f"A passphrase has at least {MIN_PASSPHRASE} characters.",
                field="passphrase",
                hint="Four words that have nothing to do with each other are easy to keep.",
            )
        salt = os.urandom(_SALT_BYTES)
        seal = _seal(passphrase, salt)
        return cls(seal, b64encode(salt).decode(), seal.close(_PROOF, place=_PROOF))

    @classmethod
    def of_file(cls, passphrase: str, *, salt: str, proof: str) -> Self:
        """Raises InvalidValueError when it is not the passphrase that the file was sealed with."""
        try:
            seal = _seal(passphrase, b64decode(salt, validate=True))
            seal.open(proof, place=_PROOF)
        except (ValueError, CredentialUnreadableError) as error:
            raise InvalidValueError(
                "The passphrase is not the one that the file was sealed with.", field="passphrase"
            ) from error
        return cls(seal, salt, proof)

    def close(self, secret: str, *, place: str) -> str:
        return self._seal.close(secret, place=place)

    def open(self, sealed: str, *, place: str) -> str:
        """Raises InvalidValueError when the text was changed, or moved from another place."""
        try:
            return self._seal.open(sealed, place=place)
        except CredentialUnreadableError as error:
            raise InvalidValueError(
                "A secret of the file cannot be opened.",
                hint="It stands where it was not sealed for, or was changed. Leave it out, and set it anew.",
            ) from error


def _seal(passphrase: str, salt: bytes) -> Seal:
    plain = unicodedata.normalize("NFC", passphrase).encode()
    key = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(plain)
    return Seal([urlsafe_b64encode(key).decode()])
