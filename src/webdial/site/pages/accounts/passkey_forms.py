"""What a browser says of a passkey (WebAuthn section 5.1), read so that whatever is wrong with it is told.

Anybody may send it, signed in or not. allauth and fido2 take it apart and raise what their parts raise at
whatever is missing, nested too deeply, or of another kind; a refusal is all that any of it may lead to.
"""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms

_FAULTS: Final = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError),
    *(struct.error, UnsupportedAlgorithm),
)
_KEPT: Final = {"id": None, "rawId": None, "type": None, "authenticatorAttachment": None,
                "response": {"clientDataJSON": None, "attestationObject": None},
                "clientExtensionResults": {"credProps": {"rk": None}}}  # fmt: skip
"""Of a new passkey nothing else is kept, whatever came with it."""


class _Decoder(json.JSONDecoder):
    """Of Python's faults Django knows one: too deep, or a number too long to be read, are two more."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            return super().decode(s, *args)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("cannot be read", s, 0) from error


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise get_adapter().validation_error("incorrect_code") from error


class _Read(forms.Form):
    credential = forms.JSONField(required=True, widget=forms.HiddenInput, decoder=_Decoder)


class _Known(_Read):
    """Signs in, or confirms, by a passkey that is known."""

    def clean_credential(self) -> Any:
        with _told():
            return super().clean_credential()  # type: ignore[misc]


class AskPasskey(_Known, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class SignInPasskey(_Known, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class ConfirmPasskey(_Known, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class NewPasskey(_Read, AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> dict[str, Any]:
        with _told():
            cleaned: dict[str, Any] = super().clean() or {}
            if credential := cleaned.get("credential"):
                cleaned["credential"] = _part(credential, _KEPT)
        return cleaned


def _part(given: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """Of an object the members that are kept: texts and truths, and the same of objects within."""
    found: dict[str, Any] = {}
    for name, inner in kept.items():
        value = given.get(name)
        if isinstance(inner, dict) and isinstance(value, dict):
            found[name] = _part(value, inner)
        elif inner is None and isinstance(value, str | bool):
            found[name] = value
    return found
