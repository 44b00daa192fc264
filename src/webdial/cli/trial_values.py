"""The values of a trial from the command line: fields and secrets, checked as the page checks them."""

import ssl
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from string import hexdigits

import click

from webdial.cli.preview import named_values
from webdial.cli.standard_input import read_line
from webdial.errors import InvalidValueError
from webdial.exchange.systems import VERIFY, Certificate, CertificateMode
from webdial.phonesystems import PhoneSystem

OF_CALLER = ("user.name", "user.login", "user.staff_id", "branch.name", "branch.agency_id")
"""Values around every call that a trial may be given beside the file's own."""

_SHA256_DIGITS = 64


def given_fields(options: tuple[str, ...], system: PhoneSystem | None = None) -> dict[str, str]:
    """`NAME=VALUE`. Raises InvalidValueError for a name that is none of the fields of `system`."""
    fields = named_values(options)
    if system is None:
        return fields
    for name in fields:
        if name in system.secrets:
            raise InvalidValueError(f"{name} is a secret.", hint=f"Give it as --secret {name}")
        known = (*system.fields, *OF_CALLER)
        if name not in known:
            raise InvalidValueError(f"The file has no field {name}.", hint=_hint(name, known))
    return fields


def given_secrets(
    options: tuple[str, ...], files: tuple[str, ...], system: PhoneSystem | None = None
) -> dict[str, str]:
    """`NAME=VALUE`, `NAME` alone for one that is asked for, and `NAME=PATH` of `files`.

    Raises InvalidValueError for a name that is none of the secrets of `system`. It is not repeated: a
    secret that was given without its name would be shown.
    """
    secrets: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        name = _secret_name(name, system)
        secrets[name] = value if equals else ask_for(name)
    for option in files:
        name, _, path = option.partition("=")
        secrets[_secret_name(name, system)] = _content_of(path)
    return secrets


def _secret_name(text: str, system: PhoneSystem | None) -> str:
    name = text.strip().lower()
    if not name:
        raise InvalidValueError("A secret was given without its name: NAME=VALUE.")
    if system is None:
        return name
    if name in system.fields:
        raise InvalidValueError(f"{name} is no secret.", hint=f"Give it as --field {name}=VALUE")
    if name not in system.secrets:
        message = "The file has no secret of the name that was given."
        raise InvalidValueError(message, hint=_hint(name, system.secrets))
    return name


def ask_for(name: str) -> str:
    """A secret from the terminal, unseen, or else the next line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt(name, hide_input=True, err=True))
    return read_line()


def checked_values(
    system: PhoneSystem, fields: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """The file's values as they are kept. Raises InvalidValueError for the first that is none."""
    given = {**fields, **secrets}
    return {name: each.check(given[name]) for name, each in system.values.items() if name in given}


def check_filled_in(
    system: PhoneSystem, names: frozenset[str], values: Mapping[str, str], *, with_secrets: bool
) -> None:
    """Raises InvalidValueError that tells every value which the requests take and nobody gave."""
    missing = [
        each
        for name, each in system.values.items()
        if name in names and not values.get(name) and not each.is_optional
        if with_secrets or not each.is_secret
    ]
    if missing:
        told = ", ".join(f"{each.name} ({each.label})" for each in missing)
        options = [
            f"--secret {each.name}" if each.is_secret else f"--field {each.name}=VALUE"
            for each in missing
        ]
        raise InvalidValueError(f"Not given: {told}.", hint=f"Add {' '.join(options)}")


def certificate_of(ca_file: Path | None, fingerprint: str) -> Certificate:
    """Raises InvalidValueError when a text is none, or both are given."""
    if ca_file is not None and fingerprint:
        raise InvalidValueError("Give --ca-file or --fingerprint, not both.")
    if fingerprint:
        digits = fingerprint.replace(":", "").strip()
        if len(digits) != _SHA256_DIGITS or not set(digits) <= set(hexdigits):
            raise InvalidValueError("A fingerprint is SHA-256: 64 hexadecimal digits.")
        return Certificate(CertificateMode.PINNED, digits.lower())
    if ca_file is None:
        return VERIFY
    text = _content_of(str(ca_file))
    try:
        ssl.create_default_context(cadata=text)
    except ssl.SSLError as error:
        raise InvalidValueError(f"{ca_file} holds no certificate in PEM.") from error
    return Certificate(CertificateMode.OWN_CA, text)


def _hint(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    near = get_close_matches(name, names, n=1)
    listed = ", ".join(each for each in names if each not in OF_CALLER)
    return f"Did you mean {near[0]}?" if near else f"The file has: {listed or 'none'}."


def _content_of(path: str) -> str:
    """The text of a file without the line break at its end."""
    try:
        return Path(path).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"{path} is no text in UTF-8.") from error
    except OSError as error:
        raise InvalidValueError(f"{path}: {error.strerror}.") from error
